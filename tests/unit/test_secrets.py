"""Secrets come from the environment or from files, and are never shown."""

from pathlib import Path

import pytest

from config.settings import SECRETS, Settings, SettingsError, load_settings


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_may_be_in_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")

    settings = load_settings({f"DUNGHAN_{name.upper()}_FILE": str(file)})

    assert getattr(settings, name) == "s3cret"
    assert settings.environment()[f"DUNGHAN_{name.upper()}"] == "s3cret"  # another process finds it as this one has


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    given = {"DUNGHAN_KAFKA_PASSWORD": "a", "DUNGHAN_KAFKA_PASSWORD_FILE": str(tmp_path / "b")}

    with pytest.raises(SettingsError, match="DUNGHAN_KAFKA_PASSWORD and DUNGHAN_KAFKA_PASSWORD_FILE are both set"):
        load_settings(given)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"DUNGHAN_REDIS_FILE: .*nowhere: No such file or directory"):
        load_settings({"DUNGHAN_REDIS_FILE": str(tmp_path / "nowhere")})
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"DUNGHAN_REDIS_FILE: .*binary: not UTF-8"):
        load_settings({"DUNGHAN_REDIS_FILE": str(binary)})


def test_only_secrets_may_be_in_files() -> None:
    with pytest.raises(SettingsError, match="DUNGHAN_APP_FILE is not a setting"):
        load_settings({"DUNGHAN_APP_FILE": "/etc/app"})


def test_what_a_traceback_shows_of_the_settings_is_no_secret() -> None:
    secret = dict.fromkeys((*SECRETS, "webhook_secret"), "s3cret")
    settings = Settings(**secret, app="ninh-binh")

    assert "s3cret" not in repr(settings)
    assert "s3cret" not in f"{settings}"
    assert "app='ninh-binh'" in repr(settings)

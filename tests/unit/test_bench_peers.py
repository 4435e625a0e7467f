"""The peers' environments: pinned, and of nobody's particular registry."""

import re
from pathlib import Path

import pytest

from bench import environments
from bench.contestant import MissingError
from bench.environments import PEERS, JavaEnvironment, holds, run_installer

FOLDERS = [file.parent for file in sorted(PEERS.glob("*/requirements.in"))]


def test_there_are_peers() -> None:
    assert {folder.name for folder in FOLDERS} == {"bytewax", "confluent_kafka", "quix_streams"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_everything_is_pinned_with_hashes_and_no_address_is_named(folder: Path) -> None:
    lock = (folder / "requirements.lock").read_text()
    requirements = re.findall(r"^\S+==\S+.*\\\n(?:    --hash=sha256:[0-9a-f]{64}.*\n)+", lock, re.MULTILINE)
    named = re.findall(r"^[a-z]", lock, re.MULTILINE)
    assert len(requirements) == len(named)
    assert "://" not in lock
    assert "index" not in lock


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_lock_holds_what_was_asked_for(folder: Path) -> None:
    lock = (folder / "requirements.lock").read_text()
    for wanted in (folder / "requirements.in").read_text().split():
        assert f"{wanted} \\\n" in lock


def test_a_peer_whose_installation_fails_is_missing_with_a_reason() -> None:
    with pytest.raises(MissingError, match=r"^sh failed: no such package$"):
        run_installer(["/bin/sh", "-c", "echo looking; echo no such package >&2; exit 1"])


def test_an_environment_that_is_half_made_or_of_another_lock_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert not holds(tmp_path, "lock")
    (tmp_path / ".made").write_text("lock")
    assert holds(tmp_path, "lock")
    assert not holds(tmp_path, "newer lock")


def test_kafka_streams_without_a_java_compiler_is_missing_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "HOME", tmp_path / "bench")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="mvn is not on PATH; install Maven"):
        JavaEnvironment("kafka_streams", "KeyedCount").make()

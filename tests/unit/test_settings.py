"""Settings from the environment: what is given, what is refused, what the clients get."""

import ssl
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load_settings


def test_without_an_environment_the_settings_are_the_local_stacks_on_loopback() -> None:
    settings = load_settings({"PATH": "/bin", "HOME": "/root"})

    assert settings == Settings()
    addresses = (settings.kafka, settings.redis, settings.prometheus, settings.alertmanager, settings.metrics_host)
    assert all("127.0.0.1" in address for address in addresses)


def test_each_setting_is_a_variable_with_a_prefix() -> None:
    given = {"DUNGHAN_KAFKA": "a:9092,b:9092", "DUNGHAN_PARTITIONS": "24", "DUNGHAN_SESSION_TIMEOUT_SECONDS": "7.5"}
    settings = load_settings(given)

    assert (settings.kafka, settings.partitions, settings.session_timeout_seconds) == ("a:9092,b:9092", 24, 7.5)
    assert settings.kafka_client()["bootstrap_servers"] == ["a:9092", "b:9092"]


def test_topics_are_named_after_the_events_topic_and_the_app() -> None:
    settings = Settings(app="ninh-binh", events_topic="events")

    assert settings.dead_letters_topic == "events.dlq"
    assert settings.changelog_topic == "ninh-binh-dossiers-changelog"
    assert settings.position_group == "ninh-binh-position"


def test_a_variable_that_is_no_setting_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="DUNGHAN_KAFKA_PASWORD is not a setting"):
        load_settings({"DUNGHAN_KAFKA_PASWORD": "hunter2"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("partitions", "many"),
        ("partitions", "0"),
        ("partitions", "2.5"),
        ("chunk_records", "-1"),
        ("replication_factor", ""),
        ("session_timeout_seconds", "nan"),
        ("session_timeout_seconds", "0"),
        ("session_timeout_seconds", "inf"),
        ("metrics_port", "65536"),
        ("kafka_security_protocol", "TLS"),
        ("kafka_sasl_mechanism", "GSSAPI"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({f"DUNGHAN_{name.upper()}": value})


# -- TLS and SASL -----------------------------------------------------------------------------------------------------


def test_by_default_nothing_is_encrypted_and_nobody_is_authenticated() -> None:
    assert Settings().kafka_client() == {
        "bootstrap_servers": ["127.0.0.1:19092"],
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_with_tls_the_brokers_name_and_certificate_are_checked(protocol: str) -> None:
    client = load_settings({"DUNGHAN_KAFKA_SECURITY_PROTOCOL": protocol}).kafka_client()

    assert client["security_protocol"] == protocol
    assert client["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert client["ssl_context"].check_hostname


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_with_sasl_the_user_and_the_password_are_passed_on(protocol: str) -> None:
    client = load_settings(
        {
            "DUNGHAN_KAFKA_SECURITY_PROTOCOL": protocol,
            "DUNGHAN_KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
            "DUNGHAN_KAFKA_USERNAME": "monitor",
            "DUNGHAN_KAFKA_PASSWORD": "hunter2",
        }
    ).kafka_client()

    assert (client["sasl_mechanism"], client["sasl_plain_username"], client["sasl_plain_password"]) == (
        "SCRAM-SHA-256",
        "monitor",
        "hunter2",
    )
    assert (client["ssl_context"] is not None) == (protocol == "SASL_SSL")


def test_credentials_are_not_sent_where_none_are_asked_for() -> None:
    client = Settings(kafka_username="monitor", kafka_password="hunter2").kafka_client()

    assert "hunter2" not in client.values()


@pytest.mark.parametrize("name", ["kafka_ca_file", "kafka_cert_file"])
def test_a_certificate_that_cannot_be_read_is_refused_by_the_settings_name(tmp_path: Path, name: str) -> None:
    for file in (tmp_path / "none.pem", tmp_path / "bad.pem"):
        (tmp_path / "bad.pem").write_text("no certificate")
        with pytest.raises(SettingsError, match="DUNGHAN_KAFKA_CA_FILE"):
            Settings(kafka_security_protocol="SSL", **{name: str(file)}).kafka_client()  # type: ignore[arg-type]


def test_redis_trusts_the_authority_given() -> None:
    assert Settings().redis_client() == {}
    assert Settings(redis_ca_file="/etc/ca.pem").redis_client() == {"ssl_ca_certs": "/etc/ca.pem"}

"""Where the services are and how to talk to them: read once from the environment, then passed on as a value.

Every setting is `DUNGHAN_<NAME>`. Secrets come from there only, or from a file that `DUNGHAN_<NAME>_FILE` names, as a
container is given them: an environment is seen by whoever may look at the process. Defaults are the local stack's, on
loopback.
"""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

PREFIX = "DUNGHAN_"
SECRETS = frozenset({"kafka_password", "redis", "grafana_token", "grafana_password"})  # each may be in a file, too
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0, le=1800)]  # Kafka allows no longer session


class SettingsError(ValueError):
    """A setting in the environment cannot be used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, with the local stack's defaults."""

    kafka: str = "127.0.0.1:19092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_username: str = ""
    kafka_password: str = ""
    kafka_ca_file: str = ""
    kafka_cert_file: str = ""
    kafka_key_file: str = ""

    app: str = "dunghan"  # consumer group, and the prefix of its topics and transactional ids
    state_version: Positive = 1  # of the state that workers go on with; `dunghan replay` builds the next one
    events_topic: str = "dossier-events"
    catalogue_topic: str = "catalogue-events"
    petitions_topic: str = "petition-events"
    alerts_topic: str = "dossier-alerts"
    partitions: Positive = 8
    replication_factor: Positive = 1
    session_timeout_seconds: Seconds = 6.0  # a crashed worker's partitions are taken over after this
    chunk_records: Positive = 8000  # 0.6 s of work; 2000 costs a third more an event (docs/benchmarks.md)
    store_dir: str = ""  # a folder where workers hold the dossiers; empty: in memory

    redis: str = "redis://127.0.0.1:16379/0"  # rediss:// for TLS; user and password in the address
    redis_ca_file: str = ""

    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 19101
    prometheus: str = "http://127.0.0.1:19090"
    alertmanager: str = "http://127.0.0.1:19093"

    webhook_url: str = ""  # who is told of every step of every alert; empty: nobody
    webhook_secret: str = ""  # whsec_… by which the receiver knows that it was us; or in a file:
    webhook_secret_file: str = ""
    grafana: str = ""  # e.g. http://127.0.0.1:3000; empty: there is none
    grafana_token: str = ""  # of a service account; or instead of it:
    grafana_user: str = ""
    grafana_password: str = ""
    deliver_metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 19106

    api_host: str = "127.0.0.1"
    api_port: Annotated[int, Meta(ge=0, le=65535)] = 19105
    api_tokens_file: str = ""  # lines name:digest, as `dunghan api token new` prints them; empty: --no-token only

    policy_file: str = ""  # empty: the policy that comes with the program
    calendar_dir: str = ""  # empty: the working calendar that comes with the program

    @property
    def dead_letters_topic(self) -> str:
        """Where rejected records go, as they came."""
        return f"{self.events_topic}.dlq"

    @property
    def state(self) -> str:
        """The prefix of the changelogs: each version of the state has its own (docs/decisions/0016)."""
        return self.app if self.state_version == 1 else f"{self.app}-v{self.state_version}"

    @property
    def changelog_topic(self) -> str:
        """The compacted topic that holds the dossiers and, by partition, the position in the events topic."""
        return f"{self.state}-dossiers-changelog"

    @property
    def position_group(self) -> str:
        """The group under which the readers report how far they are; for whoever looks on, no truth of theirs."""
        return f"{self.app}-position"

    @property
    def calendar_topic(self) -> str:
        """The compacted topic that holds the calendar documents applied to a running stack."""
        return f"{self.app}-calendar"

    def __repr__(self) -> str:
        """Return what may stand in a log or a traceback: no secret."""
        secret = SECRETS | {"webhook_secret"}
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name not in secret)
        return f"Settings({', '.join(shown)})"

    def environment(self) -> dict[str, str]:
        """Return the environment variables by which another process finds these settings."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items() if value != ""}

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the TLS context for Kafka, or None where the protocol uses none.

        Raises:
            SettingsError: a certificate or key cannot be read.
        """
        if not self.kafka_security_protocol.endswith("SSL"):
            return None
        try:
            context = ssl.create_default_context(cafile=self.kafka_ca_file or None)
            if self.kafka_cert_file:
                context.load_cert_chain(self.kafka_cert_file, self.kafka_key_file or None)
        except OSError as error:  # what OpenSSL says of a bad file names neither the file nor the setting
            raise SettingsError(f"{PREFIX}KAFKA_CA_FILE, _CERT_FILE or _KEY_FILE cannot be used: {error}") from error
        return context

    def kafka_client(self) -> dict[str, Any]:
        """Return the connection arguments that kafka-python and aiokafka share."""
        client: dict[str, Any] = {
            "bootstrap_servers": self.kafka.split(","),
            "security_protocol": self.kafka_security_protocol,
            "ssl_context": self.ssl_context(),
        }
        if self.kafka_security_protocol.startswith("SASL"):
            client |= {
                "sasl_mechanism": self.kafka_sasl_mechanism,
                "sasl_plain_username": self.kafka_username,
                "sasl_plain_password": self.kafka_password,
            }
        return client

    def redis_client(self) -> dict[str, Any]:
        """Return the connection arguments of redis-py beside the address."""
        return {"ssl_ca_certs": self.redis_ca_file} if self.redis_ca_file else {}


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: naming the variable at fault, or one that is no setting (a typo would be silent otherwise).
    """
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    given |= {name: _secret(name, given) for name in SECRETS if f"{name}_file" in given}
    unknown = sorted(given.keys() - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(f"{PREFIX}{unknown[0].upper()} is not a setting; see README.md, Settings")
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"environment: {error} (variables start with {PREFIX})") from error


def _secret(name: str, given: dict[str, str]) -> str:
    """Take the file that holds a secret out of what is given, and return what stands in it."""
    file = given.pop(f"{name}_file")
    variable = f"{PREFIX}{name.upper()}"
    if name in given:
        raise SettingsError(f"{variable} and {variable}_FILE are both set; unset one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{variable}_FILE: {file}: {reason}; give a file with the secret alone") from error

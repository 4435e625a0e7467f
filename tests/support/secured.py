"""Kafka and Redis as they are run where others share the network: TLS, users with passwords, and the least rights."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from redis import Redis as RedisClient
from redis.exceptions import RedisError

from config.settings import Settings
from dunghan.stack.config import HOST, StackConfig
from dunghan.stack.kafka import Kafka
from dunghan.stack.process import spawn, stop
from dunghan.stack.redis import Redis
from dunghan.stack.service import Service
from streams.acls import Role, grants
from support.workers import wait_until

SECURITY = Path(__file__).parents[2] / "SECURITY.md"
USERS = {role: f"dunghan-{role}" for role in Role}
MECHANISM = "SCRAM-SHA-512"

# The administrator has a listener of its own, without TLS and on loopback: what makes users can do everything anyway.
_PROPERTIES = """
listeners=ADMIN://{host}:{admin_port},CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=ADMIN://{host}:{admin_port},CLIENTS://{host}:{port}
listener.security.protocol.map=ADMIN:PLAINTEXT,CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=ADMIN
sasl.enabled.mechanisms={mechanism}
listener.name.clients.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
"""


class Certificates(msgspec.Struct, frozen=True):
    """A certificate for loopback, its key, and the authority that signed it."""

    authority: Path
    certificate: Path
    key: Path

    @property
    def keystore(self) -> Path:
        """Key and certificate in one file, as Kafka wants them."""
        return self.key.with_name("keystore.pem")


def make_certificates(folder: Path) -> Certificates:
    """Make an authority, and a certificate for loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificates(*(folder / name for name in ("ca.pem", "server.pem", "server.key")))
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    _openssl("req", "-x509", *key, "-keyout", folder / "ca.key", "-out", made.authority, "-subj", "/CN=test authority")
    _openssl(
        *("req", "-x509", *key, "-keyout", made.key, "-out", made.certificate, "-subj", f"/CN={HOST}"),
        *("-CA", made.authority, "-CAkey", folder / "ca.key", "-addext", f"subjectAltName=IP:{HOST}"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
    )
    made.keystore.write_text(made.key.read_text() + made.certificate.read_text())
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def running(service: Service) -> Iterator[None]:
    """Run a service until it is no longer needed."""
    service.prepare()
    process = spawn(service.command(), log=service.log, ports=service.ports().values())
    try:
        wait_until(lambda: service.is_ready(service.port), 90, f"{service.title} ready; see {service.log}")
        yield
    finally:
        stop([process], limit_seconds=20)


class SecuredKafka(Kafka):
    """The stack's broker, for clients with TLS, a name and a password, who may do what was granted."""

    def __init__(self, config: StackConfig, admin_port: int, certificates: Certificates) -> None:
        super().__init__(config)
        self.admin_port = admin_port
        self._certificates = certificates
        self.passwords = {user: secrets.token_urlsafe(16) for user in USERS.values()}

    def properties(self) -> str:
        """Return those of the stack; of two lines for one property the later holds."""
        secured = _PROPERTIES.format(
            host=HOST,
            port=self.config.kafka_port,
            admin_port=self.admin_port,
            controller_port=self.config.kafka_controller_port,
            keystore=self._certificates.keystore,
            mechanism=MECHANISM,
        )
        return super().properties() + secured

    def is_ready(self, port: int) -> bool:
        """Ask as the administrator."""
        return super().is_ready(self.admin_port if port == self.config.kafka_port else port)

    def admin_settings(self, settings: Settings) -> Settings:
        """Return how the administrator finds the broker."""
        return msgspec.structs.replace(settings, kafka=f"{HOST}:{self.admin_port}")

    def settings_of(self, role: Role, settings: Settings, **others: Any) -> Settings:
        """Return how a role finds the broker, and who it is there."""
        secured = {
            "kafka": f"{HOST}:{self.config.kafka_port}",
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": MECHANISM,
            "kafka_username": USERS[role],
            "kafka_password": self.passwords[USERS[role]],
            "kafka_ca_file": str(self._certificates.authority),
        }
        return msgspec.structs.replace(settings, **(secured | others))

    def grant_everything(self, settings: Settings) -> None:
        """Make the users, and give each what its role needs, and nothing else."""
        admin = KafkaAdminClient(**self.admin_settings(settings).kafka_client())
        with closing(admin):
            mechanism = ScramMechanism.SCRAM_SHA_512
            users = [UserScramCredentialUpsertion(user, mechanism, word) for user, word in self.passwords.items()]
            assert not any(admin.alter_user_scram_credentials(users).values())
            admin.create_acls([acl for role in Role for acl in _acls(role, settings)])


def _acls(role: Role, settings: Settings) -> list[ACL]:
    return [
        ACL(
            principal=f"User:{USERS[role]}",
            host="*",
            operation=ACLOperation[operation.name],
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePattern(
                ResourceType[grant.resource.name], name, ACLResourcePatternType[grant.pattern.name]
            ),
        )
        for grant in grants(role, settings)
        for name in grant.names
        for operation in grant.operations
    ]


class SecuredRedis(Redis):
    """Redis by TLS only, for the users of SECURITY.md and an administrator."""

    def __init__(self, config: StackConfig, certificates: Certificates, app: str) -> None:
        super().__init__(config)
        self.authority = str(certificates.authority)
        self._certificates = certificates
        self._app = app
        self.passwords = {user: secrets.token_urlsafe(16) for user in ("worker", "api", "tools", "admin")}

    def prepare(self) -> None:
        """Write the users, with passwords and the keys of this app."""
        super().prepare()
        block = next(part for part in SECURITY.read_text(encoding="utf-8").split("```") if "user default off" in part)
        text = block.strip().replace("~dunghan:", f"~{self._app}:")
        for user, password in self.passwords.items():
            text = text.replace(f">{user.upper()}-PASSWORD", f">{password}")
        admin = f"user dunghan-admin on >{self.passwords['admin']} ~* &* +@all"
        self._users.write_text(f"{text}\n{admin}\n", encoding="utf-8")

    def command(self) -> list[str]:
        """Return the stack's command line, with TLS in place of the open port."""
        port = str(self.config.redis_port)
        options = {
            "port": "0",
            "tls-port": port,
            "tls-cert-file": str(self._certificates.certificate),
            "tls-key-file": str(self._certificates.key),
            "tls-ca-cert-file": self.authority,
            "tls-auth-clients": "no",
            "aclfile": str(self._users),
        }
        return [*super().command(), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def is_ready(self, port: int) -> bool:
        """Ask as the administrator."""
        del port
        with self.client("admin") as client, suppress(RedisError):
            return bool(client.ping())
        return False

    def address(self, user: str) -> str:
        """Return where a user finds it, and who that is."""
        return f"rediss://dunghan-{user}:{self.passwords[user]}@{HOST}:{self.config.redis_port}/0"

    def settings_of(self, user: str, settings: Settings) -> Settings:
        """Return the settings by which a process is this user."""
        return msgspec.structs.replace(settings, redis=self.address(user), redis_ca_file=self.authority)

    def client(self, user: str) -> RedisClient:
        """Return a client that is this user."""
        return RedisClient.from_url(self.address(user), ssl_ca_certs=self.authority, decode_responses=True)

    @property
    def _users(self) -> Path:
        return self.home / "users.acl"

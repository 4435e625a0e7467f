"""Services that a test may kill, freeze and start again; and Kafka as one broker or three, on loopback."""

import base64
import signal
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient

from dunghan.stack.config import HOST, StackConfig
from dunghan.stack.kafka import Kafka
from dunghan.stack.ports import free_ports
from dunghan.stack.process import Process, spawn, stop
from dunghan.stack.service import Service
from support.workers import wait_until

LIBS = Path(__file__).parents[2] / "var" / "stack" / "kafka" / "libs"  # fetched by `dunghan stack install`
READY_SECONDS = 90.0
STOP_SECONDS = 20.0
INTERNAL_PARTITIONS = 8  # of each of the topics in which brokers keep offsets and transactions

# Of two lines for one property the later holds. A broker that is gone is noticed in three seconds, not in nine, and one
# that is stopped goes at once: it has nobody to hand its partitions to.
_NODE = """
controller.quorum.voters={voters}
advertised.listeners=PLAINTEXT://{host}:{port}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
controller.quorum.election.timeout.ms=1000
controller.quorum.fetch.timeout.ms=2000
controlled.shutdown.enable=false
"""
_REPLICATED = """
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
replica.lag.time.max.ms=3000
"""


class Victim:
    """One service, and what may happen to it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._process: Process | None = None

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"{HOST}:{self.service.port}"

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.service.is_ready(self.service.port)

    @property
    def is_alive(self) -> bool:
        """Whether it runs, frozen or not."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Start it, again if it has ended, with what it had written."""
        self.service.prepare()
        self._process = spawn(self.service.command(), log=self.service.log, ports=self.service.ports().values())

    def wait_until_ready(self) -> None:
        """Wait until it serves."""
        wait_until(lambda: self.is_ready, READY_SECONDS, f"{self.service.title} ready")

    def kill(self) -> None:
        """End it at once, as when the power fails."""
        if self._process is not None:
            self._process.signal(signal.SIGKILL)
            stop([self._process], limit_seconds=STOP_SECONDS)

    def restore(self) -> None:
        """Have it run, whatever happened to it."""
        if not self.is_alive:
            self.start()
        self.wake()
        self.wait_until_ready()

    def freeze(self) -> None:
        """Stop it where it is: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, f"{self.service.title} was not started"
        self._process.signal(number)


class Node(Kafka):
    """One of the brokers of a cluster; each is a controller too."""

    def __init__(self, config: StackConfig, number: int, overrides: str) -> None:
        super().__init__(config)
        self.node_id = number
        self._overrides = overrides

    def properties(self) -> str:
        """Return those of the stack's one broker, and what is otherwise here."""
        return super().properties() + self._overrides

    def cluster_id(self) -> str:
        """Return the same id for all."""
        return base64.urlsafe_b64encode(b"the failure suite".ljust(16)[:16]).decode().rstrip("=")


class Cluster:
    """Brokers on loopback."""

    def __init__(self, folder: Path, brokers: int) -> None:
        self.folder = folder
        ports = free_ports(2 * brokers)
        self.ports = dict(enumerate(ports[:brokers], 1))
        self.controllers = dict(enumerate(ports[brokers:], 1))
        self.brokers = {
            number: Victim(Node(self._config(number), number, self._overrides(number))) for number in self.ports
        }

    def _config(self, number: int) -> StackConfig:
        return StackConfig(
            dir=self.folder / f"broker-{number}",
            kafka_libs=LIBS,
            kafka_port=self.ports[number],
            kafka_controller_port=self.controllers[number],
            kafka_heap="320m",
        )

    def _overrides(self, number: int) -> str:
        voters = (f"{other}@{HOST}:{self.controller_port(other, seen_by=number)}" for other in self.ports)
        node = _NODE.format(voters=",".join(voters), host=HOST, port=self.client_port(number))
        return node + (_REPLICATED if len(self.ports) > 1 else "")

    def client_port(self, number: int) -> int:
        """Return the port where clients, and the other brokers, find a broker."""
        return self.ports[number]

    def controller_port(self, number: int, *, seen_by: int) -> int:  # noqa: ARG002 - see `support.links`
        """Return the port where a controller finds another one."""
        return self.controllers[number]

    @property
    def addresses(self) -> str:
        """Where clients find them, as `Settings.kafka` has it."""
        return ",".join(f"{HOST}:{self.client_port(number)}" for number in self.ports)

    @property
    def replicas(self) -> int:
        """How many replicas each partition has: one in every broker."""
        return len(self.brokers)

    def __enter__(self) -> Self:
        try:
            for victim in self.brokers.values():
                victim.start()
            self.wait_until_whole()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all brokers; nothing of them is kept."""
        for victim in self.brokers.values():
            victim.kill()

    def wait_until_whole(self) -> None:
        """Wait until every broker serves and no replica lags behind."""
        for victim in self.brokers.values():
            victim.wait_until_ready()
        wait_until(self._is_whole, READY_SECONDS, "every replica in sync")

    def _is_whole(self) -> bool:
        with closing(self.admin()) as admin:
            partitions = [one for topic in admin.describe_topics() for one in topic["partitions"]]
        return all(len(one["isr_nodes"]) == len(one["replica_nodes"]) for one in partitions)

    def leader(self, topic: str, partition: int) -> int:
        """Return the number of the broker that leads a partition."""
        with closing(self.admin()) as admin:
            (described,) = admin.describe_topics([topic])
        return next(one["leader_id"] for one in described["partitions"] if one["partition_index"] == partition)

    def coordinator_of_group(self, group: str) -> int:
        """Return the number of the broker that coordinates a consumer group."""
        return self.leader("__consumer_offsets", _java_hash(group) % INTERNAL_PARTITIONS)

    def coordinator_of_transactions(self, transactional_id: str) -> int:
        """Return the number of the broker that coordinates the transactions of one producer."""
        return self.leader("__transaction_state", _java_hash(transactional_id) % INTERNAL_PARTITIONS)

    def admin(self) -> Any:
        """Return an administrator's client; close it."""
        return KafkaAdminClient(bootstrap_servers=self.addresses.split(","), bootstrap_timeout_ms=20_000)


def _java_hash(text: str) -> int:
    """Return what Java's `String.hashCode` does, without its sign: by it Kafka places groups and transactions."""
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value & 0x7FFFFFFF

"""Apache Kafka (KRaft): one node that is broker and controller, from the jars of `config/kafka/pom.xml`."""

import base64
import re
import shutil
import socket
import subprocess
import uuid
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from dunghan.stack.config import CONFIG_FILES, HOST
from dunghan.stack.errors import StackError
from dunghan.stack.service import PROBE_SECONDS, Service

POM = CONFIG_FILES / "kafka" / "pom.xml"
LOGGING = CONFIG_FILES / "kafka" / "log4j2.properties"
FETCHED = ".fetched"  # stands in the folder of the jars once all are there; holds the pom they came from
FORMAT_LIMIT_SECONDS = 60

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={node}@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
# One node: every internal topic has one replica, and few partitions, for they are made at the first use of each.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
# A topic nobody made is a mistake, not a topic.
auto.create.topics.enable=false
# Workers come and go while one watches: no wait for more members, and sessions short enough to see a takeover.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A small machine.
num.network.threads=2
num.io.threads=4
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=16777216
"""


def kafka_version() -> str:
    """Return the version that the pom pins."""
    match = re.search(r"<kafka.version>(.+?)</kafka.version>", POM.read_text())
    return match[1] if match else "?"


class Kafka(Service):
    """The broker."""

    name = "kafka"
    title = "Kafka"
    node_id = 1

    def ports(self) -> dict[str, int]:
        """Return the clients' port and the controller's own."""
        return {
            "--kafka-port": self.config.kafka_port,
            "--kafka-controller-port": self.config.kafka_controller_port,
        }

    def lacks(self) -> str | None:
        """Return Java or the jars, whichever is missing."""
        if shutil.which("java") is None:
            return "Java"
        return None if self.has_jars() else f"Kafka {kafka_version()}"

    def has_jars(self) -> bool:
        """Tell whether all jars of the pom, as it is now, were fetched."""
        marker = self.config.libs / FETCHED
        return marker.exists() and marker.read_text() == POM.read_text()

    def prepare(self) -> None:
        """Write server.properties and, the first time, format the storage."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(self.properties())
        if not (self._data / "meta.properties").exists():  # the last file that formatting writes
            self._format()

    def properties(self) -> str:
        """Return server.properties."""
        return PROPERTIES.format(
            node=self.node_id,
            host=HOST,
            port=self.config.kafka_port,
            controller_port=self.config.kafka_controller_port,
            data=self._data,
        )

    def cluster_id(self) -> str:
        """Return the id of the cluster whose storage is formatted."""
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")

    def command(self) -> list[str]:
        """Return the broker's command line."""
        heap = self.config.kafka_heap
        return [*self._java(f"-Xms{heap}", f"-Xmx{heap}"), "kafka.Kafka", str(self._properties)]

    def is_ready(self, port: int) -> bool:
        """Ask for the cluster's brokers: ready is when ours is among them and not fenced."""
        limit = int(PROBE_SECONDS * 1000)
        try:
            # A refused connection is told here, in no time and without a line in anybody's log.
            socket.create_connection((HOST, port), timeout=PROBE_SECONDS).close()
            admin = KafkaAdminClient(
                bootstrap_servers=f"{HOST}:{port}", bootstrap_timeout_ms=limit, request_timeout_ms=limit
            )
        except (OSError, KafkaError):
            return False
        try:
            brokers = admin.describe_cluster()["brokers"]
            return any(one["broker_id"] == self.node_id and not one["is_fenced"] for one in brokers)
        except KafkaError:
            return False
        finally:
            admin.close()

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def _properties(self) -> Path:
        return self.home / "server.properties"

    def _java(self, *options: str) -> list[str]:
        # The serial collector: a heap of half a gigabyte on few cores, which the workers need too.
        logging = f"-Dlog4j2.configurationFile={LOGGING}"
        return ["java", *options, "-XX:+UseSerialGC", logging, "-cp", f"{self.config.libs}/*"]

    def _format(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # half formatted, if anything
        cluster = f"--cluster-id={self.cluster_id()}"  # with "=", for one in 64 begins with a dash, as options do
        tool = ["kafka.tools.StorageTool", "format", cluster, "-c", str(self._properties)]
        java = self._java("-Xmx64m", "-XX:TieredStopAtLevel=1")
        try:
            subprocess.run([*java, *tool], capture_output=True, text=True, check=True, timeout=FORMAT_LIMIT_SECONDS)
        except subprocess.CalledProcessError as error:
            raise StackError(f"Kafka: formatting {self._data} failed:\n{error.stdout}{error.stderr}") from error
        except subprocess.TimeoutExpired as error:
            raise StackError(f"Kafka: formatting {self._data} took over {FORMAT_LIMIT_SECONDS} s") from error

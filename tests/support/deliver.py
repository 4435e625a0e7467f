"""A real `dunghan deliver`, the alerts topic, and a real receiver of webhooks."""

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from standardwebhooks import Webhook

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.alerts import AlertEvent, Change, encode_alert
from support.workers import environment, wait_until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the specification


def publish(settings: Settings, events: Iterable[AlertEvent]) -> None:
    """Write steps as a worker does: in one transaction, each in its partition, a tombstone after what is resolved."""
    asyncio.run(_publish(settings, events))


async def _publish(settings: Settings, events: Iterable[AlertEvent]) -> None:
    producer = AIOKafkaProducer(**settings.kafka_client(), transactional_id=uuid4().hex)
    await producer.start()
    try:
        async with producer.transaction():
            for event in events:
                partition = zlib.crc32(event.subject.encode()) % settings.partitions
                values = [encode_alert(event), None][: 2 if event.data.change is Change.RESOLVED else 1]
                for value in values:
                    await producer.send(settings.alerts_topic, value, event.key.encode(), partition)
    finally:
        await producer.stop()


class DeliverProcess:
    """One `dunghan deliver`, its metrics and its log."""

    def __init__(self, settings: Settings, folder: Path, *sinks: str) -> None:
        (self.port,) = free_ports(1)
        self.log = folder / f"deliver-{self.port}.log"
        to = [option for sink in sinks for option in ("--to", sink)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "dunghan",
                    "deliver",
                    "--metrics-port",
                    str(self.port),
                    "--loglevel",
                    "INFO",
                    *to,
                ],
                env=environment(settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.metric("tthc_delivery_failing", sink=(sinks or ("alertmanager",))[0]) is not None, 30)

    def stop(self) -> None:
        """Stop it as an operator would."""
        self.process.terminate()
        assert self.process.wait(20) == 0, self.log.read_text()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.wait()

    def metric(self, name: str, **labels: str) -> float | None:
        """Return one sample; None while it is not there."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return None
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return next((one.value for one in samples if one.name == name and one.labels == labels), None)


class Listener(ABC):
    """A real HTTP server that is told things by POST, and answers what it is set to."""

    def __init__(self) -> None:
        self.status = 204
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self._server.server_port}/alerts"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @abstractmethod
    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Take what came."""


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.take(body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(listener.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class Receiver(Listener):
    """A receiver of our webhook: it checks the signature of all that comes."""

    def __init__(self) -> None:
        self.asked = 0
        self.seconds = 0.0
        """How long it thinks about each."""
        self.bodies: list[dict[str, Any]] = []
        """What it said yes to, in the order of arrival."""
        self.ids: list[str] = []
        super().__init__()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Check the signature; keep what is accepted."""
        content = Webhook(SECRET).verify(body, headers)
        time.sleep(self.seconds)
        if self.status < 300:
            self.ids.append(headers["webhook-id"])
            self.bodies.append(content)
        self.asked += 1

    def steps_of(self, subject: str) -> list[int]:
        """Return the numbers of the steps it got of a subject."""
        return [body["data"]["number"] for body in self.bodies if body["subject"] == subject]


class Notified(Listener):
    """Whoever Alertmanager notifies: a member of staff."""

    def __init__(self) -> None:
        self.messages: list[list[tuple[str, str]]] = []
        """By message, each alert's status, and its dossier or `many`."""
        super().__init__()

    def take(self, body: bytes, headers: dict[str, str]) -> None:  # noqa: ARG002 - nobody signs here
        """Keep the message."""
        alerts = json.loads(body)["alerts"]
        self.messages.append([(alert["status"], alert["labels"].get("dossier", "many")) for alert in alerts])

    def read(self, status: str) -> set[str]:
        """Return what was ever read as firing, or as resolved: dossiers, or `many` where they are counted."""
        return {name for message in self.messages for found, name in message if found == status}

    def last(self, status: str) -> set[str]:
        """Return the same of the last message."""
        return {name for found, name in self.messages[-1] if found == status}

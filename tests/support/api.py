"""A real `dunghan api` over the view of a real worker, asked as a program would."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import requests

from alerts.api.tokens import line_of, new_token
from builders import event
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.events import DossierPortal, Event, Outcome, Status
from streams.publish import Publisher
from support.workers import WorkerProcess, environment, wait_until, wait_until_applied


class ApiProcess:
    """One API, a token for it, and its log."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        self.token = new_token()
        self.log = folder / f"api-{port}.log"
        tokens = folder / f"tokens-{port}"
        tokens.write_text(line_of("test", self.token), encoding="utf-8")
        own = msgspec.structs.replace(settings, api_port=port, api_tokens_file=str(tokens))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dunghan", "api"], env=environment(own), stdout=log, stderr=log
            )
        wait_until(self._is_up, 30, "the API to be up")

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.answer("/health").ok
        except requests.ConnectionError:
            return False

    def answer(self, path: str, **parameters: Any) -> requests.Response:
        """Return what is answered, whatever that is."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.address}{path}", params=parameters, headers=headers, timeout=10)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the JSON of a question that is answered."""
        answer = self.answer(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def is_ready(self) -> bool:
        """Return whether all can be told."""
        return self.answer("/ready").status_code == 200

    def codes(self, name: str, **parameters: Any) -> list[str]:
        """Return the dossiers of the first page of a list."""
        return [dossier["code"] for dossier in self.get(f"/v1/{name}", **parameters)["dossiers"]]

    def stop(self, seconds: float = 20) -> int:
        """Stop it as an operator would; return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(seconds)


class Serving(NamedTuple):
    """A worker that fills a view, and an API that reads it."""

    settings: Settings
    worker: WorkerProcess
    api: ApiProcess


@contextmanager
def serving(settings: Settings, folder: Path, events: Iterable[Event]) -> Iterator[Serving]:
    """Have these events applied, and served once the view is complete."""
    publish(settings, events)
    worker = WorkerProcess(settings, folder, "worker", *free_ports(1))
    try:
        wait_until_applied(settings, [worker])
        api = ApiProcess(settings, folder)
        try:
            wait_until(api.is_ready, 30, "the API to be ready")
            wait_until(lambda: api.get("/v1/overdue")["completeness"]["complete"], 30, "the view to be complete")
            yield Serving(settings, worker, api)
        finally:
            api.stop()
    finally:
        worker.stop()


def publish(settings: Settings, events: Iterable[Event]) -> None:
    """Publish dossier events."""
    with Publisher(settings) as publisher:
        for one in events:
            publisher.send(encode(one), one.subject)


def acknowledged(at: Any, status: int, code: str) -> Event:
    """Return that the portal has taken in a status."""
    return event(at, DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=Status(status)), code)

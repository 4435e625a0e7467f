"""The whole stack: up, down, status."""

import time
from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from dunghan.stack import ports
from dunghan.stack.config import HOST, StackConfig
from dunghan.stack.errors import StackError
from dunghan.stack.kafka import Kafka
from dunghan.stack.lock import locked
from dunghan.stack.process import read_pid_file, spawn, stop, write_pid_file
from dunghan.stack.prometheus import Alertmanager, Prometheus
from dunghan.stack.redis import Redis
from dunghan.stack.say import Say, say_on_stderr, tail
from dunghan.stack.service import Service

# Kafka last: formatting its storage takes seconds, in which the others start.
SERVICES: tuple[type[Service], ...] = (Redis, Alertmanager, Prometheus, Kafka)
NAMES = tuple(service.name for service in SERVICES)
STOP_LIMIT_SECONDS = 20.0
ANSWER_LIMIT_SECONDS = 10.0  # for a service that was running before: it should answer at once
POLL_SECONDS = 0.1


class State(StrEnum):
    """How a service is."""

    STOPPED = "stopped"
    RUNNING = "running"
    SILENT = "does not answer"
    DEAD = "dead"  # it was started, and nobody stopped it


class ServiceStatus(msgspec.Struct, frozen=True):
    """One service, as found."""

    name: str
    state: State
    address: str
    pid: int | None


class Stack:
    """The services of one folder."""

    def __init__(self, config: StackConfig | None = None, *, say: Say = say_on_stderr) -> None:
        self.config = config or StackConfig()
        self._say = say
        self._services = [service(self.config) for service in SERVICES]
        ports.check_distinct(self._services)

    def up(self) -> list[str]:
        """Start what does not run, wait until all answer, and return the names of what was started.

        A service that died since it was started is started again. If anything fails, what this call started is
        stopped again.

        Raises:
            StackError: saying which service, why, and what to do.
        """
        with locked(self.config.dir):
            absent = [service for service in self._services if not self._already_runs(service)]
            self._check_startable(absent)
            try:
                for service in absent:
                    self._start(service)
                self._wait_until_ready(absent)
            except BaseException:
                self._stop(absent)
                raise
            return [service.name for service in absent]

    def down(self, names: Collection[str] = NAMES) -> list[str]:
        """Stop these services and return the names of those that were running."""
        if not self.config.dir.exists():
            return []
        with locked(self.config.dir):
            return self._stop([service for service in self._services if service.name in names])

    def status(self) -> list[ServiceStatus]:
        """Look at every service."""
        return [self._status(service) for service in self._services]

    def _already_runs(self, service: Service) -> bool:
        process = read_pid_file(service.pid_file)
        if process is None or not process.is_alive():
            return False
        if process.ports != tuple(service.ports().values()):
            raise StackError(
                f"{service.title} already runs in {self.config.dir}, on port {process.ports[0]}: "
                f"use that port, or `dunghan stack down --dir {self.config.dir}` first"
            )
        return True

    def _check_startable(self, services: Sequence[Service]) -> None:
        lacking = [lack for service in services if (lack := service.lacks())]
        if lacking:
            raise StackError(f"not installed: {', '.join(lacking)}; run `dunghan stack install`")
        ports.check_free(services)

    def _start(self, service: Service) -> None:
        if died := read_pid_file(service.pid_file):
            self._say(f"{service.title} died (pid {died.pid}; its log is kept as {service.log}.1)")
        self._say(f"{service.title}: starting on {HOST}:{service.port}…")
        service.prepare()
        process = spawn(service.command(), log=service.log, ports=service.ports().values())
        write_pid_file(service.pid_file, process)

    def _wait_until_ready(self, started: Sequence[Service]) -> None:
        begun = time.monotonic()
        waiting = list(self._services)
        while waiting:
            self._check_alive(waiting)
            ready = [service for service in waiting if service.is_ready(service.port)]
            waited = time.monotonic() - begun
            for service in ready:
                waiting.remove(service)
                if service in started:
                    self._say(f"{service.title}: ready after {waited:.1f} s")
            self._check_patience(waiting, started, waited)
            if waiting:
                time.sleep(POLL_SECONDS)

    def _check_alive(self, services: Sequence[Service]) -> None:
        for service in services:
            process = read_pid_file(service.pid_file)
            if process is None or not process.is_alive():
                raise StackError(f"{service.title} ended as soon as it was started; {tail(service.log)}")

    def _check_patience(self, waiting: Sequence[Service], started: Sequence[Service], waited: float) -> None:
        for service in waiting:
            limit = self.config.start_limit_seconds if service in started else ANSWER_LIMIT_SECONDS
            if waited > limit:
                raise StackError(
                    f"{service.title} runs but has not answered on {HOST}:{service.port} for {limit:.0f} s: "
                    f"`dunghan stack down --dir {self.config.dir}`, then up again; {tail(service.log)}"
                )

    def _stop(self, services: Sequence[Service]) -> list[str]:
        found = {service: process for service in services if (process := read_pid_file(service.pid_file))}
        running = {service: process for service, process in found.items() if process.is_alive()}
        stop(running.values(), limit_seconds=STOP_LIMIT_SECONDS)
        for service in found:
            service.pid_file.unlink(missing_ok=True)
        for service in running:
            self._say(f"{service.title}: stopped")
        return [service.name for service in running]

    def _status(self, service: Service) -> ServiceStatus:
        process = read_pid_file(service.pid_file)
        if process is None:
            return ServiceStatus(service.name, State.STOPPED, f"{HOST}:{service.port}", None)
        port = process.ports[0]  # the one it was started with, whatever this configuration says
        state = State.DEAD
        if process.is_alive():
            state = State.RUNNING if service.is_ready(port) else State.SILENT
        return ServiceStatus(service.name, state, f"{HOST}:{port}", process.pid)

"""The demo, step by step; every step names what undoes it, and all is undone in reverse order, however it ends.

1. Install what is missing.          4. Start the workers, and wait until they answer.
2. Bring the stack up.               5. Start the province: its history, then life as it goes on.
3. Create topics for this demo only. 6. Show the board until the time is over, or Ctrl-C.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import requests
from rich.console import Console

from alerts.board import BoardSource, Snapshot, show
from config.clock import Clock
from config.settings import PREFIX, load_settings
from dunghan.demo.children import Children
from dunghan.demo.interrupts import Interrupts
from dunghan.demo.leftovers import forget
from dunghan.demo.summary import summary_lines
from dunghan.errors import UserError
from dunghan.stack import Stack, install
from dunghan.stack.config import HOST
from dunghan.stack.ports import is_free
from streams.topics import TopicsError, create_topics

WORKER_LIMIT_SECONDS = 60.0  # two workers that start on two busy cores need about ten
NOTICE_LIMIT_SECONDS = 12.0  # a scrape and an evaluation, 5 seconds each (config/prometheus/prometheus.yml)
POLL_SECONDS = 0.25
# A month of a small province; then some three events a second at any hour, so that there is something to see.
PROVINCE = ("simulate", "--follow", "--around-the-clock", "--rush", "2000")


class Demo:
    """One demonstration, on the stack of one folder. `duration` is in seconds, from the board's first appearance."""

    def __init__(self, stack: Stack, *, workers: int, duration: float | None, clock: Clock, console: Console) -> None:
        # Topics, group and view of its own: a second demo starts from nothing.
        name = f"demo-{clock.now():%Y%m%d-%H%M%S}"
        kinds = ("EVENTS", "CATALOGUE", "PETITIONS", "ALERTS")
        topics = {f"{PREFIX}{kind}_TOPIC": f"{name}-{kind.lower()}" for kind in kinds}
        own = {f"{PREFIX}APP": name, **topics}
        environment = stack.config.environment() | own
        self._settings = load_settings(environment)
        self._own = own
        self._stack = stack
        self._ports = stack.config.worker_ports[:workers]
        self._api_port, self._deliver_port = stack.config.api_port, stack.config.deliver_port
        self._duration = duration
        self._console = console
        self._interrupts = Interrupts()
        self._children = Children(stack.config.logs, environment)
        self._source = BoardSource(self._settings.prometheus, self._settings.alertmanager, clock)

    def run(self) -> None:
        """Run it to its end.

        Raises:
            ChildDiedError: a worker or the province ended by itself.
            UserError: the stack, the topics or the workers could not be started.
        """
        begun = monotonic()
        with self._interrupts.caught(), ExitStack() as undo:
            undo.callback(self._say, "Đã dừng mọi thứ bản trình diễn đã mở · all that this demo started is stopped")
            undo.callback(self._source.close)
            try:
                self._check_ports()
                self._bring_up(undo)
                self._say(f"Mọi thứ đã chạy sau {monotonic() - begun:.0f} giây · everything runs")
                show(self._read, self._console, Event(), seconds=self._duration)
            except KeyboardInterrupt:
                pass  # a person's wish, and no failure
            finally:
                self._close()

    def _check_ports(self) -> None:
        for port in (*self._ports, self._api_port, self._deliver_port):
            if not is_free(port):
                raise UserError(f"port {port} is taken: stop the worker, or the other demo, that listens there first")

    def _bring_up(self, undo: ExitStack) -> None:
        self._step(1, "Kiểm tra phần mềm · checking programs (the first time: a few minutes to install)")
        install(self._stack.config)
        self._step(2, "Kafka, Redis, Prometheus, Alertmanager (about 15 seconds)")
        undo.callback(self._stop_stack, self._stack.up())
        self._step(3, f"Tạo topic · creating {self._settings.events_topic} and its companions")
        undo.callback(forget, self._settings)
        self._create_topics()
        undo.callback(self._settings_file.unlink, missing_ok=True)
        self._settings_file.write_text("".join(f"export {name}={value}\n" for name, value in self._own.items()))
        self._step(4, f"{len(self._ports)} worker Faust (about 10 seconds), logs in {self._stack.config.logs}")
        undo.callback(self._children.stop)
        for number, port in enumerate(self._ports, 1):
            self._start(f"worker {number}", "worker", "--metrics-port", str(port))
        self._start("deliver", "deliver", "--metrics-port", str(self._deliver_port))
        self._start("api", "api", "--no-token", "--port", str(self._api_port))
        self._wait_for_workers()
        self._step(5, "Một tỉnh mô phỏng: một tháng hồ sơ rồi tiếp tục · a simulated province: a month, then live")
        self._start("province", *PROVINCE)
        self._step(6, "Bảng theo dõi: cảnh báo đầu tiên sau khoảng một phút · first alerts after about a minute")
        self._say(f"  Prometheus   {self._settings.prometheus}/alerts\n  Alertmanager {self._settings.alertmanager}")
        self._say(f"  JSON API     http://{HOST}:{self._api_port}/v1/overdue")
        self._say(f"  Ở cửa sổ khác · in another terminal: . {self._settings_file}; dunghan doctor")
        self._say("  Ctrl-C: dừng tất cả · stops everything")

    @property
    def _settings_file(self) -> Path:
        """What a shell reads so that every other command finds this demo's topics."""
        return self._stack.config.dir / "demo.env"

    def _create_topics(self) -> None:
        try:
            create_topics(self._settings)
        except TopicsError as error:
            raise UserError(str(error)) from error

    def _start(self, name: str, *arguments: str) -> None:
        with self._interrupts.held():
            self._children.start(name, *arguments)

    def _wait_for_workers(self) -> None:
        deadline = monotonic() + WORKER_LIMIT_SECONDS
        waiting = list(self._ports)
        while waiting := [port for port in waiting if not _answers(port)]:
            self._children.check()
            if monotonic() > deadline:
                raise UserError(
                    f"the worker on port {waiting[0]} has not answered for {WORKER_LIMIT_SECONDS:.0f} s; "
                    f"see the worker logs in {self._stack.config.logs}"
                )
            sleep(POLL_SECONDS)

    def _read(self) -> Snapshot:
        self._children.check()
        return self._source.read()

    def _close(self) -> None:
        """Tell what was seen, while Prometheus still runs, and that the end has begun."""
        self._interrupts.ignore()
        for line in summary_lines(self._source.read()):
            self._say(line)
        self._say("Đang dừng · stopping: the province, the workers, then the services (about 10 seconds)")

    def _stop_stack(self, started: list[str]) -> None:
        """Stop what this demo started, Prometheus last: it has to see the workers gone.

        Or their last numbers would still be there for five minutes, for a demo that starts within that time.
        """
        self._stack.down([name for name in started if name != "prometheus"])
        if "prometheus" in started:
            _wait_until(lambda: not self._source.read().samples, NOTICE_LIMIT_SECONDS)
            self._stack.down(["prometheus"])

    def _step(self, number: int, what: str) -> None:
        self._say(f"[{number}/6] {what}")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _answers(port: int) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"http://{HOST}:{port}/metrics", timeout=2).ok
    except requests.RequestException:
        return False


def _wait_until(is_so: Callable[[], bool], limit_seconds: float) -> None:
    deadline = monotonic() + limit_seconds
    while not is_so() and monotonic() < deadline:
        sleep(POLL_SECONDS)

"""The demo's steps against a stack that only pretends: what is started and stopped, in which order, whatever fails."""

import signal
from collections.abc import Collection
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alerts.board import Snapshot
from config.clock import FixedClock
from config.settings import Settings
from dunghan.demo import ChildDiedError, Demo, run
from dunghan.demo.summary import summary_lines
from dunghan.errors import UserError
from dunghan.stack import Stack, StackConfig, StackError
from dunghan.stack.ports import free_ports

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ALL = ["redis", "alertmanager", "prometheus", "kafka"]


class PretendedStack(Stack):
    """Starts nothing, and writes down what it was asked."""

    def __init__(self, folder: Path, started: list[str], events: list[str]) -> None:
        redis, kafka, controller, prometheus, alertmanager, worker = free_ports(6)
        super().__init__(
            StackConfig(
                dir=folder,
                redis_port=redis,
                kafka_port=kafka,
                kafka_controller_port=controller,
                prometheus_port=prometheus,
                alertmanager_port=alertmanager,
                worker_ports=(worker,),
            )
        )
        self.started = started
        self.events = events

    def up(self) -> list[str]:
        self.events.append("up")
        return self.started

    def down(self, names: Collection[str] = ()) -> list[str]:
        self.events.append(f"down {' '.join(names)}")
        return list(names)


class PretendedChildren:
    """Starts no process."""

    def __init__(self, events: list[str]) -> None:
        self.events = events
        self.dead = ""

    def start(self, name: str, *_: str) -> None:
        self.events.append(name)

    def check(self) -> None:
        if self.dead in self.events:
            raise ChildDiedError(f"{self.dead} ended by itself")

    def stop(self) -> None:
        self.events.append("children stopped")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened, in order; everything outside of the demo only pretends."""
    happened: list[str] = []

    def note(what: str) -> None:
        happened.append(what)

    monkeypatch.setattr(run, "install", lambda _: note("install"))
    monkeypatch.setattr(run, "create_topics", lambda _: note("topics"))
    monkeypatch.setattr(run, "forget", lambda _: note("forget"))
    monkeypatch.setattr(run, "_answers", lambda _: True)
    monkeypatch.setattr(run, "_wait_until", lambda *_: note("wait for Prometheus"))
    return happened


def demo(events: list[str], folder: Path, started: list[str]) -> tuple[Demo, PretendedChildren, StringIO]:
    output = StringIO()
    console = Console(file=output, force_terminal=False)
    demo = Demo(
        PretendedStack(folder, started, events), workers=1, duration=1e-9, clock=FixedClock(AT), console=console
    )
    children = PretendedChildren(events)
    demo._children = children  # type: ignore[assignment]
    return demo, children, output


def test_all_is_started_in_order_and_stopped_in_reverse_with_prometheus_last(tmp_path: Path, events: list[str]) -> None:
    shown, _, output = demo(events, tmp_path, ALL)
    shown.run()
    assert events == [
        *("install", "up", "topics", "worker 1", "deliver", "api", "province"),
        *("children stopped", "forget", "down redis alertmanager kafka", "wait for Prometheus", "down prometheus"),
    ]
    assert "[6/6]" in output.getvalue()
    assert output.getvalue().rstrip().endswith("all that this demo started is stopped")


def test_a_stack_that_ran_before_is_left_running(tmp_path: Path, events: list[str]) -> None:
    shown, _, _ = demo(events, tmp_path, [])
    shown.run()
    assert events[-3:] == ["children stopped", "forget", "down "]


def test_a_worker_that_dies_ends_the_demo_with_its_last_words_and_all_is_stopped(
    tmp_path: Path, events: list[str]
) -> None:
    shown, children, _ = demo(events, tmp_path, ALL)
    children.dead = "worker 1"
    with pytest.raises(ChildDiedError, match="worker 1"):
        shown.run()
    assert events[-5:-3] == ["children stopped", "forget"]
    assert events[-1] == "down prometheus"


def test_a_failure_half_way_undoes_only_what_was_done(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, _, _ = demo(events, tmp_path, ALL)

    def fail(*_: object) -> list[str]:
        raise StackError("no Java")

    monkeypatch.setattr(PretendedStack, "up", fail)
    with pytest.raises(StackError, match="no Java"):
        shown.run()
    assert events == ["install"]


def test_a_failure_while_stopping_does_not_keep_the_rest_running(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, children, _ = demo(events, tmp_path, ALL)

    def fail() -> None:
        raise OSError("gone")

    monkeypatch.setattr(children, "stop", fail)
    with pytest.raises(OSError, match="gone"):
        shown.run()
    assert events[-4:] == ["forget", "down redis alertmanager kafka", "wait for Prometheus", "down prometheus"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["install", "show"])
def test_a_signal_at_any_step_ends_the_demo_well(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch, number: signal.Signals, step: str
) -> None:
    shown, _, output = demo(events, tmp_path, ALL)
    monkeypatch.setattr(run, step, lambda *_, **__: signal.raise_signal(number))
    shown.run()
    assert ("down prometheus" in events) == (step == "show")
    assert "all that this demo started is stopped" in output.getvalue()


def test_a_port_in_use_is_named_before_anything_is_started(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, _, _ = demo(events, tmp_path, ALL)
    monkeypatch.setattr(run, "is_free", lambda _: False)
    with pytest.raises(UserError, match=r"port \d+ is taken"):
        shown.run()
    assert events == []


def test_two_demos_share_neither_topics_nor_group_nor_view(tmp_path: Path, events: list[str]) -> None:
    def settings_at(second: int) -> Settings:
        stack = PretendedStack(tmp_path, [], events)
        clock = FixedClock(AT.replace(second=second))
        return Demo(stack, workers=1, duration=1, clock=clock, console=Console(file=StringIO()))._settings

    first, second = settings_at(1), settings_at(2)
    assert first.app == "demo-20261124-080001"
    assert not {first.app, first.events_topic, first.changelog_topic, first.dead_letters_topic} & {
        *(second.app, second.events_topic, second.changelog_topic, second.dead_letters_topic)
    }


def test_while_it_runs_a_file_tells_other_commands_which_topics_are_its_own(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, _, _ = demo(events, tmp_path, ALL)
    written: list[str] = []
    monkeypatch.setattr(run, "show", lambda *_, **__: written.extend((tmp_path / "demo.env").read_text().splitlines()))
    shown.run()
    assert "export DUNGHAN_APP=demo-20261124-080000" in written
    assert "export DUNGHAN_EVENTS_TOPIC=demo-20261124-080000-events" in written
    assert not (tmp_path / "demo.env").exists()


def test_nothing_is_summed_up_when_nothing_was_seen() -> None:
    assert list(summary_lines(Snapshot(at=AT))) == []

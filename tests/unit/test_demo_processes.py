"""The demo's own processes and its end: nothing it started survives it, and nothing else is touched."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from dunghan.demo.children import ChildDiedError, Children
from dunghan.demo.interrupts import SIGNALS, Interrupts

PYTHON = (sys.executable, "-c")
SLEEPER = "import time; print('at work', flush=True); time.sleep(60)"
# It ignores SIGTERM, and says when it does.
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        os.sched_yield()


def test_a_child_runs_in_a_session_of_its_own_so_that_ctrl_c_reaches_the_demo_alone(tmp_path: Path) -> None:
    children = Children(tmp_path, {})
    before = set(psutil.Process().children())
    children.start("sleeper", SLEEPER, program=PYTHON)
    try:
        (child,) = set(psutil.Process().children()) - before
        assert os.getsid(child.pid) == child.pid
        children.check()
    finally:
        children.stop()
    assert not child.is_running()


def test_a_child_sees_the_demos_settings_and_none_of_the_persons_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA", "production:9092")
    monkeypatch.setenv("DUNGHAN_KAFKA_PASSWORD", "secret")
    children = Children(tmp_path, {"DUNGHAN_KAFKA": "127.0.0.1:19092"})
    children.start("child", "import os; print({k: v for k, v in os.environ.items() if 'DUNG' in k})", program=PYTHON)
    log = tmp_path / "child.log"
    until(lambda: bool(log.read_text()))
    children.stop()
    assert log.read_text() == "{'DUNGHAN_KAFKA': '127.0.0.1:19092'}\n"


def test_a_child_that_dies_is_named_with_its_exit_code_and_its_last_words(tmp_path: Path) -> None:
    children = Children(tmp_path, {})
    children.start("worker 1", "print('no broker'); raise SystemExit(3)", program=PYTHON)

    def died() -> bool:
        with suppress(ChildDiedError):
            children.check()
            return False
        return True

    until(died)
    with pytest.raises(ChildDiedError, match=r"worker 1 ended by itself \(exit code 3\).*\n  no broker") as error:
        children.check()
    assert error.value.exit_code == 1
    children.stop()


def test_a_child_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunghan.demo.children.STOP_LIMIT_SECONDS", 0.1)
    children = Children(tmp_path, {})
    before = set(psutil.Process().children())
    children.start("deaf", STUBBORN, program=PYTHON)
    (child,) = set(psutil.Process().children()) - before
    until(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    children.stop()
    assert not child.is_running()


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_those_after_it_change_nothing(number: signal.Signals) -> None:
    with Interrupts().caught():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        for other in SIGNALS:
            signal.raise_signal(other)


def test_a_signal_waits_until_a_child_that_is_being_started_is_written_down() -> None:
    interrupts, written_down = Interrupts(), []

    def start() -> None:
        with interrupts.held():
            signal.raise_signal(signal.SIGINT)
            written_down.append("child")

    with interrupts.caught(), pytest.raises(KeyboardInterrupt):
        start()
    assert written_down == ["child"]


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts().caught():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before

"""Processes of the local stack: never taken for another one, and stopped for certain."""

import os
import signal
from pathlib import Path

import pytest

from dunghan.stack.process import Process, read_pid_file, spawn, stop, write_pid_file


def start(tmp_path: Path, script: str) -> Process:
    return spawn(["sh", "-c", script], log=tmp_path / "logs" / "it.log", ports=[1])


def wait_for_line(log: Path) -> None:
    while not (log.exists() and log.read_text()):
        os.sched_yield()


def test_a_process_runs_until_it_is_stopped(tmp_path: Path) -> None:
    process = start(tmp_path, "exec sleep 60")
    assert process.is_alive()
    stop([process], limit_seconds=5)
    assert not process.is_alive()


def test_one_that_does_not_heed_sigterm_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path, "trap '' TERM; echo deaf; while :; do sleep 60; done")
    wait_for_line(tmp_path / "logs" / "it.log")
    stop([process], limit_seconds=0.1)
    assert not process.is_alive()


def test_a_recycled_pid_is_not_taken_for_the_process_and_gets_no_signal() -> None:
    stranger = Process(pid=os.getpid(), started="another boot/1", ports=())
    assert not stranger.is_alive()
    stranger.signal(signal.SIGKILL)  # this test would not live to tell
    stop([stranger], limit_seconds=0)


def test_a_process_that_ended_but_was_not_waited_for_counts_as_ended(tmp_path: Path) -> None:
    process = start(tmp_path, "exit 1")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # now a zombie
    assert not process.is_alive()


def test_output_and_errors_go_to_the_log_and_the_log_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "it.log"
    for word in ("first", "second"):
        process = start(tmp_path, f"echo {word}; echo wrong >&2")
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not process.is_alive()
    assert log.read_text() == "second\nwrong\n"
    assert log.with_suffix(".log.1").read_text() == "first\nwrong\n"


def test_a_pid_file_tells_what_was_written(tmp_path: Path) -> None:
    process = Process(pid=7, started="boot/99", ports=(19092, 19094))
    write_pid_file(tmp_path / "pids" / "kafka.json", process)
    assert read_pid_file(tmp_path / "pids" / "kafka.json") == process


@pytest.mark.parametrize("content", ["", '{"pid": 12', "12"])
def test_a_pid_file_cut_short_by_a_crash_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "it.json").write_text(content)
    assert read_pid_file(tmp_path / "it.json") is None
    assert read_pid_file(tmp_path / "absent.json") is None

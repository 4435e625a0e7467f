"""Processes that outlive the command that started them, and are never taken for another one.

A pid alone may be recycled, so a process is its pid and the moment it started, as the kernel tells it. Both are read
back from the pid file, and compared, before every signal.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
ZOMBIE = "ZX"
POLL_SECONDS = 0.05
KILL_LIMIT_SECONDS = 5.0


class Process(msgspec.Struct, frozen=True):
    """One process of the stack, as its pid file has it, with the ports it was given."""

    pid: int
    started: str
    ports: tuple[int, ...]

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        seen = _look(self.pid)
        if seen is None or seen[1] != self.started:
            return False
        if seen[0] in ZOMBIE:
            with suppress(ChildProcessError):  # not ours to reap
                os.waitpid(self.pid, os.WNOHANG)
        return seen[0] not in ZOMBIE

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to this very process, if it still runs."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def spawn(command: list[str], *, log: Path, ports: Iterable[int]) -> Process:
    """Start a program in a session of its own, so that Ctrl-C at the terminal does not reach it; it writes to `log`.

    The log of the start before this one is kept beside it, as `.log.1`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    # Not Popen: its handle would want to be waited for, and these are left running on purpose.
    pid = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    seen = _look(pid)
    return Process(pid=pid, started=seen[1] if seen else "", ports=tuple(ports))


def _look(pid: int) -> tuple[str, str] | None:
    """Return a process's state letter and what tells it from any other of the same pid; None when there is none."""
    return _look_in_proc(pid) if BOOT_ID.exists() else _ask_ps(pid)


def _look_in_proc(pid: int) -> tuple[str, str] | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in parentheses, may hold anything; then come the state (field 3), threads (20), start in ticks (22).
    fields = stat.rpartition(")")[2].split()
    state, threads, start = fields[0], int(fields[17]), fields[19]
    # A zombie whose other threads are still ending holds its ports: it has not ended.
    return "ending" if threads > 1 and state in ZOMBIE else state, f"{BOOT_ID.read_text().strip()}/{start}"


def _ask_ps(pid: int) -> tuple[str, str] | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()
    return (answer[0], answer.partition(" ")[2].strip()) if answer else None


def stop(processes: Iterable[Process], *, limit_seconds: float) -> None:
    """Ask all of them to end (SIGTERM), wait, and kill (SIGKILL) those that have not ended within the limit."""
    left = list(processes)
    for number, limit in ((signal.SIGTERM, limit_seconds), (signal.SIGKILL, KILL_LIMIT_SECONDS)):
        for process in left:
            process.signal(number)
        left = _still_alive(left, limit)


def _still_alive(processes: list[Process], limit_seconds: float) -> list[Process]:
    deadline = time.monotonic() + limit_seconds
    while (left := [process for process in processes if process.is_alive()]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return left


def read_pid_file(file: Path) -> Process | None:
    """Return the process a pid file names, alive or not; None without a file, or with one cut short by a crash."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Process)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_pid_file(file: Path, process: Process) -> None:
    """Write the pid file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(process))

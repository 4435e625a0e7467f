"""Progress in plain lines, and programs whose output goes to a log instead."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dunghan.stack.errors import StackError

Say = Callable[[str], None]
TAIL_LINES = 12


def say_on_stderr(line: str) -> None:
    """Print one line of progress."""
    print(line, file=sys.stderr, flush=True)


def tail(log: Path) -> str:
    """Return the last lines of a log, indented, under a line that names the file."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n  ".join([f"last lines of {log}:", *(lines[-TAIL_LINES:] or ["(nothing)"])])


def run_logged(
    command: Sequence[str], *, log: Path, limit_seconds: float, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program to its end, its output appended to `log`.

    Raises:
        StackError: it failed, or took longer than the limit; with the log's last lines.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as output:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                check=True,
                timeout=limit_seconds,
            )
        except subprocess.CalledProcessError as error:
            raise StackError(f"{command[0]} failed (exit code {error.returncode}); {tail(log)}") from error
        except subprocess.TimeoutExpired as error:
            raise StackError(f"{command[0]} took over {limit_seconds:.0f} s; {tail(log)}") from error

"""A broker that is not there: every command that needs it says so in the same line."""

import subprocess
import sys

import pytest

from dunghan.stack.ports import free_ports

# In a process of its own: kafka-python leaves the sockets of refused connections to the garbage collector.
IMPATIENT = "import streams.kafka_tools as tools; tools.REACH_SECONDS = 0.5; from dunghan.cli import main; main()"


@pytest.mark.parametrize(
    "command",
    [
        ("publish", "-"),
        ("topics", "create"),
        ("topics", "check"),
        ("dead-letters", "list"),
        ("worker",),
        ("deliver",),
        ("replay",),
    ],
    ids=" ".join,
)
def test_a_broker_that_is_not_there_is_told_in_one_line(command: tuple[str, ...]) -> None:
    (port,) = free_ports(1)
    result = subprocess.run(
        [sys.executable, "-c", IMPATIENT, *command],
        env={"DUNGHAN_KAFKA": f"127.0.0.1:{port}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert f"127.0.0.1:{port} does not answer; start it (make stack-up)" in line

"""A bench that is told to end leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own: the bench is no part of the package, and signals are the whole process's affair.
PRETENDED = """
import signal
import bench.__main__ as bench

class Stack:
    def __init__(self, config):
        self.config = config

    def up(self):
        return ["kafka", "redis"]

    def down(self, names):
        signal.raise_signal(signal.SIGTERM)  # an impatient second one
        print("stopped", *names)

def measure(folder, *_):
    print(folder, flush=True)
    signal.raise_signal(signal.{signal})

bench.Stack, bench._measure = Stack, measure
bench.main()
"""


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_bench_that_is_told_to_end_stops_its_stack_and_removes_its_folder(signal: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRETENDED.format(signal=signal)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    folder, stopped = ended.stdout.splitlines()
    assert (ended.returncode, stopped) == (1, "stopped kafka redis")
    assert not Path(folder).exists()

"""`python -m tests.fuzz [INPUTS] [FIRST_ROUND]`: a million inputs, in rounds that can be repeated by their number.

Hypothesis chooses, but a seed for many inputs only: to choose at every step, and so to find the least that still fails,
takes five times as long (`tests/unit/test_decoding_fuzz.py`). Of what fails the record is printed, and its round.
"""

import sys
import time
from random import Random

import click
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from .judge import Judge
from .mutations import mutated

EXAMPLES, OF_ONE = 100, 100
ROUND = EXAMPLES * OF_ONE


def main(inputs: int = 1_000_000, first: int = 0) -> None:
    """Judge so many inputs."""
    judge, started = Judge(), time.monotonic()
    for number in range(first, first + -(-inputs // ROUND)):
        _round(judge, number)
        done, seconds = sum(judge.fates.values()), time.monotonic() - started
        click.echo(f"round {number}: {done:,} inputs in {seconds:,.0f} s; {dict(judge.fates)}")


def _round(judge: Judge, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64 - 1))
    def inputs(chosen: int) -> None:
        rng = Random(chosen)
        for _ in range(OF_ONE):
            line = mutated(rng)
            try:
                judge.judge(line)
            except BaseException:
                note(repr(line))
                raise

    try:
        inputs()
    except BaseException:
        click.echo(f"round {number} failed; again: python -m tests.fuzz {ROUND} {number}", err=True)
        raise


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""The short form of the decoding fuzz (`python -m tests.fuzz`): records made of the golden corpus by mutation."""

from collections.abc import Iterator
from random import Random

import pytest
from fuzz.judge import Judge
from fuzz.mutations import mutated
from hypothesis import given, note
from hypothesis import strategies as st

from streams.decode import decode
from streams.events import CANONICAL_TYPES
from streams.rejection import Reason


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    judge.end()


@given(st.randoms(use_true_random=False))
def test_every_record_is_applied_or_refused_and_none_hangs(judge: Judge, rng: Random) -> None:
    line = mutated(rng)
    note(repr(line))

    judge.judge(line)


def test_the_fuzz_reaches_every_type_and_every_reason() -> None:
    rng = Random(766)
    decoded = [decode(mutated(rng)) for _ in range(5_000)]

    types = {type(event.data) for one in decoded for event in one.events}
    reasons = {rejection.reason for one in decoded for rejection in one.rejections}
    assert types == set(CANONICAL_TYPES.values())
    assert reasons == set(Reason) - {Reason.WRONG_TOPIC, Reason.SETTLED}  # which only a processor knows

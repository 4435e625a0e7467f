"""One contestant that goes wrong costs the bench neither the others nor the time."""

from collections.abc import Callable, Iterator

from test_bench_figures import figures

from bench.contestant import Contestant, MissingError, RefusedError
from bench.contestants import BareCount, ConfluentKafka, WholeJob
from bench.results import Figures, Outcome
from bench.rounds import Rounds

A, B = WholeJob(), BareCount()


def measured(run: Callable[[Contestant], Figures], rounds: int, *, seconds: float = 1e9) -> dict[str, Outcome]:
    """Measure two contestants; by this clock a second passes each time somebody looks at it."""
    seconds_passed: Iterator[int] = iter(range(10**6))
    found = Rounds([A, B], run, lambda _: None, seconds=seconds, now=lambda: next(seconds_passed)).measure(rounds)
    return {outcome.letter: outcome for outcome in found}


def failing(*errors: Exception) -> Callable[[Contestant], Figures]:
    """Return a way to measure that fails so with the first contestant, once for each error."""
    left = list(errors)

    def run(contestant: Contestant) -> Figures:
        if contestant is A and left:
            raise left.pop(0)
        return figures(100)

    return run


def test_a_refused_run_is_repeated_and_the_reason_kept() -> None:
    a = measured(failing(ValueError("no such topic")), 3)["a"]
    assert (len(a.figures), a.repeated, a.counts) == (3, ["ValueError: no such topic"], True)


def test_a_contestant_refused_twice_is_left_out_and_the_others_go_on() -> None:
    runs: list[Contestant] = []
    fail = failing(ValueError("no such topic"), RefusedError("it ended by itself"))

    def run(contestant: Contestant) -> Figures:
        runs.append(contestant)
        return fail(contestant)

    found = measured(run, 3)
    assert found["a"].refused == ["ValueError: no such topic", "it ended by itself"]
    assert (len(found["b"].figures), runs.count(A)) == (3, 2)


def test_every_other_round_goes_backwards() -> None:
    runs: list[str] = []

    def run(contestant: Contestant) -> Figures:
        runs.append(contestant.letter)
        return figures(100)

    measured(run, 2)
    assert runs == ["a", "b", "b", "a"]


def test_a_round_for_which_there_is_no_time_is_left_out() -> None:
    found = measured(lambda _: figures(100), 100, seconds=20)
    assert 0 < len(found["a"].figures) == len(found["b"].figures) < 10


def test_all_that_is_known_is_kept_after_every_run() -> None:
    kept: list[int] = []
    rounds = Rounds(
        [A, B],
        lambda _: figures(100),
        lambda outcomes: kept.append(sum(len(outcome.figures) for outcome in outcomes)),
        seconds=1e9,
    )
    rounds.measure(2)
    assert kept == [1, 2, 3, 4]


class Absent(ConfluentKafka):
    """A contestant whose tools cannot be had."""

    def prepare(self) -> None:
        raise MissingError("pip failed: no network")


def test_who_cannot_be_had_is_skipped_with_the_reason() -> None:
    (absent, present) = Rounds([Absent(), B], lambda _: figures(100), lambda _: None, seconds=1e9).measure(1)
    assert (absent.missing, absent.counts, present.counts) == ("pip failed: no network", False, True)

"""All contestants in turn, round after round: what goes wrong with one of them costs neither the others nor the time.

1. A run that is refused is repeated once; a contestant refused twice in a round is left out of those that follow.
2. A round begins only if one as long as the longest so far still fits into the time.
3. After every run all that is known is kept.
"""

from collections.abc import Callable, Sequence
from time import monotonic

import click

from bench.contestant import Contestant, MissingError, RefusedError
from bench.results import Figures, Outcome

Run = Callable[[Contestant], Figures]
_MINUTE = 60.0


class Rounds:
    """Measures contestants, each once a round.

    Args:
        contestants: Who takes part, in the order of the first round.
        run: Measures one of them once.
        keep: Called with all outcomes after every run.
        seconds: How long all rounds together may take, from now on.
    """

    def __init__(
        self,
        contestants: Sequence[Contestant],
        run: Run,
        keep: Callable[[Sequence[Outcome]], None],
        *,
        seconds: float,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._run = run
        self._keep = keep
        self._now = now
        self._began_at = now()
        self._seconds = seconds
        self._outcomes = {contestant: _prepared(contestant) for contestant in contestants}

    def measure(self, rounds: int) -> list[Outcome]:
        """Measure all in turn, every other round in reverse: whatever drifts meanwhile drifts for all."""
        longest = 0.0
        for number in range(1, rounds + 1):
            began_at = self._now()
            if self._passed() + longest > self._seconds:
                click.echo(f"round {number} is left out: there is no time for it", err=True)
                break
            self._round(f"round {number} of {rounds}", is_reversed=number % 2 == 0)
            longest = max(longest, self._now() - began_at)
        return list(self._outcomes.values())

    def _round(self, name: str, *, is_reversed: bool) -> None:
        present = [one for one, outcome in self._outcomes.items() if outcome.missing is None and not outcome.refused]
        for place, contestant in enumerate(reversed(present) if is_reversed else present, 1):
            outcome = self._outcomes[contestant]
            self._try(contestant, outcome)
            said = f"refused: {outcome.refused[-1]}" if outcome.refused else f"{outcome.figures[-1].rate:,.0f} events/s"
            when = f"{self._passed() / _MINUTE:.1f} min: {name}, {place} of {len(present)}"
            click.echo(f"{when}: {contestant.letter}, {contestant.title}: {said}", err=True)
            self._keep(list(self._outcomes.values()))

    def _try(self, contestant: Contestant, outcome: Outcome) -> None:
        why = self._once(contestant, outcome)
        if why is None:
            return
        click.echo(f"{contestant.letter}, {contestant.title}: once more: {why}", err=True)
        again = self._once(contestant, outcome)
        if again is None:
            outcome.repeated.append(why)
        else:
            outcome.refused += [why, again]

    def _once(self, contestant: Contestant, outcome: Outcome) -> str | None:
        """Measure once; return why there is no figure, or None if there is."""
        try:
            outcome.figures.append(self._run(contestant))
        except RefusedError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever one contestant breaks, the others are measured
            return f"{type(error).__name__}: {error}"
        return None

    def _passed(self) -> float:
        return self._now() - self._began_at


def _prepared(contestant: Contestant) -> Outcome:
    outcome = Outcome.of(contestant)
    try:
        contestant.prepare()
    except MissingError as error:
        outcome.missing = str(error)
        click.echo(f"{contestant.title}: skipped: {error}", err=True)
    return outcome

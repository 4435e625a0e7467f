"""What a set of expectations amounts to at an instant, and when time alone changes that."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from agents.expectations import Expectation, Rule, Verdict


class Judged(NamedTuple):
    """How one rule's expectation stands."""

    rule: str
    verdict: Verdict
    due_at: datetime | None


class Judgement(NamedTuple):
    """How all of them stand, those that apply; `next_at` is when this changes if nothing else happens before."""

    judged: tuple[Judged, ...]
    next_at: datetime | None

    @property
    def missed(self) -> tuple[Judged, ...]:
        """What is overdue now: it asks for somebody's attention."""
        return tuple(one for one in self.judged if one.verdict is Verdict.MISSED)

    def of(self, rule: Rule) -> Judged | None:
        """Return how a rule's expectation stands, and by when it is due, or None if the rule does not apply."""
        return next((one for one in self.judged if one.rule == rule.id), None)

    def verdict(self, rule: Rule) -> Verdict | None:
        """Return how a rule's expectation stands, or None if the rule does not apply."""
        found = self.of(rule)
        return found.verdict if found else None


def judge(
    expected: Iterable[tuple[Rule, Expectation | None]], at: datetime, changes: Iterable[datetime | None] = ()
) -> Judgement:
    """Judge what is expected at `at`; at `changes`, facts that are said to lie ahead, it is different too.

    A new policy or calendar changes it as well: judge anew when one takes effect.
    """
    applying = [(rule, expectation) for rule, expectation in expected if expectation is not None]
    judged = tuple(Judged(rule.id, one.verdict(at), one.due_at) for rule, one in applying)
    ahead = [one.next_at(at) for _, one in applying] + [change for change in changes if change and change > at]
    return Judgement(judged, min((instant for instant in ahead if instant is not None), default=None))

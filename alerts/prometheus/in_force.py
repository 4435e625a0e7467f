"""Rules that differ from version to version of the index, as rules that hold whichever version is in force.

Of versions that differ each holds from its date on, by `time()`. So one can be written down before it is in force, and
nothing has to be written anew on that day.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from alerts.prometheus.rule_file import Rule
from config.index import Index


def in_force(versions: Sequence[Index], rules_of: Callable[[Index], Iterable[Rule]]) -> Iterator[Rule]:
    """Yield each rule that any version has, once; it comes to what the version in force says."""
    said = [{(rule.record, *rule.labels.items()): rule for rule in rules_of(version)} for version in versions]
    for key in dict.fromkeys(key for rules in said for key in rules):
        found = [rules.get(key) for rules in said]
        first = next(rule for rule in found if rule is not None)
        yield first._replace(expr=_dated(versions, [None if rule is None else rule.expr for rule in found]))


def _dated(versions: Sequence[Index], exprs: Sequence[str | None]) -> str:
    """Return one expression of those that each version says; where it says none, there is nothing."""
    spans = [(expr, list(numbers)) for expr, numbers in groupby(range(len(versions)), key=exprs.__getitem__)]
    starts = [None, *(version.effective_from for version in versions[1:]), None]  # the first holds before its date, too
    return "\nor ".join(_while(expr, starts[of[0]], starts[of[-1] + 1]) for expr, of in spans if expr is not None)


def _while(expr: str, since: datetime | None, until: datetime | None) -> str:
    bounds = [f" >= {since.timestamp():.0f}"] if since else []
    bounds += [f" < {until.timestamp():.0f}"] if until else []
    return f"({expr} and on () (vector(time()){''.join(bounds)}))" if bounds else expr

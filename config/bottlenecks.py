"""The six bottlenecks (điểm nghẽn): what is measured of each, and from which share on it is told.

A measure is a share of procedures, of dossiers or of agencies. `config/prometheus/rules/bottlenecks.yml` makes the
shares of what the workers count; the thresholds are dated policy, and the workers expose the ones in force.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

_WHOLE = 100.0  # per cent


class Bottleneck(StrEnum):
    """What keeps a province back, in the order in which its advisers named it."""

    LATE_PUBLICATION = "late_publication"
    MISMATCH = "mismatch"
    OVERDUE = "overdue"
    ONLINE_PAYMENT = "online_payment"
    REUSE = "reuse"
    IN_PERSON = "in_person"


class Bound(StrEnum):
    """Whether a share should be no larger, or no smaller, than its threshold."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Of(StrEnum):
    """What a share is of: too few of them say nothing, and how few is different for each."""

    PROCEDURES = "procedures"
    DOSSIERS = "dossiers"
    AGENCIES = "agencies"


class Measure(msgspec.Struct, frozen=True):
    """One share that shows a bottleneck."""

    name: str
    bottleneck: Bottleneck
    bound: Bound
    of: Of


_MOST, _LEAST = Bound.AT_MOST, Bound.AT_LEAST

MEASURES: tuple[Measure, ...] = (
    Measure("announcement_missing", Bottleneck.LATE_PUBLICATION, _MOST, Of.PROCEDURES),
    Measure("publication_missing", Bottleneck.LATE_PUBLICATION, _MOST, Of.PROCEDURES),
    Measure("announced_late", Bottleneck.LATE_PUBLICATION, _MOST, Of.PROCEDURES),
    Measure("published_late", Bottleneck.LATE_PUBLICATION, _MOST, Of.PROCEDURES),
    Measure("parts_missing", Bottleneck.LATE_PUBLICATION, _MOST, Of.PROCEDURES),
    Measure("listed_on_one_portal", Bottleneck.MISMATCH, _MOST, Of.PROCEDURES),
    Measure("unknown_to_portal", Bottleneck.MISMATCH, _MOST, Of.DOSSIERS),
    Measure("unsynced", Bottleneck.MISMATCH, _MOST, Of.DOSSIERS),
    Measure("diverged", Bottleneck.MISMATCH, _MOST, Of.DOSSIERS),
    Measure("missing_from_stream", Bottleneck.MISMATCH, _MOST, Of.DOSSIERS),
    Measure("agencies_silent", Bottleneck.MISMATCH, _MOST, Of.AGENCIES),
    Measure("late", Bottleneck.OVERDUE, _MOST, Of.DOSSIERS),
    Measure("overdue_open", Bottleneck.OVERDUE, _MOST, Of.DOSSIERS),
    Measure("apology_missing", Bottleneck.OVERDUE, _MOST, Of.DOSSIERS),
    Measure("payable_online", Bottleneck.ONLINE_PAYMENT, _LEAST, Of.PROCEDURES),
    Measure("paid_online", Bottleneck.ONLINE_PAYMENT, _LEAST, Of.DOSSIERS),
    Measure("cash_though_payable", Bottleneck.ONLINE_PAYMENT, _MOST, Of.DOSSIERS),
    Measure("reused", Bottleneck.REUSE, _LEAST, Of.DOSSIERS),
    Measure("demanded_again", Bottleneck.REUSE, _MOST, Of.DOSSIERS),
    Measure("demanded_in_person", Bottleneck.IN_PERSON, _MOST, Of.DOSSIERS),
    Measure("filed_online", Bottleneck.IN_PERSON, _LEAST, Of.DOSSIERS),
)
"""docs/bottlenecks.md says what each is."""


class Thresholds(msgspec.Struct, frozen=True):
    """From which share on each measure is told, and of how many it has to be a share."""

    shares: dict[str, float]
    judged_from: dict[Of, int]

    def share(self, measure: Measure) -> float:
        """Return the threshold of a measure, as a part of one."""
        return self.shares[measure.name]

    def minimum(self, measure: Measure) -> int:
        """Return the least number of procedures, dossiers or agencies of which a share says something."""
        return self.judged_from[measure.of]


def thresholds(limits: Mapping[str, Mapping[str, str]], judged_from: Mapping[str, int]) -> Thresholds:
    """Read thresholds as they are written: `{online_payment: {payable_online: 80%}}`, all of them.

    Raises:
        ValueError: naming the measure that is missing, unknown, or could never be told.
    """
    _all_named("limits", limits, Bottleneck)
    _all_named("judged_from", judged_from, Of)
    for of, least in judged_from.items():
        if least < 1:
            raise ValueError(f"judged_from.{of}: {least} is no number of {of} (write 1 to judge any)")
    shares: dict[str, float] = {}
    for bottleneck, written in limits.items():
        measures = {one.name: one for one in MEASURES if one.bottleneck == bottleneck}
        _all_named(f"limits.{bottleneck}", written, measures)
        for name, text in written.items():
            shares[name] = _share(f"limits.{bottleneck}.{name}", text, measures[name].bound)
    return Thresholds(shares, {Of(of): least for of, least in judged_from.items()})


def _all_named(field: str, written: Iterable[str], known: Iterable[str]) -> None:
    wanted, found = set(map(str, known)), set(written)
    for name in sorted(wanted - found):
        raise ValueError(f"{field}.{name} is missing")
    for name in sorted(found - wanted):
        raise ValueError(f"{field}.{name} is not known (known: {', '.join(sorted(wanted))})")


def _share(field: str, text: str, bound: Bound) -> float:
    number = text.removesuffix("%")
    if number == text or not number.replace(".", "", 1).isdecimal() or not 0 <= float(number) <= _WHOLE:
        raise ValueError(f"{field}: {text} is no share (write 0% to 100%)")
    share = float(number) / _WHOLE
    if share == (1 if bound is Bound.AT_MOST else 0):
        verb = "exceed" if bound is Bound.AT_MOST else "fall short of"
        raise ValueError(f"{field}: no share can {verb} {text}, so it would never be told")
    return share

"""The national portal shows what the agency has: the same status, the same dates, and no step left out.

Only what the portal acknowledged by its content is compared: an acknowledgement that names no status is believed. What
began to differ within the agency's first sync limit is still under way, and what was said after the case's instant is
not known yet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.deadline import appointment_of, put_off
from agents.dossiers.dossier import Dossier, PortalEntry
from agents.dossiers.known import as_known, next_said_at
from agents.dossiers.sync import Reported, claims, reported
from agents.dossiers.timeliness import ENDS, FINISHED
from agents.expectations import TICK, Rule
from agents.facts import Said
from config.spans import Span
from streams.events import Status

RULE = Rule(
    id="sync-diverged",
    title="Dữ liệu trên Cổng Dịch vụ công quốc gia sai khác so với hồ sơ của cơ quan",
    source="Thông tư 04/2025/TT-VPCP (đồng bộ tự động, theo thời gian thực); Quyết định 766/QĐ-TTg (đồng bộ hồ sơ)",
)

_NEVER = datetime.min.replace(tzinfo=UTC)
_SAME = timedelta(seconds=1)  # the portal's own dates have no parts of a second


class Kind(StrEnum):
    """What differs, the gravest first."""

    STATUS_AHEAD = "status_ahead"
    """The portal shows an end that the agency does not, or another status that the agency never said."""
    STATUS_BEHIND = "status_behind"
    """The portal shows a status that the agency has left."""
    FINISHED_AT = "finished_at"
    """Both have finished the dossier, at different instants."""
    DUE_AT = "due_at"
    """The portal shows another appointment."""
    MISSING_STEP = "missing_step"
    """A status never arrived at the portal, though a later one was acknowledged."""


class Difference(NamedTuple):
    """One thing that differs, since both had said their part of it."""

    kind: Kind
    since: datetime
    agency: int | datetime
    portal: int | datetime | None


class Divergence(NamedTuple):
    """The gravest difference that is no longer under way, if there is one, and since when it is not."""

    kind: Kind | None
    since: datetime | None
    next_at: datetime | None
    """When time alone changes this, if nothing else happens before."""


def diverged(case: Case) -> Divergence:
    """Return whether the portal shows something else than the agency."""
    next_at = next_said_at(case.dossier, case.at)
    for difference in differences(case if next_at is None else as_known(case)):
        late_at = _warning(case, difference.since).after(difference.since, case.working)
        if late_at < case.at:
            return Divergence(difference.kind, late_at, next_at)
        next_at = min(next_at or late_at + TICK, late_at + TICK)
    return Divergence(None, None, next_at)


def differences(case: Case) -> Iterator[Difference]:
    """Yield what differs, the gravest first, whether under way or not; all facts of the case are taken for known."""
    told = claims(case.dossier)
    if told and case.dossier.statuses:
        yield from _status(case.dossier, told)
        yield from _finished_at(case.dossier, told)
        yield from _due_at(case, told)
        yield from sorted(_missing_steps(case, told))


def _status(dossier: Dossier, told: Sequence[PortalEntry]) -> Iterator[Difference]:
    status, shown = dossier.statuses[-1][2], told[0].status
    if shown in {status, 0}:
        return
    codes = [code for _, _, code in dossier.statuses]
    since = min(claim.at for claim in takewhile(lambda claim: claim.status == shown, told))
    if shown in codes:  # it was right until the agency left that status
        left = len(codes) - codes[::-1].index(shown)
        since = max(since, dossier.statuses[left][0])
    yield Difference(_kind(shown, status, codes), since, status, shown)


def _kind(shown: int, status: int, said: Sequence[int]) -> Kind:
    is_returned = (shown, status) == (Status.FINISHED, Status.RETURNED)
    if shown in ENDS and not is_returned:
        return Kind.STATUS_AHEAD
    return Kind.STATUS_BEHIND if status in ENDS or shown in said else Kind.STATUS_AHEAD


class _Shown(NamedTuple):
    """A date that the portal shows, and since when."""

    date: datetime
    since: datetime


def _shown(told: Iterable[PortalEntry], read: Callable[[PortalEntry], tuple[datetime, ...]]) -> _Shown | None:
    """Return the date that the portal was told last; where a message left it out, it is unchanged."""
    shown: _Shown | None = None
    for claim in told:
        for date in read(claim):
            if shown is not None and date != shown.date:
                return shown
            shown = _Shown(date, claim.at)
    return shown


def _finished_at(dossier: Dossier, told: Sequence[PortalEntry]) -> Iterator[Difference]:
    """Compare the dates of the finish while both have one: not the one the portal had before a reopening."""
    shown = _shown(takewhile(lambda claim: claim.status in FINISHED, told), attrgetter("finished_at"))
    finish = None if shown is None else _finish_said(dossier)
    if shown is None or finish is None or _is_same(shown.date, finish[2]):
        return
    yield Difference(Kind.FINISHED_AT, max(shown.since, finish[0]), finish[2], shown.date)


def _finish_said(dossier: Dossier) -> Said[datetime] | None:
    """Return when the agency finished, as it says: the date given since the dossier was last open, else its first 9."""
    ends = list(takewhile(lambda entry: entry[2] in ENDS, reversed(dossier.statuses)))[::-1]
    given = dossier.finished_at
    if not any(status in FINISHED for _, _, status in ends):
        return None
    if given is not None and given[:2] >= ends[0][:2]:
        return given
    return next(((at, sequence, at) for at, sequence, status in ends if status == Status.FINISHED), None)


def _due_at(case: Case, told: Sequence[PortalEntry]) -> Iterator[Difference]:
    shown, appointment = _shown(told, attrgetter("due_at")), appointment_of(case.dossier)
    if shown is None or appointment is None:
        return
    if any(_is_same(shown.date, agreed) for agreed in _agreed(case, appointment)):
        return
    yield Difference(Kind.DUE_AT, max(shown.since, *_dates_said(case.dossier)), appointment, shown.date)


def _agreed(case: Case, appointment: datetime) -> Iterator[datetime]:
    """Yield the dates the portal may show: the appointment, put off or not yet, or the one the agency named last."""
    yield appointment
    for number in range(len(case.standstills)):
        later = put_off(appointment, case.standstills[: number + 1])
        if later is not None:
            yield later
    dossier = case.dossier
    said = [*dossier.extensions, *([dossier.due_at[::2]] if dossier.due_at else [])]
    yield max(said)[1]


def _dates_said(dossier: Dossier) -> Iterator[datetime]:
    if dossier.due_at is not None:
        yield dossier.due_at[0]
    yield from (said_at for said_at, _ in dossier.extensions[-1:])


def _missing_steps(case: Case, told: Sequence[PortalEntry]) -> Iterator[Difference]:
    """Find the steps left out; one that lasted no longer than the sync limit need not arrive by itself."""
    if _has_each(told, case.dossier):
        return
    later: Reported | None = None
    left_at: datetime | None = None  # when the agency said another status than the fact in hand
    for fact in reported(case.dossier):
        if later is not None and later.status != fact.status:
            left_at = later.at
        later = fact
        if fact.named_at is not None or fact.covered_at is None or left_at is None or fact.status == Status.SUBMITTED:
            continue
        if left_at > _warning(case, fact.at).after(fact.at, case.working):
            yield Difference(Kind.MISSING_STEP, fact.covered_at, fact.status, None)


def _has_each(told: Sequence[PortalEntry], dossier: Dossier) -> bool:
    """Whether the portal was told of each status by its name. Most often it was, and that is seen faster."""
    named = {claim.status: claim.at for claim in reversed(told)}
    believed = named.get(0, _NEVER)
    for at, _, status in dossier.statuses:  # a loop, not `all`: a generator costs twice as much on this path
        if at > named.get(status, believed) and status != Status.SUBMITTED:
            return False
    return True


def _warning(case: Case, since: datetime) -> Span:
    return case.rulebook.at(since).policy.sync_limit(case.agency).warning


def _is_same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < _SAME

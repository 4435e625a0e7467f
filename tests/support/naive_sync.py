"""What diverges between agency and portal, a second time: lists, walked anew for each question.

The events given are all there are; the limit is that of the policy that comes with the program, ten minutes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from agents.dossiers.case import case_of
from agents.dossiers.deadline import appointment_of, put_off
from agents.dossiers.rules.sync_diverged import Kind
from builders import MINUTE, RULEBOOK, dossier
from streams.events import DossierExtended, DossierPortal, DossierStatus, Event, Status

LIMIT = 10 * MINUTE
Claim = tuple[datetime, DossierPortal]


def diverging(events: Sequence[Event], at: datetime) -> Kind | None:
    """Return what diverges at `at`, the events up to then being all there are."""
    statuses = sorted(
        {(one.at, one.sequence, one.data.status) for one in events if isinstance(one.data, DossierStatus)}
    )
    answers = [one for one in events if isinstance(one.data, DossierPortal) and one.data.outcome == "acknowledged"]
    answers.sort(key=lambda one: (one.at, one.sequence, one.data.status or 0, *_dates(one)))  # type: ignore[union-attr]
    claims = [(one.at, one.data) for one in answers if isinstance(one.data, DossierPortal)]
    blank = max((place for place, (_, claim) in enumerate(claims) if claim.status is None), default=0)
    if not statuses or not claims[blank:]:
        return None
    differing = list(_differing(events, at, statuses, claims[blank:]))
    return next((kind for kind in Kind if any(at > since + LIMIT for one, since in differing if one is kind)), None)


def _dates(one: Event) -> Iterator[tuple[datetime, ...]]:
    assert isinstance(one.data, DossierPortal)
    for date in (one.data.due_at, one.data.finished_at):
        yield () if date is None else (date,)


def _differing(
    events: Sequence[Event], at: datetime, statuses: list[tuple[datetime, int, Status]], claims: list[Claim]
) -> Iterator[tuple[Kind, datetime]]:
    agency, shown = statuses[-1][2], claims[-1][1].status
    if shown is not None and shown != agency:
        ever_said = any(code == shown for _, _, code in statuses)
        is_ahead = shown in {3, 7, 8, 9, 10} and not (shown == 9 and agency == 10)
        if not ever_said and agency not in {3, 7, 8, 9, 10}:
            is_ahead = True
        yield Kind.STATUS_AHEAD if is_ahead else Kind.STATUS_BEHIND, _since(statuses, claims, shown)
    yield from _differing_dates(events, at, statuses, claims)
    for place, (said_at, _, code) in enumerate(statuses):
        left = [later for later, _, other in statuses[place:] if other != code]
        named = [told_at for told_at, claim in claims if claim.status in {code, None} and told_at >= said_at]
        covering = [
            told_at
            for told_at, claim in claims
            if any(claim.status == later and at_ <= told_at for at_, _, later in statuses[place:])
        ]
        if code != 1 and left and left[0] > said_at + LIMIT and not named and covering:
            yield Kind.MISSING_STEP, min(covering)


def _since(statuses: list[tuple[datetime, int, Status]], claims: list[Claim], shown: Status) -> datetime:
    """Return since when the portal has shown it, or since the agency left it, if that was later."""
    since = claims[-1][0]
    for told_at, claim in reversed(claims):
        if claim.status != shown:
            break
        since = told_at
    last = max((place for place, (_, _, code) in enumerate(statuses) if code == shown), default=None)
    return since if last is None else max(since, statuses[last + 1][0])


def _differing_dates(
    events: Sequence[Event], at: datetime, statuses: list[tuple[datetime, int, Status]], claims: list[Claim]
) -> Iterator[tuple[Kind, datetime]]:
    found = case_of(dossier(*events), at, RULEBOOK)
    assert found is not None
    ends: list[tuple[datetime, int, Status]] = []
    for entry in reversed(statuses):
        if entry[2] in {1, 2, 4, 5, 6}:
            break
        ends.insert(0, entry)
    finishing = claims[1 + max((n for n, (_, claim) in enumerate(claims) if claim.status not in {9, 10}), default=-1) :]
    given = found.dossier.finished_at
    finish = next(((said_at, said_at) for said_at, _, code in ends if code == 9), None)
    if given is not None and ends and given[:2] >= ends[0][:2]:
        finish = (given[0], given[2])
    shown = [(told_at, claim.finished_at) for told_at, claim in finishing if claim.finished_at]
    if shown and finish and {code for _, _, code in ends} & {9, 10} and _apart(shown[-1][1], finish[1]):
        yield Kind.FINISHED_AT, max(_run(shown), finish[0])
    appointment = appointment_of(found.dossier)
    shown = [(told_at, claim.due_at) for told_at, claim in claims if claim.due_at]
    if not shown or appointment is None:
        return
    extensions = sorted((one.at, one.data.due_at) for one in events if isinstance(one.data, DossierExtended))
    said_due = [found.dossier.due_at] if found.dossier.due_at else []
    named = max([*extensions, *((one[0], one[2]) for one in said_due)])
    agreed = [appointment, named[1], *(put_off(appointment, found.standstills[:n]) for n in range(99))]
    if all(_apart(shown[-1][1], date) for date in agreed if date):
        yield Kind.DUE_AT, max(_run(shown), named[0])


def _apart(one: datetime, other: datetime) -> bool:
    return not timedelta(seconds=-1) < one - other < timedelta(seconds=1)


def _run(shown: list[tuple[datetime, datetime]]) -> datetime:
    """Return since when the last of these has been shown without another in between."""
    others = [place for place, (_, date) in enumerate(shown) if date != shown[-1][1]]
    return shown[max(others, default=-1) + 1][0]

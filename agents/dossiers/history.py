"""What was said of a dossier, in the order in which it was said, and what became of it on its way to the portal."""

from collections.abc import Iterator

from agents.dossiers import sync
from agents.dossiers.dossier import Dossier, PortalEntry
from agents.dossiers.explanation import Fact, Reported
from streams.events import Outcome, Status

_REGISTERS = {
    "channel": "channel",
    "submitted_at": "submitted at",
    "received_at": "received at",
    "due_at": "appointment",
    "finished_at": "finished at",
    "returned_at": "returned at",
    "rating": "liked",
}


def facts_of(dossier: Dossier) -> tuple[Fact, ...]:
    """Return the facts, the earliest said first.

    Of what was said again only the last is known; of the limit, the first.
    """
    return tuple(sorted(_facts(dossier), key=lambda fact: (fact.at, fact.what, str(fact.said))))


def _facts(dossier: Dossier) -> Iterator[Fact]:
    yield from (Fact(at=at, what="status", said=status) for at, _, status in dossier.statuses)
    for field, what in _REGISTERS.items():
        register = getattr(dossier, field)
        if register is not None:
            yield Fact(at=register[0], what=what, said=register[2])
    if dossier.limit is not None:
        amount, unit = dossier.limit[2]
        yield Fact(at=dossier.limit[0], what="limit", said=f"{amount} {unit}")
    if dossier.step is not None:
        yield Fact(at=dossier.step[0], what=f"step {dossier.step[2][0]} due", said=dossier.step[2][1])
    yield from (Fact(at=at, what="extended to", said=new_due_at) for at, new_due_at in dossier.extensions)
    for sent_at, *new_due_at in dossier.apologies:
        yield Fact(at=sent_at, what="apology sent, new date", said=new_due_at[0] if new_due_at else "none")
    yield from (Fact(at=at, what="demanded in person", said=what) for at, what in dossier.demands)
    yield from (Fact(at=entry.at, what="portal", said=_portal(entry)) for entry in dossier.portal)


def _portal(entry: PortalEntry) -> str:
    parts = (entry.outcome, entry.status and f"status {entry.status}", entry.error_code and f"code {entry.error_code}")
    return ", ".join(part for part in parts if part)


def ledger_of(dossier: Dossier) -> tuple[Reported, ...]:
    """Return each fact that has to be reported, with the messages that carried it: all but the submission."""
    facts = reversed(sync.reported(dossier))
    return tuple(_reported(dossier, fact) for fact in facts if fact.status != Status.SUBMITTED)


def _reported(dossier: Dossier, fact: sync.Reported) -> Reported:
    """Follow a fact up to the first acknowledgement that covers it."""
    until = fact.covered_at
    under_way = [entry for entry in dossier.portal if entry.at >= fact.at and (until is None or entry.at <= until)]
    sent = [entry for entry in under_way if entry.outcome == Outcome.SENT]
    rejected = [entry for entry in under_way if entry.outcome == Outcome.REJECTED]
    return Reported(
        at=fact.at,
        status=fact.status,
        sent_at=sent[0].at if sent else None,
        rejected_at=rejected[-1].at if rejected else None,
        error_code=rejected[-1].error_code if rejected else "",
        acknowledged_at=until,
    )

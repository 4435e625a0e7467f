"""Which procedures are used, and when last: told once, when all has been read.

Workers tell it whenever it changes, and what is told last counts. What a replay reads fast it would tell many times
under one position, and nobody could say which was the last.
"""

from collections.abc import Iterator
from datetime import date, datetime

from agents.dossiers.processor import DossierProcessor
from agents.indicators.usage import Use
from agents.procedures.procedure import load
from agents.procedures.processor import ProcedureProcessor
from streams.events import Event, ProcedureUsage

_ANY_AGENCY = "any"


def told_uses(
    number: int, dossiers: DossierProcessor, procedures: ProcedureProcessor, now: datetime
) -> Iterator[Event]:
    """Yield what a partition of dossiers has to tell the procedures, beyond what they know of it."""
    last, known = dossiers.last_uses(), _known(number, procedures)
    position = max(dossiers.position, 0)
    for use in sorted({*last, *known}):
        if (day := last.get(use)) != known.get(use):
            yield Event(
                source="/dunghan/dossiers",
                id=f"{number}/{position}/{use.procedure}/{use.kind}",
                at=dossiers.watermark or now,
                subject=use.procedure,
                data=ProcedureUsage(agency=_ANY_AGENCY, kind=use.kind, partition=number, day=day),
                sequence=position,
            )


def _known(number: int, procedures: ProcedureProcessor) -> dict[Use, date | None]:
    return {
        Use(code, one.kind): one.day
        for code, stored in procedures.stored()
        for one in load(stored).usage
        if (one.partition, one.agency) == (number, _ANY_AGENCY)
    }

"""Hypothesis strategies for histories of a few procedures and petitions."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from builders import DAY
from history_strategies import START, instant
from streams import events
from streams.events import Event, PetitionState, Portal, ServiceLevel, Usage

AGENCIES = ("H42.17", "H42.18", "UBND")  # of the last nobody knows what binds it

_dates = st.none() | st.integers(-100, 60).map(lambda days: START + days * DAY)
PROCEDURES = st.builds(
    events.Procedure,
    issuer=st.sampled_from(AGENCIES),
    listed_on=st.none() | st.lists(st.sampled_from(Portal)),
    level=st.none() | st.sampled_from(ServiceLevel),
    fee=st.none() | st.booleans(),
    online_payment=st.none() | st.booleans(),
    citizen=st.none() | st.booleans(),
    parts_missing=st.none() | st.sampled_from(([], ["mẫu đơn"])),
    effective_at=_dates,
    decided_at=_dates,
    announced_at=_dates,
    published_at=_dates,
    abolished_at=_dates,
)
USAGE = st.builds(
    events.ProcedureUsage,
    agency=st.sampled_from(AGENCIES),
    kind=st.sampled_from(Usage),
    partition=st.integers(0, 1),
    day=st.none() | st.dates(date(2026, 9, 1), date(2026, 12, 1)),
)
PETITIONS = st.builds(
    events.Petition,
    agency=st.sampled_from(AGENCIES),
    state=st.sampled_from(PetitionState),
    disliked=st.none() | st.booleans(),
    repeated=st.none() | st.booleans(),
    dossier=st.none() | st.sampled_from(("D-1", "D-2")),
)


def told_of(data: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Event]]:
    """Return histories of a few subjects."""
    event = st.builds(
        Event,
        source=st.just("/test"),
        id=st.just("1"),
        at=st.integers(0, 95).map(instant),
        subject=st.sampled_from(("S-1", "S-2", "S-3")),
        data=data,
        sequence=st.integers(0, 3),
    )
    return st.lists(event, min_size=1, max_size=14)

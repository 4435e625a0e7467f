"""What is answered. Lists are arrays of flat rows under a key, as Grafana's Infinity source reads them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from agents.dossiers.explanation import Explanation
from agents.indicators.windows import Window
from config.index import Level
from config.spans import Passing

Count = Annotated[int, Meta(ge=0)]


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the answer is the whole. Partitions are named `topic/number`."""

    complete: bool
    """Every partition is there, and judged as of now."""
    partitions: Count
    missing: tuple[str, ...]
    writing: tuple[str, ...]
    """Their worker has begun to write them."""
    catching_up: tuple[str, ...]
    """They read old events still: lateness is said as of `judged_at`."""
    waiting: Count
    """Records that were not applied yet."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Of when every answer is, and whether it is the whole."""

    as_of: datetime | None
    """What was applied by then is in it; null where no worker has written anything."""
    judged_at: datetime | None
    """As of when it is said what is late: earlier than `as_of` while old events are read."""
    completeness: Completeness


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """How many dossiers of an agency are on each list."""

    agency: str
    level: Level
    open: Count
    overdue: Count
    due_soon: Count
    unsynced: Count
    diverged: Count


class AgencyList(Answer, frozen=True, kw_only=True):
    """Every agency of which a dossier was seen, in order of their codes."""

    agencies: tuple[Agency, ...]


class AgencyDetail(Answer, frozen=True, kw_only=True):
    """One agency."""

    agency: Agency
    oldest_overdue_since: datetime | None
    next_due_at: datetime | None
    """The nearest appointment of a dossier that is due soon."""


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of one unit. Null is "no data", which is not 0."""

    unit: str
    level: Level
    indicator: str
    numerator: int
    denominator: int
    ratio: float | None
    """In per cent."""
    score: float | None
    max: float


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the index by which is scored."""

    effective_from: str
    source: str


class IndicatorList(Answer, frozen=True, kw_only=True):
    """The index of an agency, or of every province."""

    window: Window
    definition: Definition
    indicators: tuple[Indicator, ...]


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that asks for attention, since when, and how gravely."""

    rule: str
    since: datetime
    severity: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that is open, or asks for attention."""

    code: str
    agency: str
    procedure: str | None
    state: str
    due_at: datetime | None
    overdue_since: datetime | None
    due_soon: str | None
    """The rung before the deadline it stands on."""
    unsynced_since: datetime | None
    unsynced_severity: str | None
    """Null while the portal has time yet."""
    diverged: str | None
    """What the portal shows otherwise."""
    diverged_since: datetime | None
    violations: tuple[str, ...]
    breaches: tuple[Breach, ...]


class DossierList(Answer, frozen=True, kw_only=True):
    """A page of a list, the oldest first."""

    total: Count
    """How many are on the whole list."""
    dossiers: tuple[Dossier, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was said: when, about what, and what. A date that was said is an instant, as text."""

    at: datetime
    what: str
    said: str | int | bool


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the arithmetic: what is done, by how much, and where that leads."""

    what: str
    span: str | None
    """As ISO 8601 writes it, with parts of a second: more than JSON Schema calls a duration."""
    passing: Passing
    at: datetime | None


class Explained(Explanation, frozen=True, kw_only=True):
    """Why a dossier stands as it does: the JSON of `dunghan explain`, in types of which there is a schema."""

    facts: tuple[Fact, ...]  # type: ignore[assignment]
    arithmetic: tuple[Step, ...]  # type: ignore[assignment]


def explained(explanation: Explanation) -> Explained:
    """Return an explanation as it is answered."""
    told = {name: getattr(explanation, name) for name in Explanation.__struct_fields__}
    told["facts"] = msgspec.convert(msgspec.to_builtins(explanation.facts), tuple[Fact, ...])
    told["arithmetic"] = msgspec.convert(msgspec.to_builtins(explanation.arithmetic), tuple[Step, ...])
    return Explained(**told)


class DossierDetail(Answer, frozen=True, kw_only=True):
    """One dossier, and why it stands so."""

    dossier: Dossier
    explanation: Explained


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process is up."""

    status: str
    version: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Redis answers, and every partition is in the view."""

    status: str
    as_of: datetime

"""The topics that are read partition by partition, each with its dead letters and its changelog.

Dossiers, procedures (catalogue) and petitions: an event belongs to the topic of its kind, and there to the partition of
its subject. What one kind tells another is forwarded as an event, in the transaction of the chunk that it follows from.
"""

import msgspec

from config.settings import Settings
from streams.events import Event, Petition, Procedure, ProcedureUsage
from streams.placement import partition_of

_OF_PROCEDURES = frozenset({Procedure.type, ProcedureUsage.type})


class Source(msgspec.Struct, frozen=True):
    """A topic that a partition reader reads."""

    topic: str
    changelog: str
    """What was derived from the topic: each version of the state has its own (docs/decisions/0016)."""
    told: str
    """Which alerts were told: all versions share it."""
    partitions: int

    @property
    def dead_letters(self) -> str:
        """Where rejected records go, as they came."""
        return f"{self.topic}.dlq"

    def home(self, subject: str) -> int:
        """Return the partition in which a subject lives."""
        return partition_of(subject.encode(), self.partitions)


def dossiers(settings: Settings) -> Source:
    """Return where dossier events are."""
    return _source(settings, settings.events_topic, "dossiers", settings.partitions)


def procedures(settings: Settings) -> Source:
    """Return where the catalogue's events are. They are few: one partition."""
    return _source(settings, settings.catalogue_topic, "procedures", 1)


def petitions(settings: Settings) -> Source:
    """Return where petition events are. They are few: one partition."""
    return _source(settings, settings.petitions_topic, "petitions", 1)


def _source(settings: Settings, topic: str, kind: str, partitions: int) -> Source:
    return Source(topic, f"{settings.state}-{kind}-changelog", f"{settings.app}-{kind}-told", partitions)


def sources(settings: Settings) -> list[Source]:
    """Return all topics that are read."""
    return [dossiers(settings), procedures(settings), petitions(settings)]


def source_of(event: Event, settings: Settings) -> Source:
    """Return the topic to which an event belongs."""
    return source_of_type(event.data.type, settings)


def source_of_type(type_: str | None, settings: Settings) -> Source:
    """Return the topic to which events of a CloudEvents type belong; dossiers' for any other, and for what has none."""
    if type_ in _OF_PROCEDURES:
        return procedures(settings)
    return petitions(settings) if type_ == Petition.type else dossiers(settings)

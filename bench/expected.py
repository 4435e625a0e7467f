"""What must come out: found by reading a topic once, with neither Faust nor the partition reader."""

from collections import Counter
from dataclasses import dataclass, field

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier, dump
from config.settings import Settings
from streams.decode import decode
from streams.events import DOSSIER_TYPES
from streams.scan import scan


@dataclass
class Expected:
    """Of one topic: its records, the count of each key, and each dossier as its events make it."""

    topic: str
    records: int = 0
    value_bytes: int = 0
    counts: Counter[bytes] = field(default_factory=Counter)
    states: dict[bytes, bytes] = field(default_factory=dict)


def expected_of(settings: Settings, topic: str) -> Expected:
    """Read a topic to its end."""
    found = Expected(topic)
    dossiers: dict[str, Dossier] = {}
    for record in scan(settings, topic):
        found.records += 1
        found.value_bytes += len(record.value)
        found.counts[record.key] += 1
        for event in decode(record).events:
            if type(event.data) in DOSSIER_TYPES:
                dossier = dossiers.get(event.subject)
                if dossier is None:
                    dossier = dossiers[event.subject] = Dossier(event.subject)
                apply(dossier, event)
    found.states = {code.encode(): dump(dossier) for code, dossier in dossiers.items()}
    return found

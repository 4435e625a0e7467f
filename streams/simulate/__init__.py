"""A believable province, simulated: agencies with habits of their own, dossiers with a course, and what they report.

    arrivals ─► course, petitions ─► canonical, mirror ─► delivery ─► events
    (filed)     (facts)              (messages)           (delays, batches, copies, broken ones)
    catalogue: what departments say of the procedures, beside them

Everything follows from the seed and the configuration, byte for byte; no clock is asked.
"""

from streams.simulate.broken import ALL_REASONS, FILE_REASONS
from streams.simulate.province import CHARACTERS, Character, Sync, Voice
from streams.simulate.simulation import Config, Province, SimulatedEvent

__all__ = [
    "ALL_REASONS",
    "CHARACTERS",
    "FILE_REASONS",
    "Character",
    "Config",
    "Province",
    "SimulatedEvent",
    "Sync",
    "Voice",
]

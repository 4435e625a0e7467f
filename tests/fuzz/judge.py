"""What must hold of every record, whatever its bytes: it ends, soon, and everything it says is applied or refused."""

import time
from collections import Counter
from typing import NamedTuple

from agents.dossiers.processor import DossierProcessor
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from config.clock import FixedClock, parse_instant
from config.rulebook import load_rulebook
from streams.chunk import Reach
from streams.decode import decode, encode
from streams.placement import partition_of
from streams.records import Decoded, Line

SECONDS = 2.0  # a record takes some 50 µs; what takes this long hangs, or soon will
_FRESH = 2_000  # so many records a state: what follows from few records is found, and memory stays small
_NOW = parse_instant("2025-11-20T08:00:00+07:00")
_KINDS = (DossierProcessor, ProcedureProcessor, PetitionProcessor)


class _Record(NamedTuple):
    value: bytes | None
    offset: int
    timestamp: int | None
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Judge:
    """Takes records as the three topics do, and counts what became of them."""

    def __init__(self) -> None:
        self.fates: Counter[str] = Counter()
        self._rulebook = load_rulebook("", "")
        self._offset = 0
        self._begin()

    def judge(self, line: Line) -> None:
        """Check one record.

        Raises:
            AssertionError: something does not hold.
        """
        started = time.process_time()
        decoded = decode(line)
        self._answered(line, decoded)
        self._apply(line, decoded)
        assert time.process_time() - started < SECONDS, "it took too long"

    def _answered(self, line: Line, decoded: Decoded) -> None:
        """Check that it says something or is refused, that no refusal repeats it, and that what it says lasts."""
        nothing = not decoded.events and not decoded.rejections
        assert not nothing or b"[" in (line.value or b""), "neither events nor a refusal, nor an empty list"
        assert not any("cannot be read" in one.detail for one in decoded.rejections), "a fault of our own"
        assert not any("canary" in one.detail.lower() for one in decoded.rejections), "a refusal repeats the input"
        for event in decoded.events:
            assert decode(Line(encode(event))).events == [event], "an event is another one once encoded"
        self.fates["nothing" if nothing else "refused" if not decoded.events else "said"] += 1

    def _apply(self, line: Line, decoded: Decoded) -> None:
        """Let each topic's processor take it; every part has one fate there."""
        record = _Record(line.value, self._offset, line.timestamp, line.key, line.headers)
        for processor in self._processors:
            plan = processor.process([record])
            processor.commit(plan)
            assert sum(plan.results.values()) == len(decoded.events) + len(decoded.rejections), "a part has no fate"
            assert plan.position == processor.position == self._offset
            for key, value in plan.changelog:
                self._restored[processor].load(key, value)
        self._offset += 1
        if self._offset % _FRESH == 0:
            self.end()
            self._begin()

    def _begin(self) -> None:
        make = {"rulebook": self._rulebook, "clock": FixedClock(_NOW), "lives_here": _lives_here}
        self._processors = [kind(**make) for kind in _KINDS]
        self._restored = {one: type(one)(**make) for one in self._processors}

    def end(self) -> None:
        """Let time pass, and check that what was written down can be read back, and is the same."""
        for processor in self._processors:
            restored = self._restored[processor]
            restored.recount()
            for one in (processor, restored):
                one.advance(_NOW, reach=Reach.END)
                one.tell()
            assert restored.position == processor.position
            assert len(restored) == len(processor)


def _lives_here(code: str) -> bool:
    return partition_of(code.encode(), 4) != 0  # so that some are passed on

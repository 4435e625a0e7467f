"""What passes between the bench and the programs it measures.

A program finds its task in `BENCH_…` variables, reads the topic from its start, and prints one line of JSON when all
records are applied and what it writes is written. Instants are Unix seconds: the broker's own marks are, too.

Standard library only: peers have environments of their own.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

_PREFIX = "BENCH_"


@dataclass(frozen=True)
class Task:
    """One run of one program."""

    kafka: str
    redis: str
    topic: str
    partitions: int
    records: int  # on the topic; no more come
    app: str  # unique: the consumer group, and the prefix of the topics it makes
    folder: str  # its own, empty

    def environment(self) -> dict[str, str]:
        """Return the variables in which a program finds this."""
        return {f"{_PREFIX}{name.upper()}": str(value) for name, value in asdict(self).items()}

    @classmethod
    def given(cls) -> "Task":
        """Return the task of this process."""
        given = {field.name: os.environ[f"{_PREFIX}{field.name.upper()}"] for field in fields(cls)}
        return cls(**given | {name: int(given[name]) for name in ("partitions", "records")})  # type: ignore[arg-type]

    @property
    def counts_file(self) -> Path:
        """Where a program without a changelog leaves its counts, as a JSON object."""
        return Path(self.folder) / "counts.json"


@dataclass(frozen=True)
class Report:
    """What a program says of itself at its end."""

    first_at: float  # it was handed its first record, or was ready to fetch it
    last_at: float  # it had applied the last one
    records: int
    value_bytes: int

    @classmethod
    def read(cls, line: str) -> "Report":
        """Read the line that `Seen.report` prints."""
        return cls(**json.loads(line))


class Seen:
    """Counts what a program has been handed."""

    def __init__(self, task: Task) -> None:
        self._awaited = task.records
        self._first_at = self._last_at = 0.0
        self._records = self._bytes = 0

    def add(self, value: bytes) -> bool:
        """Count one record; return whether it was the last."""
        if not self._records:
            self._first_at = time.time()
        self._records += 1
        self._bytes += len(value)
        if self._records < self._awaited:
            return False
        self._last_at = time.time()
        return True

    def report(self) -> None:
        """Tell the bench; call it when everything is written."""
        said = json.dumps(asdict(Report(self._first_at, self._last_at, self._records, self._bytes)))
        print(said, file=sys.__stdout__, flush=True)  # Faust makes log lines of what goes to `sys.stdout`

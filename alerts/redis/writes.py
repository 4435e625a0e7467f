"""The changes of many rows, gathered into one Redis command a key."""

from typing import Any

import msgspec

from alerts.redis.rows import LISTS, Row


class Writes:
    """What a transaction changes in one partition of the view."""

    def __init__(self) -> None:
        self._rows: dict[str, bytes] = {}
        self._facts: dict[str, bytes] = {}
        self._gone: list[str] = []
        self._add: dict[str, dict[str, float]] = {}
        self._remove: dict[str, list[str]] = {}
        self._agencies: set[str] = set()

    def replace(self, code: str, known_agency: str | None, row: Row | None, facts: bytes | None) -> None:
        """Put `row` in the place of what is known of `code`."""
        scores = row.scores() if row else {}
        agency = row.agency if row else None
        for name in LISTS:
            if known_agency is not None:
                self._take_off(name, known_agency, code, everywhere=name not in scores, moved=agency != known_agency)
            if name in scores:
                self._add.setdefault(name, {})[code] = scores[name]
                self._add.setdefault(f"{name}:{agency}", {})[code] = scores[name]
        if row is not None:
            self._rows[code] = msgspec.json.encode(row)
            self._agencies.add(row.agency)
            if facts is not None:
                self._facts[code] = facts
        elif known_agency is not None:
            self._gone.append(code)

    def _take_off(self, name: str, agency: str, code: str, *, everywhere: bool, moved: bool) -> None:
        if everywhere:
            self._remove.setdefault(name, []).append(code)
        if everywhere or moved:
            self._remove.setdefault(f"{name}:{agency}", []).append(code)

    def queue(self, pipe: Any, app: str, partition: int) -> None:
        """Queue the commands; removals first, since a dossier may have moved from one agency to another."""
        rows, facts = f"{app}:view:{partition}", f"{app}:facts:{partition}"
        if self._rows:
            pipe.hset(rows, mapping=self._rows)
            pipe.sadd(f"{app}:agencies", *self._agencies)
        if self._facts:
            pipe.hset(facts, mapping=self._facts)
        if self._gone:
            pipe.hdel(rows, *self._gone)
            pipe.hdel(facts, *self._gone)
        for key, codes in self._remove.items():
            pipe.zrem(f"{app}:{key}", *codes)
        for key, scores in self._add.items():
            pipe.zadd(f"{app}:{key}", scores)

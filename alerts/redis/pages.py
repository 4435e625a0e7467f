"""Pages of the view's lists, and the dossiers on them.

A page begins behind a *place*: an instant and a code, which order a list. Whatever joins or leaves the list meanwhile,
a dossier that stays is on exactly one page. Thousands may have the same instant (appointments are at 17:00), so the
place is found by bisection, within Redis.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from redis import Redis

from alerts.redis.rows import Row
from config.clock import from_timestamp_ms
from config.settings import Settings
from streams.placement import partition_of

_AFTER = """
local function is_after(one, other) -- byte by byte: how Lua orders text depends on the server's locale
  for at = 1, math.min(#one, #other) do
    local a, b = one:byte(at), other:byte(at)
    if a ~= b then return a > b end
  end
  return #one > #other
end
local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
local high = low + redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[1])
while low < high do
  local middle = math.floor((low + high) / 2)
  if is_after(redis.call('ZRANGE', KEYS[1], middle, middle)[1], ARGV[2]) then high = middle else low = middle + 1 end
end
return {redis.call('ZCARD', KEYS[1]), redis.call('ZRANGE', KEYS[1], low, low + ARGV[3], 'WITHSCORES')}
"""


class Place(NamedTuple):
    """Behind which dossier a page begins."""

    score: float
    code: str


BEGINNING = Place(float("-inf"), "")


class Page(NamedTuple):
    """Some dossiers of a list, in its order."""

    total: int
    """How many are on the list."""
    rows: list[tuple[str, Row]]
    last: Place | None
    """Where the next page begins, if there is one."""


class Stored(NamedTuple):
    """What the view holds of one dossier."""

    row: Row
    facts: bytes


class Pages:
    """Reads lists and dossiers."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        self._client = client
        self._app = settings.app
        self._partitions = settings.partitions
        self._after: Any = client.register_script(_AFTER)

    def read(self, name: str, agency: str | None, place: Place, limit: int) -> Page:
        """Return the dossiers behind a place on a list, of one agency or of all."""
        key = f"{self._app}:{name}" if agency is None else f"{self._app}:{name}:{agency}"
        total, found = self._after(keys=[key], args=[repr(place.score), place.code.encode(), limit])
        places = [Place(float(score), code.decode()) for code, score in zip(found[::2], found[1::2], strict=True)]
        shown = places[:limit]
        return Page(total, self._rows([place.code for place in shown]), shown[-1] if len(places) > limit else None)

    def _rows(self, codes: Sequence[str]) -> list[tuple[str, Row]]:
        """Return the rows of these dossiers, in this order; some may have gone a moment ago."""
        homes: dict[int, list[str]] = defaultdict(list)
        for code in codes:
            homes[self.home(code)].append(code)
        with self._client.pipeline(transaction=False) as pipe:
            for home, those in homes.items():
                pipe.hmget(f"{self._app}:view:{home}", those)
            answers = pipe.execute()
        decode = msgspec.json.Decoder(Row).decode
        found: dict[str, bytes | None] = {}
        for those, rows in zip(homes.values(), answers, strict=True):
            found.update(zip(those, rows, strict=True))
        return [(code, decode(row)) for code in codes if (row := found[code]) is not None]

    def dossier(self, code: str) -> Stored | None:
        """Return one dossier, or None where staff need not see it."""
        home = self.home(code)
        with self._client.pipeline(transaction=True) as pipe:
            pipe.hget(f"{self._app}:view:{home}", code)
            pipe.hget(f"{self._app}:facts:{home}", code)
            row, facts = pipe.execute()
        if row is None or facts is None:
            return None
        return Stored(msgspec.json.decode(row, type=Row), facts)

    def first_at(self, name: str, agency: str) -> datetime | None:
        """Return the instant of the first dossier on a list of an agency."""
        found: Any = self._client.zrange(f"{self._app}:{name}:{agency}", 0, 0, withscores=True)
        return from_timestamp_ms(round(found[0][1] * 1000)) if found else None

    def home(self, code: str) -> int:
        """Return the partition in which a dossier lives."""
        return partition_of(code.encode(), self._partitions)

"""Records made of the golden corpus by mutation: of the structure, of the form it travels in, of headers, of bytes.

All chance comes from one `Random`. Hypothesis gives one whose choices it can shrink to the least that still fails.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from streams.dvcqg import PORTAL_TYPES
from streams.dvcqg.messages import Message
from streams.events import CANONICAL_TYPES
from streams.records import Line
from streams.shapes import shape_of

GOLDEN = Path(__file__).parents[1] / "golden"
ENVELOPE = {"specversion": "1.0", "id": "e-1", "source": "/s", "time": "2025-11-03T10:15:00+07:00", "subject": "S-1"}
KINDS = sorted(CANONICAL_TYPES.keys() | PORTAL_TYPES)
STRUCTS = (*Message.__subclasses__(), *CANONICAL_TYPES.values())
FIELDS = sorted({"specversion", "type", *ENVELOPE}.union(*(shape_of(part).declared for part in STRUCTS)))
VALUES: tuple[Any, ...] = (
    *(None, True, False, "", " ", [], {}, [[]], [None], {"x": {}}, 0, -1, 1, 2**31, 2**63, 2**64, 10**18, 10**400),
    *(0.5, 1e308, -1e-308, 5e-324, "0", "1", "4", "9", "10", "-3", "00", "٤", "0x1", "1e3", "x" * 101, "ế" * 300),
    *(
        "1" + 2_000 * ".000",
        "1.000.000",
        "1,000",
        "1" * 30,
        "NaN",
        "null",
        "\x00",
        "\n",
        "\u202e",
        "e\u0301",
        "🗂",
        "H42.17",
        "000.00.01.H42",
    ),
    *(
        "20251103101500",
        "2025-11-03 10:15:00",
        "2025-11-03T10:15:00.123456789+07:00",
        "20251303256161",
        "00010101000000",
    ),
    *("2025-02-29T24:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "2025-11-03T10:15:00"),
    *("2025-11-03", "H42.17-251103-0012", "H42-20251103-1-AA0001", "1.000656.000.00.00.H42", "đã tồn tại", *KINDS),
)
PIECES = (
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"[" * 40,
    b'{"":' * 40,
    b"\x00",
    b"\xef\xbb\xbf",
    b",",
)
TIMESTAMPS = (*[None] * 6, *[1_795_000_000_000] * 6, 1_762_140_000_000, -1, 0, 1, 2**53, 2**63 - 1)


class Seed(NamedTuple):
    """A record of the corpus; its value as JSON, if it is that; whether all of it is accepted."""

    line: Line
    message: Any
    is_accepted: bool


def corpus() -> list[Seed]:
    """Return every record of the corpus that has a value."""
    cases = [
        case for file in sorted(GOLDEN.glob("*.yaml")) for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
    return [_seed(case["record"], case["expected"]) for case in cases if case["record"].get("value")]


def _seed(record: dict[str, Any], expected: dict[str, Any]) -> Seed:
    headers = tuple((name, text.encode()) for name, text in record.get("headers", {}).items())
    key = record["key"].encode() if "key" in record else None
    try:
        message = json.loads(record["value"])
    except ValueError:
        message = None
    return Seed(Line(record["value"].encode(), key, headers), message, "rejections" not in expected)


SEEDS = corpus()
MESSAGES = [seed for seed in SEEDS if isinstance(seed.message, dict | list)]
ACCEPTED = [seed for seed in MESSAGES if seed.is_accepted]


def mutated(rng: Random) -> Line:
    """Return a record: one of the corpus, a little or much changed."""
    if _one_in(rng, 20):
        return _record(rng, rng.choice(SEEDS).line)
    seed = rng.choice(MESSAGES if _one_in(rng, 5) else ACCEPTED)
    message = copy.deepcopy(seed.message)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        message = rng.choice(_OF_STRUCTURE)(rng, message)
    value = json.dumps(message, ensure_ascii=_one_in(rng, 2)).encode(errors="surrogatepass")
    line = Line(value, seed.line.key, seed.line.headers)
    return _record(rng, rng.choice(_OF_FORM)(rng, line, message))


def _record(rng: Random, line: Line) -> Line:
    """Change bytes, headers, key and timestamp, each now and then."""
    value, key, headers = line.value or b"", line.key, line.headers
    if _one_in(rng, 10):
        value = rng.choice(_OF_BYTES)(rng, value)
    if headers and _one_in(rng, 4):
        headers = _other_headers(rng, headers)
    if _one_in(rng, 10):
        key = rng.choice((None, b"", b"\xff", b"K" * 200, b"H42.17-251103-0012"))
    return Line(value, key, headers, rng.choice(TIMESTAMPS))


def _one_in(rng: Random, times: int) -> bool:
    return rng.randrange(times) == times - 1  # the least choice is to change nothing


def _value(rng: Random) -> Any:
    return copy.deepcopy(rng.choice(VALUES))  # the next mutation may change it


# -- structure --------------------------------------------------------------------------------------------------------


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a message, as a container and a key or index in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        inside = waiting.pop()
        keys = list(inside) if isinstance(inside, dict) else range(len(inside)) if isinstance(inside, list) else ()
        found += [(inside, key) for key in keys]
        waiting += [inside[key] for key in keys]
    return found


def _at_a_place(change: Callable[[Random, Any, Any], None]) -> Callable[[Random, Any], Any]:
    def at_a_place(rng: Random, message: Any) -> Any:
        places = _places(message)
        if places:
            change(rng, *rng.choice(places))
        return message

    return at_a_place


def _replace(rng: Random, inside: Any, key: Any) -> None:
    inside[key] = _value(rng)


def _transplant(rng: Random, inside: Any, key: Any) -> None:
    there, other = rng.choice(_places(rng.choice(MESSAGES).message) or [([None], 0)])
    inside[key] = copy.deepcopy(there[other])


def _remove(_rng: Random, inside: Any, key: Any) -> None:
    del inside[key]


def _rename(rng: Random, inside: Any, key: Any) -> None:
    if isinstance(inside, dict):
        inside[rng.choice(FIELDS)] = inside.pop(key)


def _add(rng: Random, inside: Any, _key: Any) -> None:
    if isinstance(inside, dict):
        inside[rng.choice((*FIELDS, "x", "data_base64", "tracestate"))] = _value(rng)
    else:
        inside.append(_value(rng))


def _repeat(rng: Random, inside: Any, key: Any) -> None:
    inside[key] = [inside[key]] * rng.choice((1, 2, 10, 200))


def _nest(rng: Random, inside: Any, key: Any) -> None:
    for _ in range(rng.choice((1, 5, 31, 40))):
        inside[key] = {rng.choice(FIELDS): inside[key]}


def _whole(rng: Random, message: Any) -> Any:
    """Put the whole message into another one."""
    other = {"madonvi": _value(rng), "data": message, "isUpdating": "True"}
    attributes = {**ENVELOPE, "type": rng.choice(KINDS), "data": message}
    return rng.choice((other, [message], [message, 0, message], attributes))


_OF_STRUCTURE: tuple[Callable[[Random, Any], Any], ...] = (
    *map(_at_a_place, 2 * (_replace, _transplant, _remove, _rename, _add, _repeat, _nest)),
    _whole,
)


# -- form -------------------------------------------------------------------------------------------------------------


def _as_it_is(_rng: Random, line: Line, _message: Any) -> Line:
    return line


def _binary(_rng: Random, line: Line, message: Any) -> Line:
    """Move the attributes of a structured event to the headers."""
    if not (isinstance(message, dict) and "specversion" in message):
        return line
    attributes = {name: value for name, value in message.items() if name != "data"}
    headers = tuple((f"ce_{name}", str(value).encode(errors="replace")) for name, value in attributes.items())
    return Line(json.dumps(message.get("data")).encode(), line.key, headers)


def _structured(_rng: Random, line: Line, message: Any) -> Line:
    """Move the attributes of an event in binary mode to where the structured form has them."""
    attributes = {name.removeprefix("ce_"): value.decode(errors="replace") for name, value in line.headers}
    return Line(json.dumps({**attributes, "data": message}).encode(), line.key) if attributes else line


def _twice(rng: Random, line: Line, message: Any) -> Line:
    """Let a key come twice, with another value."""
    if not (isinstance(message, dict) and message):
        return line
    again = json.dumps({rng.choice(sorted(message)): _value(rng)}).encode()
    return Line((line.value or b"{")[:-1] + b"," + again[1:], line.key, line.headers)


_OF_FORM = (*[_as_it_is] * 4, *[_binary] * 3, _structured, _twice)


# -- bytes and headers ------------------------------------------------------------------------------------------------


def _cut(rng: Random, value: bytes) -> bytes:
    return value[: rng.randint(0, len(value))]


def _insert(rng: Random, value: bytes) -> bytes:
    at = rng.randint(0, len(value))
    return value[:at] + rng.choice(PIECES) + value[at:]


def _flip(rng: Random, value: bytes) -> bytes:
    if not value:
        return value
    at = rng.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1 :]


def _copy(rng: Random, value: bytes) -> bytes:
    start, end = sorted((rng.randint(0, len(value)), rng.randint(0, len(value))))
    return value[:end] + value[start:]


_OF_BYTES = (_cut, _insert, _flip, _copy)


def _other_headers(rng: Random, headers: tuple[tuple[str, bytes], ...]) -> tuple[tuple[str, bytes], ...]:
    at = rng.randrange(len(headers))
    name, value = headers[at]
    text = str(_value(rng)).encode(errors="replace")
    others = ((name, text), (name, b"\xff"), (name.upper(), value), (name.replace("ce_", "CE_x"), value))
    return (*headers[:at], rng.choice(others), *headers[at + 1 :])

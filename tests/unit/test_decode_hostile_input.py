"""`decode` never raises, and never repeats what it refused, whatever the bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.decode import Decoded, Line, decode, encode
from streams.dvcqg import PORTAL_TYPES
from streams.dvcqg.messages import Answer, Message, Progress, SyncedDossier
from streams.events import CANONICAL_TYPES
from streams.rejection import Reason
from streams.shapes import shape_of

CANARY = "Nguyễn Văn Canary"
FIELDS = sorted(
    {"specversion", "data", "madonvi", "error_code"}.union(
        *(shape_of(part).declared for part in (*Message.__subclasses__(), *CANONICAL_TYPES.values()))
    )
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["", "4", "20251103101500"])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
)
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/s", "time": "2025-11-03T10:15:00+07:00", "subject": "K"}
KINDS = sorted(CANONICAL_TYPES.keys() | PORTAL_TYPES)


def is_answered(decoded: Decoded) -> bool:
    return all(decode(Line(encode(event))).events == [event] for event in decoded.events)


@given(st.binary(), st.none() | st.binary(), st.none() | st.integers())
def test_any_bytes(value: bytes, key: bytes | None, timestamp: int | None) -> None:
    decoded = decode(Line(value, key=key, timestamp=timestamp))

    assert decoded.rejections or is_answered(decoded)


@given(JSON, st.binary(max_size=10))
def test_any_json_with_names_of_the_contract(message: Any, key: bytes) -> None:
    assert is_answered(decode(Line(json.dumps(message).encode(), key=key, timestamp=0)))


@given(
    st.sampled_from(KINDS), JSON, st.dictionaries(st.sampled_from([*ENVELOPE, "type", "sequence"]), JSON, max_size=2)
)
def test_any_data_and_any_attribute_of_any_type(kind: str, data: Any, changes: dict[str, Any]) -> None:
    envelope = {**ENVELOPE, "type": kind, "data": data, **changes}

    assert is_answered(decode(Line(json.dumps(envelope).encode())))


@given(
    st.lists(
        st.tuples(st.sampled_from([f"ce_{name}" for name in (*ENVELOPE, "type", "sequence")]) | st.text(), st.binary())
    ),
    st.binary(),
)
def test_any_headers(headers: list[tuple[str, bytes]], value: bytes) -> None:
    decoded = decode(Line(value, headers=(("ce_specversion", b"1.0"), *headers)))

    assert decoded.rejections or decoded.events


@pytest.mark.parametrize("opening", [b"[", b'{"data":', b'{"MaHoSo":', b'[{"DanhSachHoSoBoSung":'])
def test_deep_nesting_is_too_much(opening: bytes) -> None:
    decoded = decode(Line(opening * 200_000))

    assert [rejection.reason for rejection in decoded.rejections] == [Reason.TOO_MUCH]


@pytest.mark.parametrize("depth", [500, 900, 990])
def test_nesting_that_json_just_allows_is_refused_all_the_same(depth: int) -> None:
    nested = b'{"MaHoSo":' * depth + b"1" + b"}" * depth

    assert len(decode(Line(nested)).rejections) == 1


@pytest.mark.parametrize("number", ["1" * 400, "1" * 5000, "1e999", "-1e-999", "NaN", "-Infinity"])
@pytest.mark.parametrize("field", ["status", "sequence"])
def test_numbers_beyond_all_measure_are_refused(number: str, field: str) -> None:
    text = json.dumps({**ENVELOPE, "type": "vn.tthc.dossier.status.v1", "data": {"agency": "a", "procedure": "p"}})
    place = '"agency"' if field == "status" else '"id"'

    decoded = decode(Line(text.replace(place, f'"{field}": {number}, {place}').encode()))

    assert len(decoded.rejections) == 1


@pytest.mark.parametrize("kind", [SyncedDossier, Progress, Answer])
@pytest.mark.parametrize("bad", [CANARY, [CANARY], {CANARY: CANARY}, CANARY * 50])
def test_no_refusal_repeats_the_value_of_any_portal_field(kind: type[Message], bad: object) -> None:
    good = dict.fromkeys(shape_of(kind).required, "1") | {
        "MaHoSo": "H21.17-251103-0012",
        "NgayTiepNhan": "20251103101500",
    }
    for name in shape_of(kind).declared - {"MaHoSo", "MaTTHC", "PhongBanXuLy"}:  # codes and a unit, which are kept
        decoded = decode(Line(json.dumps({**good, name: bad}).encode(), key=b"K", timestamp=1_762_140_000_000))
        assert "Canary" not in repr(decoded)


@pytest.mark.parametrize("kind", sorted(CANONICAL_TYPES))
@pytest.mark.parametrize("bad", [[CANARY], {CANARY: CANARY}, CANARY * 50])
def test_no_refusal_repeats_the_value_of_any_field(kind: str, bad: object) -> None:
    for name in shape_of(CANONICAL_TYPES[kind]).declared:
        decoded = decode(Line(json.dumps({**ENVELOPE, "type": kind, "data": {name: bad}}).encode()))
        assert "Canary" not in repr(decoded)
    for name in (*ENVELOPE, "type", "sequence", "datacontenttype", "data"):
        decoded = decode(Line(json.dumps({**ENVELOPE, "type": kind, "data": {}, name: bad}).encode()))
        assert "Canary" not in repr(decoded.rejections)


def test_a_fault_of_our_own_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr("streams.decode._structured_or_bare", fail)

    decoded = decode(Line(b"{}"))

    assert [str(rejection) for rejection in decoded.rejections] == ["malformed: $: cannot be read (KeyError)"]


def test_a_flood_of_bad_parts_is_told_in_few_words() -> None:
    parts = [{"MaHoSo": "x"}, *[0] * 4000]

    rejections = decode(Line(json.dumps(parts).encode())).rejections

    assert len(rejections) == 101
    assert rejections[-1].detail == "$: 3901 more parts refused"

"""Three ways in, one result: fast path, careful path, binary mode."""

import json
from typing import Any

import pytest
from hypothesis import given

from event_strategies import events
from streams.decode import Line, decode, encode
from streams.events import Event


def attributes(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode(event))
    return found


def binary(event: Event) -> Line:
    envelope = attributes(event)
    data = envelope.pop("data")
    headers = tuple((f"ce_{name}", str(value).encode()) for name, value in envelope.items())
    return Line(json.dumps(data).encode(), headers=headers)


def status(**changes: Any) -> bytes:
    envelope = {
        "specversion": "1.0", "id": "1", "source": "/test", "type": "vn.tthc.dossier.status.v1",
        "time": "2025-11-03T10:15:00+07:00", "subject": "H21.17-251103-0012",
        "data": {"agency": "H21.17", "procedure": "1.000656", "status": 4},
    }  # fmt: skip
    return json.dumps(envelope | changes).encode()


@given(events())
def test_an_encoded_event_decodes_to_itself(event: Event) -> None:
    decoded = decode(Line(encode(event)))

    assert (decoded.events, decoded.rejections, decoded.unknown_fields) == ([event], [], 0)


@given(events())
def test_an_unknown_field_changes_nothing_but_the_count(event: Event) -> None:
    envelope = attributes(event)
    envelope["data"]["unheard_of"] = {"name": "x"}

    decoded = decode(Line(json.dumps(envelope).encode()))

    assert (decoded.events, decoded.rejections, decoded.unknown_fields) == ([event], [], 1)


@given(events())
def test_binary_mode_says_the_same(event: Event) -> None:
    assert decode(binary(event)).events == [event]


@given(events())
def test_an_event_is_taken_however_its_offset_is_written(event: Event) -> None:
    envelope = attributes(event)
    envelope["time"] = envelope["time"].replace("Z", "+00:00")

    assert decode(Line(json.dumps(envelope).encode())).events == [event]


@pytest.mark.parametrize(
    ("timestamp", "taken"),
    [
        (1_762_139_700_000 - 86_400_000, True),  # a day ahead, to the millisecond
        (1_762_139_700_000 - 86_400_001, False),
        (1_762_139_700_000 + 10**12, True),  # recorded decades later: a replay
        (None, True),
        (-1, True),  # Kafka's "no timestamp"
    ],
)
def test_an_event_may_be_a_day_ahead_of_its_record(timestamp: int | None, taken: bool) -> None:  # noqa: FBT001
    assert bool(decode(Line(status(), timestamp=timestamp)).events) is taken


def test_trailing_and_leading_blanks_do_no_harm() -> None:
    assert decode(Line(b"  " + status() + b"\r\n")).events


def test_the_last_of_two_headers_of_one_name_counts() -> None:
    value = b'{"agency": "H21.17", "procedure": "1.000656", "status": 4}'
    names = {
        "specversion": "1.0",
        "id": "1",
        "source": "/s",
        "type": "vn.tthc.dossier.status.v1",
        "time": "2025-11-03T00:00Z",
    }
    headers = [(f"ce_{name}", text.encode()) for name, text in names.items()]

    decoded = decode(Line(value, key=b"K", headers=(*headers, ("ce_time", b"2025-11-03T10:15:00+07:00"))))

    assert [event.id for event in decoded.events] == ["1"]


def test_an_event_that_is_as_the_contract_says_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.decode._structured_or_bare", None)

    assert decode(Line(status())).events

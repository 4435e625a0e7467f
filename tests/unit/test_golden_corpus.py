"""The released event contract, as examples that never change (tests/golden/*.yaml).

A case is a record and what decoding it gives. `record`: `value` (the text, or null), or `base64`; optional `key`,
`headers`, `timestamp`. `expected`: `events`, as `encode` writes them, without `specversion`; `rejections`;
`unknown_fields`. A part that is left out is empty.
"""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streams.decode import Line, decode, encode
from streams.dvcqg import PORTAL_TYPES
from streams.events import CANONICAL_TYPES
from streams.rejection import Reason
from streams.schemas import FOLDER

GOLDEN = Path(__file__).parents[1] / "golden"
BARE = {"portal_sync": "DongBoHoSoMC", "portal_progress": "CapNhatTienDoHoSoMC", "portal_answer": "answer"}
Case = dict[str, Any]


def cases(pattern: str = "*") -> list[Any]:
    return [
        pytest.param({**case, "file": file.stem}, id=f"{file.stem}: {case['name']}")
        for file in sorted(GOLDEN.glob(f"{pattern}.yaml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def line(record: Case) -> Line:
    text, timestamp = record.get("value"), record.get("timestamp")
    value = None if text is None else text.encode()
    return Line(
        value=base64.b64decode(record["base64"]) if "base64" in record else value,
        key=record["key"].encode() if "key" in record else None,
        headers=tuple((name, text.encode()) for name, text in record.get("headers", {}).items()),
        timestamp=int(datetime.fromisoformat(timestamp).timestamp() * 1000) if timestamp else None,
    )


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return found


def kind_of(case: Case) -> str:
    """Return the type of a record that is structured or bare."""
    message = json.loads(case["record"]["value"])
    return message["type"] if "specversion" in message else f"vn.dvcqg.{BARE[case['file']]}"


@pytest.mark.parametrize("case", cases())
def test_a_record_decodes_to_what_was_released(case: Case) -> None:
    decoded = decode(line(case["record"]))
    expected = case["expected"]

    events = [{"specversion": "1.0", **event} for event in expected.get("events", [])]
    assert [json.loads(encode(event)) for event in decoded.events] == events
    rejections = [(rejection["reason"], rejection["detail"]) for rejection in expected.get("rejections", [])]
    assert [(rejection.reason, rejection.detail) for rejection in decoded.rejections] == rejections
    assert decoded.unknown_fields == expected.get("unknown_fields", 0)


@pytest.mark.parametrize("case", cases())
def test_what_was_decoded_survives_being_encoded(case: Case) -> None:
    for event in decode(line(case["record"])).events:
        assert decode(Line(encode(event))).events == [event]


@pytest.mark.parametrize("case", cases())
def test_every_encoded_event_is_valid_by_its_schema(case: Case) -> None:
    for event in decode(line(case["record"])).events:
        jsonschema.Draft202012Validator(schema(event.data.type)).validate(json.loads(encode(event)))


@pytest.mark.parametrize("case", cases("canonical") + cases("portal_*"))
def test_an_accepted_message_is_valid_by_its_schema(case: Case) -> None:
    in_headers = "ce_type" in case["record"].get("headers", {})
    if not in_headers and "rejections" not in case["expected"]:
        jsonschema.Draft202012Validator(schema(kind_of(case))).validate(json.loads(case["record"]["value"]))


@pytest.mark.parametrize("case", cases())
def test_no_personal_value_gets_out(case: Case) -> None:
    """Personal values of the corpus, and values at fault, all contain the word canary."""
    decoded = decode(line(case["record"]))

    out = repr(decoded) + "".join(encode(event).decode() for event in decoded.events)
    assert "canary" not in out.lower()


def test_every_type_is_there_structured_and_in_binary_mode() -> None:
    records = [case.values[0]["record"] for case in cases() if not case.values[0]["expected"].get("rejections")]
    binary = {record["headers"].get("ce_type") for record in records if "headers" in record}
    structured = {json.loads(record["value"]).get("type") for record in records if '"specversion"' in str(record)}

    assert CANONICAL_TYPES.keys() | PORTAL_TYPES <= binary
    assert CANONICAL_TYPES.keys() | PORTAL_TYPES <= structured


def test_every_reason_is_there_except_that_of_the_agent_and_of_what_is_too_large_to_write_down() -> None:
    found = {found["reason"] for case in cases() for found in case.values[0]["expected"].get("rejections", [])}

    assert found == set(Reason) - {
        Reason.WRONG_TOPIC,
        Reason.TOO_MUCH,
        Reason.SETTLED,
    }  # test_decoding_limits, test_dossiers_settled

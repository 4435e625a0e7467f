"""What is larger, longer, deeper or more than any message may be is refused, soon and in little memory."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from streams.decode import Line, decode
from streams.limits import DEEPEST, LARGEST_VALUE, MOST_DOSSIERS, MOST_EVENTS, MOST_UNKNOWN_FIELDS, MOST_VALUES
from streams.rejection import Reason

SECONDS = 5.0  # of the worst of these; a tenth of it on a machine that does nothing else
MEGABYTES = 150
DOSSIER = {
    "MaHoSo": "H21.17-251103-0012",
    "MaTTHC": "1.000656",
    "TrangThaiHoSo": "4",
    "NgayTiepNhan": "20251103101500",
}
TOO_LARGE = f"$: more than {LARGEST_VALUE} bytes, or {MOST_VALUES} values"


def event(**data: Any) -> bytes:
    attributes = {"specversion": "1.0", "id": "1", "source": "/s", "subject": "K", "time": "2025-11-03T10:15:00+07:00"}
    known = {"agency": "a", "procedure": "p", "status": 2}
    return json.dumps({**attributes, "type": "vn.tthc.dossier.status.v1", "data": known | data}).encode()


def sync(*dossiers: Any) -> bytes:
    return json.dumps(list(dossiers)).encode()


def filled(piece: bytes, opening: bytes = b"[", closing: bytes = b"]", most: int = MOST_VALUES - 10) -> bytes:
    """Return as many pieces as a record has room for."""
    room = LARGEST_VALUE - len(opening) - len(closing)
    return opening + b",".join([piece] * min(most, room // (len(piece) + 1))) + closing


def refusal(value: bytes, **record: Any) -> tuple[Reason, str]:
    """Return the one refusal of a record, of which nothing is applied."""
    decoded = decode(Line(value, **record))
    assert decoded.events == []
    (rejection,) = decoded.rejections
    return rejection.reason, rejection.detail


def test_a_value_may_be_so_large_and_no_larger() -> None:
    padding = event(x=" " * (LARGEST_VALUE - len(event(x=""))))

    assert len(decode(Line(padding)).events) == 1
    assert refusal(padding.replace(b'"x"', b'"xx"')) == (Reason.TOO_MUCH, TOO_LARGE)


@pytest.mark.parametrize("number", [b"1", b"0.1", b"1e", b"-0.0"])
def test_a_number_of_a_hundred_megabytes_is_not_even_parsed(number: bytes) -> None:
    value = event(status=0).replace(b'"status": 0', b'"x": ' + number + b"1" * 100_000_000)

    assert refusal(value) == (Reason.TOO_MUCH, TOO_LARGE)


def test_a_million_dossiers_in_a_message_are_refused() -> None:
    assert refusal(b"[" + b"{}," * 1_000_000 + b"{}]") == (Reason.TOO_MUCH, TOO_LARGE)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_message_may_hold_so_many_dossiers_and_no_more(*, wrapped: bool) -> None:
    def message(count: int) -> bytes:
        dossiers = [DOSSIER] * count
        return json.dumps({"madonvi": "H21.17", "data": dossiers} if wrapped else dossiers).encode()

    place = "$.data" if wrapped else "$"
    problem = f"{place}: more than {MOST_DOSSIERS} dossiers; send them in several records"
    assert len(decode(Line(message(MOST_DOSSIERS))).events) == 2 * MOST_DOSSIERS
    assert refusal(message(MOST_DOSSIERS + 1)) == (Reason.TOO_MUCH, problem)


def test_a_message_may_amount_to_so_many_events_and_no_more() -> None:
    requests = [{"NgayBoSung": f"202511{day:02}101500"} for day in range(4, 29)]
    asked = {**DOSSIER, "DanhSachHoSoBoSung": requests}  # 25 events, and the two of every dossier

    assert len(decode(Line(sync(*[asked] * (MOST_EVENTS // 27)))).events) <= MOST_EVENTS
    problem = f"$: more than {MOST_EVENTS} events; send them in several records"
    assert refusal(sync(*[asked] * (MOST_EVENTS // 27 + 1))) == (Reason.TOO_MUCH, problem)


@pytest.mark.parametrize(
    "name", ["DanhSachHoSoBoSung", "TaiLieuNop", "DanhSachLePhi", "DSKetNoiCSDL", "DanhSachGiayToKetQua"]
)
def test_a_list_of_a_dossier_has_a_thousand_entries_at_most_and_the_other_dossiers_are_applied(name: str) -> None:
    decoded = decode(Line(sync({**DOSSIER, name: [{}] * 1001}, {**DOSSIER, name: [{}] * 1000})))

    assert [str(one) for one in decoded.rejections] == [f"invalid_field: $[0].{name}: expected array of length <= 1000"]
    assert decoded.events


def test_the_lists_of_a_procedure_are_short() -> None:
    def procedure(**data: Any) -> bytes:
        return event(issuer="H42", **data).replace(b"dossier.status", b"procedure")

    assert (
        refusal(procedure(parts_missing=["part"] * 101))[1] == "$.data.parts_missing: expected array of length <= 100"
    )
    assert refusal(procedure(listed_on=["national"] * 11))[1] == "$.data.listed_on: expected array of length <= 10"


def test_so_many_unknown_fields_are_ignored_and_more_are_refused() -> None:
    unknown = {f"x{number}": 0 for number in range(MOST_UNKNOWN_FIELDS)}
    problem = f"more than {MOST_UNKNOWN_FIELDS} unknown fields"

    assert decode(Line(event(**unknown))).unknown_fields == MOST_UNKNOWN_FIELDS
    assert refusal(event(**unknown, one_more=0)) == (Reason.TOO_MUCH, f"$.data: {problem}")
    decoded = decode(Line(sync({**DOSSIER, **unknown, "one_more": 0}, DOSSIER)))
    assert [str(one) for one in decoded.rejections] == [f"too_much: $[0]: {problem}"]
    assert decoded.events


@pytest.mark.parametrize("stack", [0, 500])
def test_nesting_is_refused_at_the_same_depth_whoever_calls(stack: int) -> None:
    def called(value: bytes, frames: int) -> int:
        return called(value, frames - 1) if frames else len(decode(Line(value)).events)

    for above in (0, 1):
        levels = DEEPEST - 2 + above  # the event and its data are two
        nested = event(x=0).replace(b'"x": 0', b'"x": ' + b"[" * levels + b"]" * levels)
        assert called(nested, stack) == 1 - above


def test_brackets_in_a_text_are_no_nesting() -> None:
    assert len(decode(Line(event(x="[{" * 1000))).events) == 1


def test_the_limits_hold_in_binary_mode_too() -> None:
    headers = {"specversion": "1.0", "id": "1", "source": "/s", "time": "2025-11-03T10:15:00+07:00", "subject": "K"}
    headers["type"] = "vn.tthc.dossier.status.v1"
    binary = tuple((f"ce_{name}", text.encode()) for name, text in headers.items())

    assert refusal(b" " * LARGEST_VALUE + b"{}", headers=binary) == (Reason.TOO_MUCH, TOO_LARGE)
    assert refusal(b"[" * 100 + b"]" * 100, headers=binary) == (Reason.TOO_MUCH, "$: nested too deeply")
    long = [(name, value * 5_000_000 if name == "ce_id" else value) for name, value in binary]
    assert refusal(b'{"agency":"a","procedure":"p","status":2}', headers=long)[1].startswith("ce_id:")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000, "+1", "0x10", "01", "1_000"])
def test_what_only_some_parsers_take_for_a_number_is_malformed(text: str) -> None:
    assert refusal(event(status=0).replace(b'"status": 0', b'"status": ' + text.encode())) == (
        Reason.MALFORMED,
        "$: not JSON",
    )


@pytest.mark.parametrize("broken", [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud800", b"\\udc00"])
def test_text_that_is_not_unicode_is_malformed(broken: bytes) -> None:
    value = event().replace(b'"K"', b'"' + broken + b'"')

    assert refusal(value)[0] is Reason.MALFORMED


def test_of_a_key_that_comes_twice_the_last_counts_in_either_path() -> None:
    twice = event().replace(b'"subject"', b'"subject": "J", "subject"')
    assert [one.subject for one in decode(Line(twice)).events] == ["K"]

    careful = twice.replace(b'"agency"', b'"unknown": 0, "agency"')
    assert [one.subject for one in decode(Line(careful)).events] == ["K"]


def test_an_amount_of_many_digits_harms_no_other_dossier() -> None:
    dear = {**DOSSIER, "DanhSachLePhi": [{"Gia": "1" + ".000" * 3000}]}
    decoded = decode(Line(sync(dear, DOSSIER)))

    assert [one.detail for one in decoded.rejections] == ["$[0].DanhSachLePhi[0].Gia: not an amount of money"]
    assert decoded.events


WORST = {
    "empty arrays": filled(b"[]"),
    "empty objects": filled(b"{}"),
    "objects": filled(b'{"a":{}}'),
    "texts": filled('"ế"'.encode()),
    "papers": filled(b"{}", json.dumps(DOSSIER).encode()[:-1] + b',"TaiLieuNop":[', b"]}"),
    "papers with unknown fields": filled(b'{"a":0}', json.dumps(DOSSIER).encode()[:-1] + b',"TaiLieuNop":[', b"]}"),
    "requests": sync(*[{**DOSSIER, "DanhSachHoSoBoSung": [{"NgayBoSung": "20251103101500"}] * 30}] * 5000),
    "unknown fields": event(**{f"{number:x}": 0 for number in range(MOST_VALUES - 10)}),
    "brackets": b'["' + b"[" * (LARGEST_VALUE - 4) + b'"]',
    "digits": b"[0." + b"1" * (LARGEST_VALUE - 4) + b"]",
    "depth": b"[" * LARGEST_VALUE,
}


_GROWN = """
import re, sys
from pathlib import Path
from streams.decode import Line, decode

def peak():  # in KiB; what `resource` tells of begins with the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

decode(Line(b"{}"))
before = peak()
for file in sys.argv[1:]:
    assert decode(Line(Path(file).read_bytes())).rejections
print(peak() - before)
"""


@pytest.mark.parametrize("name", WORST)
def test_the_worst_that_a_record_may_hold_is_refused_soon(name: str) -> None:
    assert len(WORST[name]) <= LARGEST_VALUE

    started = time.process_time()
    refusal(WORST[name])

    assert time.process_time() - started < SECONDS


def test_the_worst_that_a_record_may_hold_takes_little_memory(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(len(WORST))]
    for file, value in zip(files, WORST.values(), strict=True):
        file.write_bytes(value)

    grown = subprocess.run([sys.executable, "-c", _GROWN, *files], capture_output=True, check=True, text=True).stdout

    assert 0 < int(grown) < MEGABYTES * 1024

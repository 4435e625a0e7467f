"""Dead letters: the record as it came, and beside it why and from where."""

import pytest

from builders import KafkaRecord, local, milliseconds, status
from partition import Partition
from streams.chunk import RejectedRecord
from streams.dead_letters import DeadLetter, Origin, Original, dead_letters, explanation, original, original_headers
from streams.decode import encode
from streams.rejection import Reason, Rejection

ORIGIN = Origin("dossier-events", 3)
RECORD = KafkaRecord(b"\xff\x00", 41, 1_793_581_200_000, b"key", [("ce_id", b"1"), ("trace", b"\x80")])


def test_key_value_and_headers_are_kept_as_they_came() -> None:
    (letter,) = dead_letters([RejectedRecord(RECORD, Rejection(Reason.MALFORMED, "$: not UTF-8"))], ORIGIN)

    assert (letter.key, letter.value) == (RECORD.key, RECORD.value)
    assert letter.headers[:2] == RECORD.headers


def test_the_reason_and_the_origin_stand_in_headers() -> None:
    (letter,) = dead_letters([RejectedRecord(RECORD, Rejection(Reason.MALFORMED, "$: not UTF-8"))], ORIGIN)

    assert explanation(letter.headers) == {
        "reason": "malformed",
        "detail": "$: not UTF-8",
        "topic": "dossier-events",
        "partition": "3",
        "offset": "41",
        "timestamp": "1793581200000",
    }


def test_an_empty_record_stays_empty() -> None:
    record = KafkaRecord(None, 0)
    (letter,) = dead_letters([RejectedRecord(record, Rejection(Reason.EMPTY, "$: no value"))], ORIGIN)

    assert (letter.key, letter.value) == (None, None)


def test_a_record_wrong_in_several_places_is_one_letter_with_all_details() -> None:
    other = KafkaRecord(b"{}", 42)
    letters = list(
        dead_letters(
            [
                RejectedRecord(RECORD, Rejection(Reason.MISSING_FIELD, "[0].MaHoSo: required")),
                RejectedRecord(other, Rejection(Reason.UNRECOGNISED, "$")),
                RejectedRecord(RECORD, Rejection(Reason.INVALID_TIME, "[7].NgayTra: no such date")),
            ],
            ORIGIN,
        )
    )

    assert [explanation(letter.headers)["offset"] for letter in letters] == ["41", "42"]
    why = explanation(letters[0].headers)
    assert (why["reason"], why["detail"]) == ("missing_field", "[0].MaHoSo: required; [7].NgayTra: no such date")


def test_a_thousand_faults_in_one_record_make_a_short_header() -> None:
    rejections = [RejectedRecord(RECORD, Rejection(Reason.INVALID_FIELD, f"[{n}].MaHoSo: x")) for n in range(1000)]
    (letter,) = dead_letters(rejections, ORIGIN)

    assert len(explanation(letter.headers)["detail"]) == 1000


def test_a_letter_replayed_and_refused_again_does_not_pile_up_reasons() -> None:
    (first,) = dead_letters([RejectedRecord(RECORD, Rejection(Reason.MALFORMED, "$: not UTF-8"))], ORIGIN)
    again = KafkaRecord(first.value, 99, None, first.key, first.headers)
    (second,) = dead_letters([RejectedRecord(again, Rejection(Reason.MALFORMED, "$: not UTF-8"))], ORIGIN)

    assert original_headers(second.headers) == RECORD.headers
    assert len(second.headers) == len(first.headers)
    assert explanation(second.headers)["offset"] == "99"


def test_nothing_of_a_broken_record_is_repeated_beside_it() -> None:
    at = local("2026-11-02 08:00")
    told = encode(status(at, 2)).replace(b'"status":2', b'"status":"Nguy\xe1\xbb\x85n An 0912345678"')
    plan = Partition(at).take([KafkaRecord(told, 0, milliseconds(at))])
    (letter,) = dead_letters(plan.rejected, ORIGIN)

    why = explanation(letter.headers)
    assert why["reason"] == "invalid_field"
    assert "status" in why["detail"]
    assert "0912345678" not in why["detail"]


# -- too large for a letter -------------------------------------------------------------------------------------------


def letter_of(record: KafkaRecord) -> DeadLetter:
    (letter,) = dead_letters([RejectedRecord(record, Rejection(Reason.MALFORMED, "$: not JSON"))], ORIGIN)
    return letter


def test_a_record_too_large_for_a_letter_leaves_its_value_at_its_origin() -> None:
    letter = letter_of(KafkaRecord(b"x" * 1_048_000, 41, 1_793_581_200_000, b"key", [("trace", b"1")]))

    assert (letter.key, letter.value) == (b"key", None)
    assert letter.headers[0] == ("trace", b"1")
    assert explanation(letter.headers)["omitted-bytes"] == "1048000"
    assert original(letter.headers) == Original("dossier-events", 3, 41, 1_793_581_200_000, size=1_048_000)
    assert str(original(letter.headers)) == "dossier-events[3]@41"


@pytest.mark.parametrize(
    "record",
    [
        KafkaRecord(b"{}", 41, 0, b"k" * 1_048_000),
        KafkaRecord(b"{}", 41, 0, b"key", [("trace", b"x" * 1_048_000)]),
        KafkaRecord(b"{}", 41, 0, b"key", [("", b"")] * 300_000),
    ],
    ids=["key", "header", "many headers"],
)
def test_whatever_of_a_record_is_too_large_its_letter_fits(record: KafkaRecord) -> None:
    letter = letter_of(record)

    assert letter.fits
    assert (letter.key, letter.value) == (None, None)
    assert original(letter.headers) == Original("dossier-events", 3, 41, 0, size=2)


def test_a_letter_that_holds_its_record_says_nothing_of_its_origin_as_a_place_to_read() -> None:
    letter = letter_of(KafkaRecord(b"x" * 990_000, 41, 0))

    assert letter.value == b"x" * 990_000
    assert original(letter.headers) is None

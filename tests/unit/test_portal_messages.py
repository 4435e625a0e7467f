"""What the national portal's own messages mean. The forms themselves are in tests/golden/portal_*.yaml."""

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from streams.decode import Decoded, Line, decode, encode
from streams.dvcqg.messages import Message, SyncedDossier
from streams.dvcqg.origin import agency_of
from streams.dvcqg.values import amount
from streams.events import DossierComponents, DossierFee, DossierPortal, DossierStatus, Event, Outcome, Status
from streams.rejection import Reason, RejectedError
from streams.shapes import shape_of

DOSSIER = {
    "MaHoSo": "H21.17-251103-0012",
    "MaTTHC": "1.000656",
    "TrangThaiHoSo": "4",
    "NgayTiepNhan": "20251103101500",
}
DATES = {
    "NgayNopHoSo": "20251101080000",
    "NgayTiepNhan": "20251102080000",
    "NgayHenTra": "20251130170000",
    "NgayTuChoi": "20251103080000",
    "NgayKetThucXuLy": "20251106080000",
    "NgayTra": "20251107080000",
    "DanhSachHoSoBoSung": [{"NgayBoSung": "20251104080000", "NgayTiepNhanBoSung": "20251105080000"}],
}


def read(message: object, **record: Any) -> Decoded:
    return decode(Line(json.dumps(message).encode(), **record))


def status_of(decoded: Decoded) -> Event:
    """Return the event of the current status: the one that carries the channel."""
    (event,) = [e for e in decoded.events if isinstance(e.data, DossierStatus) and e.data.channel is not None]
    return event


@pytest.mark.parametrize(
    ("status", "day"),
    [("1", 1), ("2", 2), ("3", 3), ("4", 5), ("5", 4), ("6", 7), ("7", 7), ("8", 7), ("9", 6), ("10", 7)],
)
def test_the_instant_of_a_status_comes_from_the_dossiers_own_dates(status: str, day: int) -> None:
    event = status_of(read({**DOSSIER, **DATES, "TrangThaiHoSo": status}))

    assert event.at == datetime(2025, 11, day, 1, tzinfo=UTC)


@pytest.mark.parametrize(("status", "missing"), [("9", "NgayKetThucXuLy"), ("10", "NgayTra")])
def test_without_its_own_date_a_status_has_the_latest_that_has_passed(status: str, missing: str) -> None:
    event = status_of(read({**DOSSIER, **DATES, "TrangThaiHoSo": status, missing: ""}))

    assert event.at == datetime(2025, 11, 7 if status == "9" else 6, 1, tzinfo=UTC)


def test_the_appointment_is_never_taken_for_something_that_happened() -> None:
    decoded = read({**DOSSIER, "TrangThaiHoSo": "1", "NgayTiepNhan": "", "NgayHenTra": "20251130170000"})

    assert [rejection.reason for rejection in decoded.rejections] == [Reason.MISSING_FIELD]


def test_each_supplement_is_history_that_carries_no_dates_of_its_own() -> None:
    decoded = read({**DOSSIER, **DATES, "TrangThaiHoSo": "9"})

    past = [event for event in decoded.events if isinstance(event.data, DossierStatus)][:2]
    assert [event.data for event in past] == [
        DossierStatus(agency="H21.17", procedure="1.000656", status=Status.SUPPLEMENT_REQUESTED),
        DossierStatus(agency="H21.17", procedure="1.000656", status=Status.IN_PROGRESS),
    ]


def test_a_mirrored_message_means_that_it_was_sent() -> None:
    decoded = read({**DOSSIER, **DATES, "TrangThaiHoSo": "9"})

    (sent,) = [event for event in decoded.events if isinstance(event.data, DossierPortal)]
    assert isinstance(sent.data, DossierPortal)
    assert (sent.data.outcome, sent.data.status) == (Outcome.SENT, Status.FINISHED)
    assert sent.data.finished_at == sent.at == datetime(2025, 11, 6, 1, tzinfo=UTC)


def test_the_same_message_over_two_transports_says_the_same() -> None:
    envelope = {"specversion": "1.0", "id": "7", "source": "dvcqg/H21.17", "type": "vn.dvcqg.DongBoHoSoMC",
                "time": "2025-11-20T10:15:00+07:00", "data": [DOSSIER]}  # fmt: skip

    bare, wrapped = read(DOSSIER).events, read(envelope).events

    assert [event for event in bare if not isinstance(event.data, DossierPortal)] == [
        event for event in wrapped if not isinstance(event.data, DossierPortal)
    ]


def test_a_corrected_fact_is_another_event_and_a_repeated_one_is_the_same() -> None:
    first, again, corrected = (
        status_of(read({**DOSSIER, "NgayHenTra": date}))
        for date in ("20251110170000", "2025-11-10 17:00:00", "20251111170000")
    )

    assert first.id == again.id != corrected.id


def test_one_bad_dossier_does_not_harm_499_good_ones() -> None:
    dossiers = [{**DOSSIER, "MaHoSo": f"H21.17-251103-{number:04}"} for number in range(500)]
    dossiers[17]["NgayTiepNhan"] = "3-11-2025"

    decoded = read({"madonvi": "H21", "data": dossiers})

    assert len({event.subject for event in decoded.events}) == 499
    (rejection,) = decoded.rejections
    assert rejection.reason is Reason.INVALID_TIME
    assert "data[17].NgayTiepNhan" in rejection.detail


def test_a_bad_dossier_leaves_nothing_of_itself() -> None:
    decoded = read({**DOSSIER, "DanhSachLePhi": [{"Gia": "miễn phí"}]})

    assert decoded.events == []


def test_the_first_dossier_of_an_array_may_be_the_bad_one() -> None:
    decoded = read([{}, {"session": "?"}, DOSSIER])

    assert {event.subject for event in decoded.events} == {DOSSIER["MaHoSo"]}
    assert len(decoded.rejections) == 2


def test_components_and_fees_are_only_told_where_the_message_has_them() -> None:
    plain = read(DOSSIER).events
    with_lists = read({**DOSSIER, "TaiLieuNop": [], "DuocThanhToanTrucTuyen": "0"}).events

    assert not any(isinstance(event.data, DossierComponents | DossierFee) for event in plain)
    told = [event.data for event in with_lists if isinstance(event.data, DossierComponents | DossierFee)]
    assert told == [DossierComponents(digitised=0, reused=0, from_personal_store=0), DossierFee(paid_by=0)]


@pytest.mark.parametrize(
    ("dossier", "unit", "sender", "agency"),
    [
        ("H21.17-251103-0012", "G09.20", "H21", "G09.20"),
        ("H21.17-251103-0012", "000.00.01.H22", "", "000.00.01.H22"),
        ("H21.17-251103-0012", "Sở Tư pháp", "H21", "H21.17"),
        ("000.00.01.H22-20251103-0001-AAX12B", "", "H21", "000.00.01.H22"),
        ("HS-2025-1", "", "H21", "H21"),
        ("HS-2025-1", "", "", None),
    ],
)
def test_the_agency_is_the_unit_or_the_dossiers_prefix_or_the_sender(
    dossier: str, unit: str, sender: str, agency: str | None
) -> None:
    assert agency_of(dossier, unit, sender) == agency


@pytest.mark.parametrize(
    ("text", "dong"),
    [("0", 0), ("50000", 50_000), ("50.000", 50_000), ("1,250,000", 1_250_000), ("50000.00", 50_000), (8000.0, 8_000)],
)
def test_amounts_are_read_however_they_are_grouped(text: str | float, dong: int) -> None:
    assert amount(text, "Gia") == dong


@pytest.mark.parametrize("text", ["", "-1", "1.5.2", "5e3", "12.34567", "1" * 17])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(RejectedError):
        amount(text, "Gia")


@pytest.mark.parametrize(
    "message", ["Hồ sơ đã tồn tại", "HỒ SƠ ĐÃ TỒN TẠI", unicodedata.normalize("NFD", "Hồ sơ đã tồn tại")]
)
def test_exists_is_understood_however_it_is_written(message: str) -> None:
    decoded = read({"error_code": "500", "message": message}, key=b"K", timestamp=1_762_140_000_000)

    assert [event.data for event in decoded.events] == [DossierPortal(outcome=Outcome.REJECTED, error_code="3")]


@pytest.mark.parametrize("timestamp", [None, -1, 10**15, 10**30])
def test_a_bare_answer_without_a_usable_timestamp_is_refused(timestamp: int | None) -> None:
    assert len(read({"error_code": "0"}, key=b"K", timestamp=timestamp).rejections) == 1


def canaries(kind: type[Message]) -> dict[str, Any]:
    """Return a value, with a canary in it, for every field that is dropped, here and in the structs inside."""
    shape = shape_of(kind)
    inner = {kind.__name__: kind for kind in Message.__subclasses__()}
    of_field = {"TaiLieuNop": "Paper", "DanhSachLePhi": "FeeLine", "DanhSachHoSoBoSung": "Supplement",
                "DanhSachGiayToKetQua": "ResultPaper", "DSKetNoiCSDL": "DatabaseLink"}  # fmt: skip
    dropped: dict[str, Any] = {name: f"canary {name}" for name in shape.dropped}
    return dropped | {name: [canaries(inner[of_field[name]])] for name in shape.nested} | {"TruongMoi": ["canary"]}


def test_no_personal_value_leaves_the_decoder() -> None:
    message = canaries(SyncedDossier) | DOSSIER
    message["DanhSachHoSoBoSung"][0]["NgayBoSung"] = "20251104080000"
    message["DinhDanhCHS"] = [{"SoDinhDanh": "canary"}]

    decoded = read([message])

    assert len(decoded.events) == 4
    assert "canary" not in repr(decoded) + "".join(encode(event).decode() for event in decoded.events)

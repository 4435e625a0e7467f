"""Made-up personal data, in every place of the input where the portal's messages or a sender's slip may have some."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from config.clock import VIETNAM
from streams.dvcqg.messages import Answer, FeeLine, Message, Paper, Progress, ResultPaper, Supplement, SyncedDossier
from streams.events import CANONICAL_TYPES, DossierExtended, DossierStatus

PERSON = "Nguyễn Thị Hoàng-Yến CANARYPERSON, 0987001234, 036098700123, canary.person@example.vn"
WORDS = ("canaryperson", "hoàng-yến", "0987001234", "036098700123", "canary.person")
"""Any of which, in whatever case, betrays the person."""

AGENCY, PROCEDURE = "H42.31", "1.000656.000.00.00.H42"
# What names a thing, not a person: it is kept as it is. A sender that puts a name there breaks the contract.
_NAMES = frozenset({"MaHoSo", "MaTTHC", "DonViXuLy", "PhongBanXuLy", "agency", "procedure", "issuer", "dossier"})


class Told(NamedTuple):
    """One record for Kafka."""

    value: bytes
    key: str | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    is_broken: bool = False


def betrays(text: str) -> str | None:
    """Return the word by which a text betrays the person; also one that was written with escapes."""
    shown = text.casefold()
    if "\\u" in shown:
        shown += shown.encode().decode("unicode_escape", errors="replace").casefold()
    return next((word for word in WORDS if word in shown), None)


def accepted(now: datetime) -> Iterator[Told]:
    """Yield messages that are applied, with the person in every field that is dropped, known or not."""
    yield Told(_json([_synced("1", now)]))
    yield Told(_json(_wrapped("DongBoHoSoMC", [_synced("2", now), _synced("3", now)])))
    yield Told(_json(_cloudevent("vn.dvcqg.DongBoHoSoMC", [_synced("4", now)], code(4), now)))
    yield Told(_json(_progress("1", now)))
    yield Told(_json({**_person(Answer), "error_code": "3", "message": f"Hồ sơ của {PERSON} đã tồn tại"}), code(2))
    late = now - timedelta(days=2)
    status = {"agency": AGENCY, "procedure": PROCEDURE, "status": 4, "due_at": late.isoformat(), "HoTen": PERSON}
    yield Told(_json(_cloudevent(DossierStatus.type, status, code(5), now)))
    extended = {"due_at": (late + timedelta(hours=1)).isoformat(), "reason": PERSON}
    yield Told(_json(_cloudevent(DossierExtended.type, extended, code(5), now)), headers=(("ho-ten", PERSON.encode()),))


def broken(now: datetime) -> Iterator[Told]:
    """Yield messages that are refused, with the person where something else belongs."""
    for number, name in enumerate(_typed(SyncedDossier), 100):
        yield _broken([{**_synced(str(number), now), name: PERSON}])
    for number, name in enumerate(_typed(Progress), 200):
        yield _broken({**_progress(str(number), now), name: PERSON})
    for kind, data in CANONICAL_TYPES.items():
        for name in data.__struct_fields__:
            if name not in _NAMES:
                yield _broken(
                    _cloudevent(kind, {"agency": AGENCY, "procedure": PROCEDURE, name: [PERSON]}, code(300), now)
                )
    good = _cloudevent(DossierStatus.type, {"agency": AGENCY, "procedure": PROCEDURE, "status": 4}, code(301), now)
    for name in ("specversion", "type", "time", "datacontenttype", "data"):
        yield _broken({**good, name: PERSON})
    yield Told(_json({**good, "HoTen": PERSON})[:-20], is_broken=True)
    yield Told(PERSON.encode(), is_broken=True)
    yield Told(PERSON.encode("utf-16"), is_broken=True)
    yield _broken({"ho_ten": PERSON})
    yield _broken([PERSON])
    yield _broken({PERSON: 1, "MaHoSo": code(302)})


def code(number: int | str) -> str:
    """Return a dossier's code."""
    return f"{AGENCY}-261124-{number}"


def _broken(message: Any) -> Told:
    return Told(_json(message), is_broken=True)


def _json(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii="MaHoSo" in str(message)).encode()  # some with escapes, some without


def _person(kind: type[Message]) -> dict[str, Any]:
    """Return the person in every field that the portal defines and nobody reads, and in one that it does not."""
    return {**dict.fromkeys(sorted(kind.dropped), PERSON), "HoTenNguoiNop": PERSON}


def _typed(kind: type[Message]) -> list[str]:
    """Return the fields that are read and in which a name has nothing to do."""
    fields = msgspec.structs.fields(kind)
    return [one.encode_name for one in fields if one.encode_name not in _NAMES]


def _synced(number: str, now: datetime) -> dict[str, Any]:
    """Return a dossier of which the appointment is past."""
    at, supplemented, due = (_local(now - timedelta(days=days)) for days in (9, 8, 3))
    return {
        **_person(SyncedDossier),
        "MaHoSo": code(number),
        "MaTTHC": PROCEDURE,
        "DonViXuLy": AGENCY,
        "TrangThaiHoSo": "4",
        "NgayTiepNhan": at,
        "NgayHenTra": due,
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": PERSON}],
        "DSKetNoiCSDL": [{"MaCSDL": PERSON}],
        "TaiLieuNop": [{**_person(Paper), "DuocSoHoa": "1"}],
        "DanhSachLePhi": [{**_person(FeeLine), "Gia": "50000"}],
        "DanhSachGiayToKetQua": [_person(ResultPaper)],
        "DanhSachHoSoBoSung": [{**_person(Supplement), "NgayBoSung": at, "NgayTiepNhanBoSung": supplemented}],
    }


def _progress(number: str, now: datetime) -> dict[str, Any]:
    at = _local(now - timedelta(days=1))
    return {**_person(Progress), "MaHoSo": code(number), "TrangThai": "4", "ThoiDiemXuLy": at}


def _local(at: datetime) -> str:
    """Return an instant as the portal writes it."""
    return f"{at.astimezone(VIETNAM):%Y%m%d%H%M%S}"


def _wrapped(service: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"session": PERSON, "madonvi": AGENCY, "service": service, "isUpdating": PERSON, "data": data, "ten": PERSON}


def _cloudevent(kind: str, data: Any, subject: str, now: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{kind}/{subject}",
        "source": "/canary",
        "type": kind,
        "time": (now - timedelta(hours=1)).isoformat(),
        "subject": subject,
        "hoten": PERSON,
        "data": data,
    }

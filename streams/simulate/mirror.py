"""Facts as the messages an agency's system already sends to the national portal, mirrored as they are.

A `DongBoHoSoMC` says when a status was reached by the dossier's own dates. Where it has no date for that (fee due, in
progress), systems send `CapNhatTienDoHoSoMC`. What the portal has no message for is said in the contract's own events.
"""

from datetime import datetime
from random import Random
from typing import Any

import msgspec

from streams.dvcqg import ANSWER, SYNC
from streams.events import (
    Channel,
    DossierComponents,
    DossierExtended,
    DossierFee,
    DossierPortal,
    DossierStatus,
    Outcome,
    PaidBy,
    Status,
)
from streams.simulate.canonical import Canonical, Message, encode
from streams.simulate.facts import Fact, Filing
from streams.simulate.people import applicant, officer
from streams.simulate.province import Agency, Writing

_OWN_DATE = {
    Status.RECEIVED: "NgayTiepNhan",
    Status.REFUSED: "NgayTuChoi",
    Status.WITHDRAWN: "NgayKetThucXuLy",
    Status.STOPPED: "NgayKetThucXuLy",
    Status.FINISHED: "NgayKetThucXuLy",
    Status.RETURNED: "NgayTra",
}
_DATES = {"submitted_at": "NgayNopHoSo", "received_at": "NgayTiepNhan", "due_at": "NgayHenTra"}
_FORMS = {Writing.PORTAL: "%Y%m%d%H%M%S", Writing.PORTAL_DASHED: "%Y-%m-%d %H:%M:%S"}
_EMPTY = dict.fromkeys(
    (
        *("MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "SoGiayToChuHoSo", "ChuHoSo"),
        *("LoaiDoiTuong", "MaDoiTuong", "ThongTinKhac", "Email", "Fax", "SoDienThoai", "TrichYeuHoSo", "NgayNopHoSo"),
        *("NgayTiepNhan", "NgayHenTra", "NgayTuChoi", "NgayKetThucXuLy", "NgayTra", "ThongTinTra", "TrangThaiHoSo"),
        *("HinhThuc", "DonViXuLy", "GhiChu", "NoiNopHoSo", "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID"),
        "DuocThanhToanTrucTuyen",
    ),
    "",
)


class Mirror:
    """Speaks for one dossier of an agency whose system mirrors its messages to the portal."""

    def __init__(self, filing: Filing, rng: Random) -> None:
        self.filing = filing
        self.agency = filing.agency
        self.rng = rng
        self.own = Canonical(filing)
        self.supplements: list[dict[str, str]] = []
        self.record: dict[str, Any] = {
            **_EMPTY,
            **applicant(rng),
            "MaHoSo": filing.code,
            "MaTTHC": filing.procedure.code,
            "MaLinhVuc": filing.procedure.field,
            # The counter is the default of the code list, so half of the systems leave it out.
            "KenhThucHien": rng.choice(("", "1")) if filing.channel is Channel.COUNTER else str(int(filing.channel)),
            "DonViXuLy": filing.agency.code,
            "TaiKhoanDuocXacThucVoiVNeID": "1" if filing.channel is Channel.ONLINE else "0",
        }

    def message(self, fact: Fact) -> Message | None:
        """Return the message about a fact; None where the system has none, or puts it into a later one."""
        data = fact.data
        if isinstance(data, DossierStatus):
            return self._status(fact.at, data)
        if isinstance(data, DossierPortal):
            return self._answer(fact.at, data)
        if isinstance(data, DossierExtended):
            self.record["NgayHenTra"] = self._date(data.due_at)
            return self.own.event(fact.at, SYNC, _raw(self._wrapped()))
        if isinstance(data, DossierComponents):
            self._papers(data)
            return None
        if isinstance(data, DossierFee):
            self._fee(data)
            return None
        return self.own.message(fact)

    def _date(self, instant: datetime) -> str:
        form = _FORMS.get(self.agency.character.writing)
        return instant.strftime(form) if form else f"{instant.isoformat()}.000"

    def _status(self, at: int, data: DossierStatus) -> Message | None:
        self._keep_dates(data)
        if data.status is Status.SUBMITTED:
            return None  # it came to the agency through the portal
        self.record["TrangThaiHoSo"] = str(int(data.status))
        now = self._date(self.own.instant(at))
        if data.status is Status.SUPPLEMENT_REQUESTED:
            self.supplements = [*self.supplements, {"NgayBoSung": now, "NgayTiepNhanBoSung": ""}]
        elif data.status is Status.IN_PROGRESS and self._waits_for_supplement():
            self.supplements = [*self.supplements[:-1], {**self.supplements[-1], "NgayTiepNhanBoSung": now}]
        elif data.status in _OWN_DATE:
            self.record[_OWN_DATE[data.status]] = now
        else:
            return self._progress(at, data)
        return self._synced(at)

    def _waits_for_supplement(self) -> bool:
        return bool(self.supplements) and not self.supplements[-1]["NgayTiepNhanBoSung"]

    def _keep_dates(self, data: DossierStatus) -> None:
        for field, name in _DATES.items():
            instant = getattr(data, field)
            if instant:
                self.record[name] = self._date(instant)

    def _synced(self, at: int) -> Message:
        """Return the message bare, in a list, wrapped or in an event; where they gather in batches, ready for one."""
        if self.supplements:
            self.record["DanhSachHoSoBoSung"] = self.supplements
        if self.agency.character.batch_seconds:
            return Message(at, encode(self.record), is_batchable=True, key=self.filing.code)
        shape = self.rng.randrange(5)
        if shape == 0:
            return self.own.event(at, SYNC, _raw(self.record))
        body = self.record if shape == 1 else [self.record] if shape == 2 else self._wrapped()  # noqa: PLR2004
        return Message(at, encode(body), key=self.filing.code)

    def _wrapped(self) -> dict[str, Any]:
        is_first = self.record["TrangThaiHoSo"] == str(int(Status.RECEIVED))
        return wrapper(self.agency, [self.record], updating="False" if is_first else "True")

    def _progress(self, at: int, data: DossierStatus) -> Message:
        now = self._date(self.own.instant(at))
        progress = {
            "MaHoSo": self.filing.code,
            "NguoiXuLy": officer(self.rng),
            "ChucDanh": "Chuyên viên",
            "ThoiDiemXuLy": now,
            "PhongBanXuLy": data.step.name if data.step else "Bộ phận một cửa",
            "NoiDungXuLy": f"Chuyển hồ sơ của {self.record['ChuHoSo']}",
            "TrangThai": str(int(data.status)),
            "NgayBatDau": now,
            "NgayKetThucTheoQuyDinh": self._date(data.step.due_at) if data.step else "",
        }
        return Message(at, encode(progress), key=self.filing.code)

    def _answer(self, at: int, data: DossierPortal) -> Message | None:
        if data.outcome is Outcome.SENT:
            return None  # the mirrored message says so itself
        good = data.outcome is Outcome.ACKNOWLEDGED
        answer = {
            "error_code": "0" if good else str(data.error_code),
            "message": "Thành công" if good else "Dữ liệu không hợp lệ",
        }
        return self.own.event(at, ANSWER, _raw(answer))

    def _papers(self, data: DossierComponents) -> None:
        if data.result_files is not None:
            self.record["DanhSachGiayToKetQua"] = [
                {
                    "TenGiayTo": "Kết quả giải quyết",
                    "GiayToId": f"{self.filing.code}-KQ{number}",
                    "DuongDanTepTinKetQua": f"/ket-qua/{self.filing.code}/{number}.pdf",
                }
                for number in range(data.result_files)
            ]
            return
        digitised = data.digitised or 0
        self.record["HoSoCoThanhPhanSoHoa"] = "1" if digitised else "0"
        self.record["DSKetNoiCSDL"] = [{"MaCSDL": "CSDLDC"}] if data.population_data else []
        self.record["TaiLieuNop"] = [
            {
                "TepDinhKemId": f"{number + 1}",
                "TenTepDinhKem": f"giay-to-{number + 1}.pdf",
                "IsDeleted": "0",
                "MaThanhPhanHoSo": f"KQ.G{number + 1:02d}",
                "DuongDanTaiTepTin": f"/ho-so/{self.filing.code}/{number + 1}.pdf",
                "DuocSoHoa": "1",
                "DuocTaiSuDung": "1" if number < (data.reused or 0) else "0",
                "DuocLayTuKhoDMQG": "1" if number < (data.from_personal_store or 0) else "0",
            }
            for number in range(digitised)
        ]

    def _fee(self, data: DossierFee) -> None:
        self.record["DuocThanhToanTrucTuyen"] = str(int(data.paid_by or PaidBy.NOT_PAID))
        self.record["DanhSachLePhi"] = [
            {
                "TenPhiLePhi": "Lệ phí",
                "MaPhiLePhi": "LP01",
                "HinhThucThu": "1",
                "Gia": f"{data.amount}",
                "LoaiPhiLePhi": "1",
            }
        ]


def wrapper(agency: Agency, records: list[Any], updating: str = "True") -> dict[str, Any]:
    """Return what the portal's messages about dossiers are wrapped in."""
    return {
        "session": f"phien-{agency.code}",
        "madonvi": agency.code,
        "service": "DongBoHoSoMC",
        "isUpdating": updating,
        "data": records,
    }


def _raw(body: object) -> msgspec.Raw:
    return msgspec.Raw(encode(body))

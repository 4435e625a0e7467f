"""The national portal's own messages, as they are on the wire: only the fields that are read.

Every value is a string, "" when absent; adapters also send numbers, null, and true or false. Fields that are not
declared are dropped before anything else looks at them; those the portal defines are listed in `dropped`, so that they
do not count as unknown. Most of them are personal data (names, phone numbers, identity numbers, free text).
"""

from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta, field

Scalar = Annotated[str | int | float | bool, Meta(description="A string on the wire; numbers are tolerated.")]
Instant = Annotated[
    str | int,
    Meta(
        description="`yyyyMMddHHmmss`, `yyyy-MM-dd HH:mm:ss` or ISO 8601 (milliseconds and offset optional); "
        "without an offset it is local time, Asia/Ho_Chi_Minh."
    ),
]


Entry = TypeVar("Entry")
Entries = Annotated[list[Entry], Meta(max_length=1_000)]
"""Papers, fees, requests of one dossier: tens at most, and each request is two events."""


class Message(msgspec.Struct):
    """Base of everything the portal's messages are made of."""

    dropped: ClassVar[frozenset[str]] = frozenset()
    """Fields the portal defines and this monitor does not keep."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Paper(Message):
    """A component of the dossier (tài liệu nộp)."""

    dropped: ClassVar[frozenset[str]] = _names(
        "TepDinhKemId TenTepDinhKem MaThanhPhanHoSo DuongDanTaiTepTin MaKetQuaThayThe"
    )

    deleted: Scalar | None = field(name="IsDeleted", default=None)
    digitised: Scalar | None = field(name="DuocSoHoa", default=None)
    reused: Scalar | None = field(name="DuocTaiSuDung", default=None)
    from_personal_store: Scalar | None = field(name="DuocLayTuKhoDMQG", default=None)


class ResultPaper(Message):
    """A paper of the result (giấy tờ kết quả); only how many there are is kept."""

    dropped: ClassVar[frozenset[str]] = _names("TenGiayTo MaThanhPhanHoSo GiayToId DuongDanTepTinKetQua MaGiayToKetQua")


class DatabaseLink(Message):
    """A database the dossier was filled from (kết nối cơ sở dữ liệu)."""

    code: Scalar | None = field(name="MaCSDL", default=None)


class FeeLine(Message):
    """One fee or charge (lệ phí)."""

    dropped: ClassVar[frozenset[str]] = _names("TenPhiLePhi MaPhiLePhi HinhThucThu LoaiPhiLePhi")

    price: Scalar | None = field(name="Gia", default=None)


class Supplement(Message):
    """A request to supplement the dossier (hồ sơ bổ sung), and when the papers came."""

    dropped: ClassVar[frozenset[str]] = _names(
        "HoSoBoSungId NguoiYeuCauBoSung NoiDungBoSung NguoiTiepNhanBoSung ThongTinTiepNhan TrangThaiBoSung "
        "DanhSachGiayToBoSung DanhSachLePhiBoSung NgayHenTraTruoc NgayHenTraMoi"
    )

    requested_at: Instant | None = field(name="NgayBoSung", default=None)
    supplemented_at: Instant | None = field(name="NgayTiepNhanBoSung", default=None)


class SyncedDossier(Message):
    """One dossier of a `DongBoHoSoMC` message. `NgayTiepNhan` is required unless the status is 1 or 3."""

    dropped: ClassVar[frozenset[str]] = _names(
        "TenTTHC MaLinhVuc TenLinhVuc SoGiayToChuHoSo ChuHoSo LoaiDoiTuong MaDoiTuong ThongTinKhac Email Fax "
        "SoDienThoai TrichYeuHoSo ThongTinTra HinhThuc GhiChu NoiNopHoSo HoSoCoThanhPhanSoHoa "
        "TaiKhoanDuocXacThucVoiVNeID DinhDanhCHS DanhSachTepDinhKemKhac"
    )

    code: Scalar = field(name="MaHoSo")
    procedure: Scalar = field(name="MaTTHC")
    status: Scalar = field(name="TrangThaiHoSo")
    agency: Scalar | None = field(name="DonViXuLy", default=None)
    channel: Scalar | None = field(name="KenhThucHien", default=None)
    submitted_at: Instant | None = field(name="NgayNopHoSo", default=None)
    received_at: Instant | None = field(name="NgayTiepNhan", default=None)
    due_at: Instant | None = field(name="NgayHenTra", default=None)
    refused_at: Instant | None = field(name="NgayTuChoi", default=None)
    finished_at: Instant | None = field(name="NgayKetThucXuLy", default=None)
    returned_at: Instant | None = field(name="NgayTra", default=None)
    paid_by: Scalar | None = field(name="DuocThanhToanTrucTuyen", default=None)
    databases: Entries[DatabaseLink] | None = field(name="DSKetNoiCSDL", default=None)
    papers: Entries[Paper] | None = field(name="TaiLieuNop", default=None)
    fees: Entries[FeeLine] | None = field(name="DanhSachLePhi", default=None)
    supplements: Entries[Supplement] | None = field(name="DanhSachHoSoBoSung", default=None)
    result_papers: Entries[ResultPaper] | None = field(name="DanhSachGiayToKetQua", default=None)


class Progress(Message):
    """A `CapNhatTienDoHoSoMC` message: who handled the dossier is dropped, what became of it is kept."""

    dropped: ClassVar[frozenset[str]] = _names("NguoiXuLy ChucDanh NoiDungXuLy NgayBatDau")

    code: Scalar = field(name="MaHoSo")
    status: Scalar = field(name="TrangThai")
    handled_at: Instant = field(name="ThoiDiemXuLy")
    unit: Scalar | None = field(name="PhongBanXuLy", default=None)
    step_due_at: Instant | None = field(name="NgayKetThucTheoQuyDinh", default=None)


class Answer(Message):
    """What the portal answered. The message's text is only searched for «đã tồn tại», then dropped."""

    error_code: Scalar
    message: Scalar | None = None


class Wrapper(Message):
    """What systems put around the dossiers or progress they send; a bare array, or one object, is accepted too."""

    dropped: ClassVar[frozenset[str]] = _names("session service isUpdating")

    data: Any
    agency: Scalar | None = field(name="madonvi", default=None)

"""Made-up people: the personal data that the portal's messages carry, and that must never leave the decoder."""

from random import Random

FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
MIDDLE_NAMES = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Thu", "Quang", "Hồng")
GIVEN_NAMES = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nam", "Phúc", "Quỳnh", "Sơn", "Yến")
OFFICERS = ("Phạm Thị Thanh Tâm", "Nguyễn Hữu Lộc", "Trần Quốc Việt", "Lê Thị Kim Oanh")


def applicant(rng: Random) -> dict[str, object]:
    """Return who applies (chủ hồ sơ), as fields of a portal message. None of them exists."""
    number = rng.randrange(10**9)
    given = GIVEN_NAMES[number % len(GIVEN_NAMES)]
    name = f"{FAMILY_NAMES[number % 10]} {MIDDLE_NAMES[number % 8]} {given}"
    identity = f"036{number:09d}"
    return {
        "ChuHoSo": name,
        "SoGiayToChuHoSo": identity,
        "LoaiDoiTuong": "1",
        "SoDienThoai": f"09{number % 10**8:08d}",
        "Email": f"nguoidan{number}@example.vn",
        "TrichYeuHoSo": f"Hồ sơ của {name}",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": identity}],
    }


def officer(rng: Random) -> str:
    """Return who works on the dossier (người xử lý)."""
    return OFFICERS[int(rng.random() * len(OFFICERS))]

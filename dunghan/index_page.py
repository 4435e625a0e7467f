"""The page of the index (`docs/index-766.md`), in Vietnamese, generated from its definition file."""

from collections.abc import Iterator
from decimal import Decimal

from config.index import COUNTS, Agencies, Certainty, Group, Index, Indexes, Indicator, Level, Parts, Worth

_HEADER = """# Bộ chỉ số phục vụ người dân, doanh nghiệp (Quyết định 766/QĐ-TTg)

Trang này được tạo từ `config/index/index.yaml` bằng lệnh `dunghan index write`; đừng sửa trực tiếp. Tệp đó là nơi
duy nhất định nghĩa bộ chỉ số: bộ đếm, recording rules (`config/prometheus/rules/index.yml`), `dunghan score` và trang
này đều lấy từ đó.

Tỷ lệ R = 100 × tử số / mẫu số. Điểm làm tròn hai chữ số như trên Cổng Dịch vụ công quốc gia; điểm nhóm là tổng các điểm
đã làm tròn, và chỉ có khi đủ mọi chỉ tiêu. Không có số liệu thì không có điểm: khác với 0 điểm.
"""

_CERTAINTY = {
    Certainty.VERIFIED: "đã đọc trong văn bản",
    Certainty.FITTED: "khớp số liệu trên Cổng",
    Certainty.UNVERIFIED: "**chưa kiểm chứng**",
}
_LEVELS = {Level.PROVINCE: "tỉnh", Level.DEPARTMENT: "sở", Level.COMMUNE: "xã"}
_WORTH = {Worth.NULL: "không có điểm", Worth.NOTHING: "0", Worth.FULL: "điểm tối đa"}


def index_page(indexes: Indexes) -> str:
    """Return the text of the page."""
    versions = (line for index in reversed(indexes.versions) for line in _version(index))
    return "\n".join([_HEADER, *versions, *_agencies(indexes.agencies), *_counts()])


def _version(index: Index) -> Iterator[str]:
    yield f"## Áp dụng từ {index.day}\n\nCăn cứ: {index.source}.\n"
    grades = ", ".join(f"{grade.name} từ {grade.least} điểm" for grade in index.grades)
    yield f"Xếp loại: {grades}.\n\nChỉ tiêu không áp dụng cho cấp của đơn vị: {_WORTH[index.elsewhere]}.\n"
    for group in index.groups:
        yield from _group(group)
        sources = {indicator.source: None for indicator in group.indicators if indicator.source != index.source}
        yield from (f"Căn cứ khác: {source}.\n" for source in sources)


def _group(group: Group) -> Iterator[str]:
    yield f"### {group.name} ({group.code}, {group.max} điểm)\n"
    if group.parts is Parts.SOME:
        yield "Chưa biết hết chỉ tiêu của nhóm: không tính điểm nhóm.\n"
    yield from _table(
        ("Chỉ tiêu", "Tử số / mẫu số", "Tối đa", "Điểm", "0/0", "Cấp", "Mức chắc chắn"),
        (_indicator(indicator) for indicator in group.indicators),
    )


def _indicator(indicator: Indicator) -> tuple[str, ...]:
    return (
        f"{indicator.name}<br>`{indicator.code}`",
        f"`{indicator.numerator}` / `{indicator.denominator}`",
        str(indicator.max),
        _curve(indicator),
        _WORTH[indicator.zero],
        ", ".join(name for level, name in _LEVELS.items() if level in indicator.levels),
        _CERTAINTY[indicator.certainty],
    )


def _curve(indicator: Indicator) -> str:
    if indicator.full_at == Decimal(100):
        return f"R × {indicator.max} / 100"
    return f"R × {indicator.max} / {indicator.full_at}, tối đa khi R ≥ {indicator.full_at} %"


def _agencies(agencies: Agencies) -> Iterator[str]:
    yield "## Cấp của cơ quan\n"
    yield "Theo mã cơ quan (biểu thức chính quy); cơ quan khác dưới tỉnh là sở.\n"
    for name, patterns in (("Xã", agencies.communes), ("Xã có chứng thực bản sao điện tử", agencies.certified_copy)):
        yield f"- {name}: {', '.join(f'`{pattern}`' for pattern in patterns) or 'chưa khai báo'}"
    yield ""


def _counts() -> Iterator[str]:
    yield "## Số đếm\n"
    yield "Mỗi hồ sơ, thủ tục hay phản ánh rơi vào một ngày của mỗi số đếm; một kỳ gồm những ngày từ đầu kỳ đến nay.\n"
    yield from _table(
        ("Số đếm", "Đếm gì", "Định nghĩa", "Ngày"),
        ((f"`{count.name}`", count.subject, count.definition, count.basis) for count in COUNTS.values()),
    )


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""

"""*Tổng quan (766)*: the index of a province, group by group, as the index file defines it, and its agencies ranked."""

from agents.indicators.windows import Window
from alerts.grafana.board import Dashboard, Row, provinces, windows
from alerts.grafana.fields import NONE_IS_GOOD, POINTS, Column, Look, Step
from alerts.grafana.head import AGENCY, head
from alerts.grafana.panels import Panel, bars, gauge, lines, says, share, stat, table
from alerts.grafana.queries import Query, now, rows
from alerts.grafana.texts import LEVELS
from config.index import Group, Index

UID = "dunghan-overview"
LOST = "Mất"

_OF_PROVINCE = '{province="$province", window="$window"}'
_OPEN_AGENCY = "mở *Đơn vị* của nơi thấp nhất (bảng xếp hạng bên dưới), xem chỉ tiêu nào kéo điểm xuống."

_GROUP_TO_DO = {
    "CKMB": "công bố, công khai thủ tục còn thiếu; đồng bộ hồ sơ Cổng quốc gia chưa biết (bảng *Đồng bộ*).",
    "TDGQ": "giải quyết hồ sơ quá hạn cũ nhất trước (bảng *Hồ sơ quá hạn*).",
    "ONLINE": "đưa thủ tục đủ điều kiện lên trực tuyến, hướng dẫn nộp trực tuyến tại quầy (bảng *Điểm nghẽn*).",
    "TTTT": "tích hợp thanh toán cho thủ tục có phí còn thiếu; hướng dẫn trả trực tuyến (bảng *Điểm nghẽn*).",
    "MDSH": "số hóa thành phần và kết quả; tra kho dữ liệu trước khi đòi giấy tờ (bảng *Điểm nghẽn*).",
    "MDHL": "trả lời phản ánh, kiến nghị đúng hạn; xin lỗi khi trễ hẹn.",
}


_COLOURS = ("red", "orange", "yellow", "green", "dark-green")


def overview(index: Index) -> Dashboard:
    """Return the dashboard of this version of the index."""
    return Dashboard(
        uid=UID,
        title="Tổng quan (766)",
        description="Bộ chỉ số phục vụ người dân, doanh nghiệp của tỉnh, tính liên tục từ sự kiện hồ sơ.",
        variables=(provinces(), windows(Window.YEAR)),
        rows=(
            head('severity=~"critical|warning"'),
            Row("Điểm của tỉnh", (*_totals(index), _by_group(index), _trend())),
            Row("Từng chỉ tiêu", tuple(_group(group) for group in index.groups)),
            Row("Xếp hạng đơn vị", (_ranking(index),)),
        ),
        since="now-7d",
    )


def grades(index: Index) -> tuple[Step, ...]:
    """Return the colours of the index's classes, by shares of one."""
    found = sorted(index.grades, key=lambda grade: grade.least)
    colours = (*_COLOURS[: len(found) - 1], *_COLOURS[-1:] * max(1, len(found) - len(_COLOURS) + 1))
    starts = [None, *(float(grade.least) / 100 for grade in found[1:])]
    return tuple(zip(colours, starts, strict=False))


def _totals(index: Index) -> tuple[Panel, ...]:
    known, most = f"province:tthc_index_known_score{_OF_PROVINCE}", f"province:tthc_index_known_max_score{_OF_PROVINCE}"
    classes = ", ".join(f"{grade.name} từ {grade.least}" for grade in index.grades)
    return (
        stat(
            "Tổng điểm đã biết",
            says(
                "Tổng điểm các chỉ tiêu đã có số liệu, và tối đa của chính các chỉ tiêu đó. Thiếu số liệu khác 0 điểm.",
                "điểm tối đa đã biết dưới 100 thì còn chỉ tiêu chưa có số liệu: tìm ở các bảng từng chỉ tiêu.",
            ),
            now(known, "điểm"),
            now(most, "trên tối đa"),
            look=Look(unit=POINTS, decimals=2, no_value="Chưa có chỉ tiêu nào"),
            size=(6, 8),
        ),
        gauge(
            "Tỷ lệ đạt",
            says(f"Điểm đã biết trên tối đa đã biết. Màu theo xếp loại: {classes} (chưa kiểm chứng).", _OPEN_AGENCY),
            now(f"{known} / {most}"),
            look=share(grades(index)),
            size=(6, 8),
        ),
    )


def _by_group(index: Index) -> Panel:
    return bars(
        "Tỷ lệ đạt theo nhóm",
        says("Điểm đã biết của mỗi nhóm trên tối đa của các chỉ tiêu đã biết trong nhóm.", _OPEN_AGENCY),
        *(now(_share_of(group), f"{group.name} ({group.max})") for group in index.groups),
        look=share(grades(index)),
        size=(12, 8),
    )


def _share_of(group: Group) -> str:
    """Return the known points of a group as a share of what its known indicators could give."""
    most = f'tthc_indicator_max_score{{group="{group.code}"}}'
    score = f"province:tthc_indicator_score{_OF_PROVINCE}"
    return f"sum({score} and on (indicator) {most}) / sum({most} and on (indicator) {score})"


def _trend() -> Panel:
    return lines(
        "Xu hướng điểm",
        says(
            "Điểm đã biết theo thời gian; đường nét đứt là tối đa của các chỉ tiêu đã biết.",
            "điểm giảm mà tối đa không đổi là kết quả xấu đi; cả hai cùng giảm là mất số liệu.",
        ),
        Query(f"province:tthc_index_known_score{_OF_PROVINCE}", "Điểm đã biết"),
        Query(f"province:tthc_index_known_max_score{_OF_PROVINCE}", "Tối đa đã biết"),
        look=Look(unit=POINTS, decimals=2, least=0, most=100),
        size=(24, 8),
        dashed="Tối đa đã biết",
    )


def _group(group: Group) -> Panel:
    codes = "|".join(indicator.code for indicator in group.indicators)
    labels = f'{{province="$province", window="$window", indicator=~"{codes}"}}'
    names = {indicator.code: indicator.name for indicator in group.indicators}
    return table(
        f"{group.name} ({group.max} điểm)",
        says(
            "Tử số, mẫu số, tỷ lệ và điểm từng chỉ tiêu của nhóm. Ô trống là chưa có số liệu, không phải 0 điểm.",
            _GROUP_TO_DO.get(group.code, _OPEN_AGENCY),
        ),
        *(
            rows(f"max by (indicator) ({expr})")
            for expr in (
                f"province:tthc_indicator_numerator{labels}",
                f"province:tthc_indicator_denominator{labels}",
                f"province:tthc_indicator_ratio{labels}",
                f"province:tthc_indicator_score{labels}",
                f'tthc_indicator_max_score{{indicator=~"{codes}"}}',
                f"tthc_indicator_max_score - on (indicator) group_right () province:tthc_indicator_score{labels}",
            )
        ),
        columns=indicator_columns(names),
        size=(12, 3 + len(names)),
        no_value="Chưa có số liệu của nhóm này",
        sort=LOST,
    )


def indicator_columns(names: dict[str, str]) -> tuple[Column, ...]:
    """Return the columns of numerator, denominator, ratio, score, maximum and what is lost (A to F) by indicator."""
    return (
        Column(field="indicator", title="Chỉ tiêu", look=Look(unit="string", texts=names)),
        Column(field="Value #A", title="Tử số", width=70),
        Column(field="Value #B", title="Mẫu số", width=75),
        Column(field="Value #C", title="Tỷ lệ", look=share((("text", None),), no_value="–"), width=70),
        Column(field="Value #D", title="Điểm", look=Look(unit="none", decimals=2, no_value="–"), width=65),
        Column(field="Value #E", title="Tối đa", look=Look(unit="none"), width=65),
        Column(field="Value #F", title=LOST, look=Look(unit="none", decimals=2, no_value="–"), width=65),
    )


def _ranking(index: Index) -> Panel:
    info = 'on (agency) group_left (level) tthc_agency_info{province="$province"}'
    known, most = 'tthc_index_known_score{window="$window"}', 'tthc_index_known_max_score{window="$window"}'
    return table(
        "Xếp hạng đơn vị",
        says(
            "Điểm đã biết của từng đơn vị trong kỳ. So sánh cùng cấp; tối đa đã biết thấp là đơn vị thiếu số liệu.",
            "bấm mã đơn vị để xem chi tiết; làm việc với các đơn vị cuối bảng trước.",
        ),
        *(
            rows(f"sum by (agency, level) ({expr})")
            for expr in (
                f"({known} / {most}) * {info}",
                f"{known} * {info}",
                f"{most} * {info}",
                f'tthc_indicator_ratio{{indicator="ON_TIME", window="$window"}} * {info}',
                f"agency:tthc_dossiers_overdue:sum * {info}",
            )
        ),
        columns=(
            AGENCY,
            Column(field="level", title="Cấp", look=Look(unit="string", texts=LEVELS), width=80),
            Column(field="Value #A", title="Đạt", look=share(grades(index), no_value="–"), coloured=True),
            Column(field="Value #B", title="Điểm đã biết", look=Look(unit="none", decimals=2, no_value="–")),
            Column(field="Value #C", title="Tối đa đã biết", look=Look(unit="none", decimals=2, no_value="–")),
            Column(field="Value #D", title="Đúng hạn", look=share((("text", None),), no_value="–")),
            Column(field="Value #E", title="Đang quá hạn", look=Look(steps=NONE_IS_GOOD, no_value="0"), coloured=True),
        ),
        size=(24, 14),
        no_value="Chưa có đơn vị nào có số liệu",
        sort="Đạt",
    )

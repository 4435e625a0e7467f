"""*Điểm nghẽn*: the six bottlenecks of a province, each share against its threshold, whose they are, what to do."""

from alerts.grafana.board import Dashboard, Row, provinces
from alerts.grafana.fields import NONE_IS_GOOD, SHARE, Column, Look
from alerts.grafana.head import AGENCY, head
from alerts.grafana.panels import Panel, bars, lines, named, says, share, table, text
from alerts.grafana.queries import Query, now, rows
from alerts.grafana.texts import BOTTLENECKS, MEASURES
from config.bottlenecks import Bottleneck

UID = "dunghan-bottlenecks"

TO_DO = {
    Bottleneck.LATE_PUBLICATION: (
        "Công bố, công khai phần còn thiếu; bổ sung nội dung thiếu.",
        "Rút ngắn khâu rà soát: tỉnh phải công bố ít nhất 5 ngày làm việc trước khi văn bản có hiệu lực.",
    ),
    Bottleneck.MISMATCH: (
        "Rà danh mục thủ tục trên hai cổng.",
        "Đồng bộ lại đúng trạng thái và ngày thật; không gửi trạng thái «đã xong» thay cho «chờ bổ sung».",
        "Đưa đơn vị im lặng vào dùng hệ thống.",
    ),
    Bottleneck.OVERDUE: (
        "Giải quyết hồ sơ cũ nhất trước.",
        "Gửi văn bản xin lỗi, nêu lý do, hẹn lại một lần.",
    ),
    Bottleneck.ONLINE_PAYMENT: (
        "Tích hợp thanh toán cho thủ tục có phí còn thiếu.",
        "Hướng dẫn trả trực tuyến tại quầy, nhất là hồ sơ trả tiền mặt dù trả trực tuyến được.",
    ),
    Bottleneck.REUSE: (
        "Tra kho dữ liệu khi tiếp nhận, trước khi đòi giấy tờ.",
        "Đánh dấu thành phần đã dùng lại.",
    ),
    Bottleneck.IN_PERSON: (
        "Bỏ yêu cầu có mặt, nộp giấy ngoài quy định.",
        "Thiết kế lại thủ tục cho người nộp trực tuyến.",
    ),
}
_RUNBOOKS = {one: f"TthcBottleneck{one.title().replace('_', '')}" for one in Bottleneck}
_VERDICTS = {"0": "quá ít để xét", "1": "đạt", "2": "vượt ngưỡng"}
_BOUNDS = {"at_most": "không quá", "at_least": "ít nhất"}
_ANY = '{province="$province"}'


def bottlenecks() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid=UID,
        title="Điểm nghẽn",
        description="Sáu điểm nghẽn các cơ quan trung ương đã chỉ ra cho tỉnh, đo liên tục; ngưỡng theo chính sách.",
        variables=(provinces(),),
        rows=(
            head('alertname=~"TthcBottleneck.*|TthcAgencySilent"'),
            Row("Toàn tỉnh", (measures_of("province:", 'province="$province"', size=(24, 23)),)),
            *(
                Row(f"{number}. {BOTTLENECKS[one]}", (_over_time(one), _agencies(one), _to_do(one)))
                for number, one in enumerate(Bottleneck, start=1)
            ),
            Row("Nguyên nhân", _causes()),
        ),
        since="now-7d",
    )


def measures_of(prefix: str, selector: str, *, size: tuple[int, int]) -> Panel:
    """Return every measure of one unit against its threshold; `prefix` says whose the series are."""
    by, chosen = "by (bottleneck, measure)", f"{{{selector}}}"
    denominator, ratio = f"{prefix}tthc_bottleneck_denominator:sum{chosen}", f"{prefix}tthc_bottleneck:ratio{chosen}"
    verdict = (
        f"2 * group {by} ({prefix}tthc_bottleneck_breach:ratio{chosen})"
        f" or 0 * group {by} ({denominator} < on (bottleneck, measure) group_left () "
        f"max {by} (tthc_bottleneck_minimum)) or group {by} ({ratio})"
    )
    return table(
        "Mọi số đo và ngưỡng",
        says(
            "Tỷ lệ của từng số đo, so với ngưỡng trong chính sách đang có hiệu lực (ngưỡng không phải luật).",
            "dòng vượt ngưỡng: xem nguyên nhân theo đơn vị và việc cần làm của điểm nghẽn đó.",
        ),
        rows(f"max {by} ({prefix}tthc_bottleneck_numerator:sum{chosen})"),
        rows(f"max {by} ({denominator})"),
        rows(f"max {by} ({ratio})"),
        rows("max by (bottleneck, measure, bound) (tthc_bottleneck_threshold)"),
        rows(verdict),
        columns=(
            Column(field="bottleneck", title="Điểm nghẽn", look=Look(unit="string", texts=BOTTLENECKS), width=340),
            Column(field="measure", title="Số đo", look=Look(unit="string", texts=MEASURES)),
            Column(field="Value #A", title="Tử số", width=90),
            Column(field="Value #B", title="Mẫu số", width=90),
            Column(field="Value #C", title="Tỷ lệ", look=share((("text", None),), no_value="–"), width=90),
            Column(field="bound", title="Nên", look=Look(unit="string", texts=_BOUNDS), width=90),
            Column(field="Value #D", title="Ngưỡng", look=share((("text", None),)), width=90),
            Column(
                field="Value #E",
                title="Kết luận",
                look=Look(
                    steps=(("text", None), ("green", 1), ("red", 2)), texts=_VERDICTS, no_value="chưa có số liệu"
                ),
                coloured=True,
                width=140,
            ),
        ),
        size=size,
        no_value="Chưa có số liệu",
        sort="Kết luận",
    )


def _over_time(one: Bottleneck) -> Panel:
    chosen = f'{{province="$province", bottleneck="{one}"}}'
    panel = lines(
        "Toàn tỉnh theo thời gian",
        says("Từng tỷ lệ của điểm nghẽn trong tỉnh.", "so với ngưỡng ở bảng trên; xấu đi thì xem đơn vị nào bên phải."),
        Query(f"province:tthc_bottleneck:ratio{chosen}", "{{measure}}"),
        look=Look(unit=SHARE, decimals=1, least=0),
        size=(9, 9),
    )
    return named(panel, MEASURES)


def _agencies(one: Bottleneck) -> Panel:
    by = "by (agency, measure)"
    return table(
        "Đơn vị vượt ngưỡng",
        says(
            "Đơn vị vượt ngưỡng của điểm nghẽn này; đơn vị có quá ít trường hợp không được xét.",
            "bấm mã đơn vị để xem chi tiết.",
        ),
        rows(
            f'max {by} (agency:tthc_bottleneck_breach:ratio{{bottleneck="{one}"}}'
            f" and on (agency) tthc_agency_info{_ANY})"
        ),
        columns=(
            AGENCY,
            Column(field="measure", title="Số đo", look=Look(unit="string", texts=MEASURES)),
            Column(field="Value #A", title="Tỷ lệ", look=share((("red", None),)), coloured=True, width=90),
        ),
        size=(9, 9),
        no_value="Không đơn vị nào vượt ngưỡng",
    )


def _to_do(one: Bottleneck) -> Panel:
    steps = "\n".join(f"- {step}" for step in TO_DO[one])
    return text(
        "Làm gì",
        says("Việc cần làm khi điểm nghẽn này vượt ngưỡng.", "làm theo thứ tự; hướng dẫn đầy đủ ở docs/runbooks."),
        f"{steps}\n\nHướng dẫn: `docs/runbooks/{_RUNBOOKS[one]}.md`",
        size=(6, 9),
    )


def _causes() -> tuple[Panel, ...]:
    of = f"* on (agency) group_left () tthc_agency_info{_ANY}"
    asked = (
        (
            "Đơn vị không dùng hệ thống",
            says(
                "Đơn vị im lặng quá lâu hoặc chưa từng xử lý hồ sơ.",
                "liên hệ lãnh đạo đơn vị; số liệu cũ không đáng tin.",
            ),
            "agency:tthc_agency_silent:bool == 1",
        ),
        (
            "Thiếu xin lỗi",
            says("Hồ sơ quá hạn chưa có văn bản xin lỗi, theo đơn vị.", "nhắc gửi văn bản xin lỗi trong ngày."),
            'agency_violation:tthc_dossier_violations:sum{violation="apology_missing"} > 0',
        ),
        (
            "Đồng bộ thiếu",
            says("Hồ sơ chưa được Cổng quốc gia xác nhận, theo đơn vị.", "kiểm tra đường đồng bộ của đơn vị."),
            "sum by (agency) (agency_severity:tthc_sync_missing:sum) > 0",
        ),
        (
            "Bước xử lý quá hạn",
            says("Hồ sơ đang đứng ở một bước đã quá ngày theo quy định.", "gỡ ở phòng đang giữ hồ sơ."),
            'agency_violation:tthc_dossier_violations:sum{violation="step_overdue"} > 0',
        ),
    )
    return tuple(
        bars(
            title,
            description,
            now(f"sort_desc(topk(15, ({expr}) {of}))", "{{agency}}"),
            look=Look(steps=NONE_IS_GOOD, no_value="Không có đơn vị nào"),
            size=(12, 9),
        )
        for title, description, expr in asked
    )

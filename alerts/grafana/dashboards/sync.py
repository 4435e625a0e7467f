"""*Đồng bộ*: what the national portal does not know or knows otherwise, how soon it answers, who has gone silent."""

from alerts.grafana.board import Dashboard, Row, agencies
from alerts.grafana.fields import AGO, INSTANT, NONE_IS_GOOD, SECONDS, Column, Look
from alerts.grafana.head import AGENCY, head
from alerts.grafana.lists import List, alerted, dossiers
from alerts.grafana.panels import Panel, bars, heatmap, lines, named, says, share, stat, table
from alerts.grafana.queries import Query, counted, now, rows
from alerts.grafana.texts import DIVERGED, SEVERITIES, YES_NO

UID = "dunghan-sync"

_CHOSEN = '{agency=~"$agency"}'
_LATE = Look(steps=NONE_IS_GOOD)
_MISSING = "agency_severity:tthc_sync_missing:sum"
_SHOWN_QUANTILES = (("0.5", "trung vị"), ("0.95", "95 %"), ("0.99", "99 %"))


def sync() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid=UID,
        title="Đồng bộ",
        description="Hồ sơ Cổng quốc gia chưa biết hoặc ghi khác, độ trễ xác nhận, đơn vị và nguồn im lặng.",
        variables=(agencies(),),
        rows=(
            head('alertname=~"TthcSync.*|TthcSource.*|TthcAgencySilent|TthcBottleneckMismatch"'),
            Row("Chưa đồng bộ", (*_numbers(), _over_time(), _by_agency())),
            Row("Cổng ghi khác", (_diverged(), _diverged_over_time())),
            Row("Độ trễ xác nhận", (_quantiles(), _spread())),
            Row("Tổng số đơn vị báo và dòng sự kiện", (_totals(),)),
            Row("Ai đang im lặng", (_silent(), _sources())),
            Row(
                "Danh sách hồ sơ",
                (
                    dossiers(List.UNSYNCED),
                    dossiers(List.DIVERGED),
                    alerted(
                        "Cảnh báo đồng bộ theo hồ sơ", "TthcDossier(Unsynced|Diverged)", "xử lý mức vi phạm trước."
                    ),
                ),
            ),
        ),
    )


def _numbers() -> tuple[Panel, ...]:
    meaning = {
        "warning": ("quá ngưỡng cảnh báo (mặc định 10 phút)", "theo dõi; thường tự hết khi hàng đợi của Cổng vơi."),
        "critical": ("quá ngưỡng nghiêm trọng (mặc định 2 giờ làm việc)", "kiểm tra đường đồng bộ, gửi lại."),
        "violation": ("không được đồng bộ trong ngày làm việc", "gửi lại ngay và báo cáo nguyên nhân."),
    }
    missing = tuple(
        stat(
            f"Chưa lên: {SEVERITIES[severity]}",
            says(f"Hồ sơ Cổng quốc gia chưa xác nhận, {what}.", to_do),
            now(counted(f'sum({_MISSING}{{agency=~"$agency", severity="{severity}"}})')),
            look=_LATE,
        )
        for severity, (what, to_do) in meaning.items()
    )
    diverged = stat(
        "Cổng ghi khác",
        says("Hồ sơ Cổng quốc gia ghi khác trạng thái, khác ngày.", "đồng bộ lại đúng trạng thái thật."),
        now(counted(f"sum(tthc_sync_diverged{_CHOSEN})")),
        look=_LATE,
    )
    known = stat(
        "Cổng biết (30 ngày)",
        says(
            "Tỷ lệ hồ sơ tiếp nhận trong 30 ngày mà Cổng quốc gia biết.",
            "hồ sơ còn lại: gửi bù, chúng làm mất điểm 766.",
        ),
        now(
            'sum(tthc_indicator_numerator{agency=~"$agency", indicator="DOSSIER_SYNC", window="30d"})'
            ' / (sum(tthc_indicator_denominator{agency=~"$agency", indicator="DOSSIER_SYNC", window="30d"}) > 0)'
        ),
        look=share((("red", None), ("orange", 0.95), ("green", 0.99))),
    )
    answer = stat(
        "Xác nhận trong (95 %)",
        says(
            "95 % xác nhận trong 5 phút qua đến trong thời gian này.", "quá 10 phút: kiểm tra đường lên Cổng quốc gia."
        ),
        now("tthc_sync_ack_seconds:p95_5m"),
        look=Look(
            unit=SECONDS, steps=(("green", None), ("orange", 600), ("red", 7200)), no_value="Không có xác nhận mới"
        ),
    )
    return (*missing, diverged, known, answer)


def _over_time() -> Panel:
    panel = lines(
        "Chưa đồng bộ theo thời gian",
        says(
            "Hồ sơ chưa được xác nhận, theo mức.", "cùng lên một lúc ở mọi đơn vị là Cổng hoặc đường truyền có sự cố."
        ),
        Query(f"sum by (severity) ({_MISSING}{_CHOSEN})", "{{severity}}"),
        look=Look(no_value="Mọi hồ sơ đã đồng bộ"),
        stacked=True,
    )
    return named(panel, SEVERITIES)


def _by_agency() -> Panel:
    by_severity = 'sum by (agency) (agency_severity:tthc_sync_missing:sum{{agency=~"$agency", severity="{severity}"}})'
    return table(
        "Theo đơn vị",
        says(
            "Hồ sơ chưa đồng bộ theo mức, và hồ sơ Cổng ghi khác.",
            "bấm mã đơn vị; làm việc với đơn vị có nhiều vi phạm nhất.",
        ),
        *(rows(by_severity.format(severity=severity)) for severity in ("violation", "critical", "warning")),
        rows(f"sum by (agency) (tthc_sync_diverged{_CHOSEN})"),
        columns=(
            AGENCY,
            Column(field="Value #A", title="Vi phạm", look=Look(steps=NONE_IS_GOOD, no_value="0"), coloured=True),
            Column(field="Value #B", title="Nghiêm trọng", look=Look(no_value="0")),
            Column(field="Value #C", title="Cảnh báo", look=Look(no_value="0")),
            Column(field="Value #D", title="Cổng ghi khác", look=Look(no_value="0")),
        ),
        no_value="Mọi hồ sơ đã đồng bộ đúng",
        sort="Vi phạm",
    )


def _diverged() -> Panel:
    panel = bars(
        "Khác ở điểm nào",
        says(
            "Mỗi hồ sơ được xếp vào điểm khác nặng nhất.",
            "«Cổng đi trước» là nặng nhất: Cổng báo xong mà hồ sơ chưa xong.",
        ),
        now(f"sort_desc(sum by (kind) (tthc_sync_diverged{_CHOSEN}))", "{{kind}}"),
        look=Look(steps=NONE_IS_GOOD, no_value="Không có hồ sơ nào ghi khác"),
        size=(12, 8),
    )
    return named(panel, DIVERGED)


def _diverged_over_time() -> Panel:
    panel = lines(
        "Ghi khác theo thời gian",
        says("Hồ sơ Cổng ghi khác, theo loại.", "tăng sau khi đổi phiên bản phần mềm là lỗi ánh xạ trạng thái."),
        Query(f"sum by (kind) (tthc_sync_diverged{_CHOSEN})", "{{kind}}"),
        look=Look(no_value="Không có hồ sơ nào ghi khác"),
        stacked=True,
    )
    return named(panel, DIVERGED)


def _quantiles() -> Panel:
    quantile = "histogram_quantile({share}, sum by (le) (rate(tthc_sync_ack_seconds_bucket[$__rate_interval])))"
    return lines(
        "Độ trễ xác nhận",
        says(
            "Từ lúc có trạng thái đến lúc Cổng quốc gia xác nhận.",
            "trung vị tăng: đường truyền chậm; chỉ 99 % tăng: một vài đơn vị.",
        ),
        *(Query(quantile.format(share=number), name) for number, name in _SHOWN_QUANTILES),
        look=Look(unit=SECONDS, no_value="Không có xác nhận nào trong khoảng thời gian này"),
    )


def _spread() -> Panel:
    return heatmap(
        "Phân bố độ trễ xác nhận",
        says(
            "Bao nhiêu xác nhận đến trong bao lâu.",
            "vệt đậm ở các ô trên cao là hồ sơ chờ hàng giờ: tìm đơn vị gửi theo lô.",
        ),
        "sum by (le) (increase(tthc_sync_ack_seconds_bucket[$__rate_interval]))",
        unit=SECONDS,
    )


def _totals() -> Panel:
    chosen = '{agency=~"$agency", window="30d"}'
    received = '{agency=~"$agency", count="dossiers_received", window="30d"}'
    return table(
        "Đơn vị báo đã nhận và hệ thống thấy (30 ngày)",
        says(
            "Số hồ sơ đơn vị báo đã nhận, số hệ thống thấy, và phần thiếu; chỉ các đơn vị có báo tổng số.",
            "phần thiếu là hồ sơ chưa từng được gửi sự kiện: kiểm tra chỗ phát sự kiện của đơn vị.",
        ),
        rows(f"sum by (agency) (tthc_agency_totals_received{chosen})"),
        rows(
            f"sum by (agency) (agency:tthc_indicator_counts:sum{received}"
            f" and on (agency) tthc_agency_totals_received{chosen})"
        ),
        rows(
            'sum by (agency) (agency:tthc_bottleneck_numerator:sum{agency=~"$agency", measure="missing_from_stream"})'
        ),
        rows('sum by (agency) (agency:tthc_bottleneck:ratio{agency=~"$agency", measure="missing_from_stream"})'),
        columns=(
            AGENCY,
            Column(field="Value #A", title="Đơn vị báo nhận"),
            Column(field="Value #B", title="Hệ thống thấy", look=Look(no_value="0")),
            Column(field="Value #C", title="Thiếu", look=Look(steps=NONE_IS_GOOD), coloured=True),
            Column(field="Value #D", title="Tỷ lệ thiếu", look=share((("text", None),))),
        ),
        size=(24, 9),
        no_value="Chưa đơn vị nào báo tổng số",
        sort="Thiếu",
    )


def _silent() -> Panel:
    return table(
        "Đơn vị",
        says(
            "Lần cuối mỗi đơn vị xử lý hồ sơ, và đơn vị có bị coi là không dùng hệ thống.",
            "đơn vị im lặng: các con số khác của nó đã cũ.",
        ),
        rows(f"max by (agency) (agency:tthc_agency_silent:bool{_CHOSEN})"),
        rows(f"1000 * agency:tthc_agency_last_event_timestamp_seconds:max{_CHOSEN}"),
        columns=(
            AGENCY,
            Column(
                field="Value #A",
                title="Im lặng",
                look=Look(steps=NONE_IS_GOOD, texts=YES_NO, no_value="–"),
                coloured=True,
                width=90,
            ),
            Column(field="Value #B", title="Hoạt động cuối", look=Look(unit=AGO, no_value="chưa từng")),
        ),
        no_value="Chưa đơn vị nào có hoạt động",
        sort="Im lặng",
    )


def _sources() -> Panel:
    last = "max by (source) (tthc_source_last_event_timestamp_seconds)"
    return table(
        "Nguồn sự kiện",
        says(
            "Sự kiện mới nhất của từng nguồn, nhịp thường ngày, và lúc bị coi là cũ.",
            "nguồn cũ: kiểm tra hệ thống gửi và đường truyền.",
        ),
        rows(f"1000 * {last}"),
        rows("max by (source) (tthc_source_usual_gap_seconds)"),
        rows("1000 * max by (source) (tthc_source_stale_after_timestamp_seconds)"),
        rows("max by (source) (tthc_source_stale_after_timestamp_seconds) < bool time()"),
        columns=(
            Column(field="source", title="Nguồn"),
            Column(
                field="Value #D",
                title="Cũ",
                look=Look(steps=NONE_IS_GOOD, texts=YES_NO, no_value="–"),
                coloured=True,
                width=70,
            ),
            Column(field="Value #A", title="Sự kiện mới nhất", look=Look(unit=AGO), width=150),
            Column(field="Value #B", title="Nhịp thường ngày", look=Look(unit=SECONDS, no_value="chưa rõ"), width=140),
            Column(field="Value #C", title="Cũ sau", look=Look(unit=INSTANT, no_value="–"), width=150),
        ),
        no_value="Chưa nguồn nào gửi sự kiện",
        sort="Cũ",
    )

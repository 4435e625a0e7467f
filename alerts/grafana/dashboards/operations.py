"""*Vận hành hệ thống*: whether the monitor itself follows the events, and what it could not read or deliver."""

from alerts.grafana.board import Dashboard, Row
from alerts.grafana.fields import (
    AGO,
    FEW_ARE_GOOD,
    GONE_IS_BAD,
    INSTANT,
    NONE_IS_GOOD,
    SECONDS,
    Column,
    Look,
)
from alerts.grafana.head import head
from alerts.grafana.panels import Panel, bars, heatmap, lines, says, stat, table
from alerts.grafana.queries import Query, counted, now, rows
from alerts.grafana.texts import YES_NO

UID = "dunghan-operations"

_RATE = "suffix: sự kiện/s"
_SHOWN_QUANTILES = (("0.5", "trung vị"), ("0.95", "95 %"), ("0.99", "99 %"))


def operations() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid=UID,
        title="Vận hành hệ thống",
        description="Hệ thống giám sát có theo kịp sự kiện không; điều gì không đọc được, không gửi được.",
        variables=(),
        rows=(
            head('team="operations"'),
            Row("Tiến trình và độ trễ", (*_numbers(), _rate(), _lag(), _lag_spread())),
            Row("Phân vùng", (_waiting(), _partitions())),
            Row("Bản ghi bị loại", (_dead_letters(), _dead_letters_over_time(), _oddities())),
            Row("Gửi cảnh báo đi", _delivery()),
            Row("Lịch làm việc và phiên bản", _standing()),
        ),
        since="now-6h",
    )


def _numbers() -> tuple[Panel, ...]:
    return (
        stat(
            "Tiến trình xử lý",
            says("Số tiến trình (worker) Prometheus đọc được.", "ít hơn số đã chạy: xem nhật ký của tiến trình thiếu."),
            now("count(tthc_build_info)"),
            look=Look(steps=GONE_IS_BAD, no_value="Không có tiến trình nào"),
        ),
        stat(
            "Bản ghi đang chờ",
            says(
                "Bản ghi trong Kafka chưa được áp dụng.", "tăng đều: thêm tiến trình, hoặc xem *Phân vùng* có chỗ đứng."
            ),
            now("sum(partition:tthc_partition_lag_records:max)"),
            look=Look(steps=(("green", None), ("orange", 1000), ("red", 100000))),
        ),
        stat(
            "Đang đọc bù",
            says(
                "Phân vùng chưa theo kịp hiện tại: trễ hạn được xét ở sự kiện đang đọc.",
                "chờ; không kết luận từ số liệu lúc này.",
            ),
            now("sum(partition:tthc_partition_catching_up:max)"),
            look=Look(steps=FEW_ARE_GOOD),
        ),
        stat(
            "Trễ xử lý (99 %)",
            says(
                "99 % sự kiện trong một phút qua được áp dụng trong thời gian này.",
                "quá 5 giây: xem máy có bận, Kafka có chậm.",
            ),
            now("tthc_event_lag_seconds:p99_1m"),
            look=Look(
                unit=SECONDS, steps=(("green", None), ("orange", 5), ("red", 60)), no_value="Không có sự kiện mới"
            ),
        ),
        stat(
            "Bị loại trong 5 phút",
            says(
                "Bản ghi không đọc được trong 5 phút qua.",
                "dunghan dead-letters list nói vì sao; sửa nguồn rồi replay.",
            ),
            now(counted("sum(reason:tthc_dead_letters:increase5m)")),
            look=Look(steps=NONE_IS_GOOD, decimals=0),
        ),
        stat(
            "Lỗi ghi Redis trong 1 giờ",
            says(
                "Số lần không ghi được vào Redis. Cảnh báo không bị ảnh hưởng; bảng trực tiếp và API thì có.",
                "kiểm tra Redis; dunghan view rebuild.",
            ),
            now(counted("sum(increase(tthc_view_failures_total[1h]))")),
            look=Look(steps=NONE_IS_GOOD, decimals=0),
        ),
    )


def _rate() -> Panel:
    return lines(
        "Sự kiện mỗi giây",
        says(
            "Sự kiện theo kết quả: áp dụng, trùng, bị loại.",
            "về 0 trong giờ làm việc: nguồn ngừng gửi, hoặc tiến trình đứng.",
        ),
        Query("sum by (result) (rate(tthc_events_total[$__rate_interval]))", "{{result}}"),
        look=Look(unit=_RATE, decimals=1),
        size=(8, 9),
    )


def _lag() -> Panel:
    quantile = "histogram_quantile({share}, sum by (le) (rate(tthc_event_lag_seconds_bucket[$__rate_interval])))"
    return lines(
        "Trễ xử lý",
        says(
            "Từ lúc sự kiện vào Kafka đến lúc được áp dụng.",
            "chỉ 99 % tăng: một phân vùng chậm; cả ba tăng: cả hệ thống.",
        ),
        *(Query(quantile.format(share=number), name) for number, name in _SHOWN_QUANTILES),
        look=Look(unit=SECONDS, no_value="Không có sự kiện trong khoảng thời gian này"),
        size=(8, 9),
    )


def _lag_spread() -> Panel:
    return heatmap(
        "Phân bố trễ xử lý",
        says(
            "Bao nhiêu sự kiện được áp dụng trong bao lâu.",
            "vệt ở các ô trên cao kéo dài là hàng đợi: xem *Phân vùng*.",
        ),
        "sum by (le) (increase(tthc_event_lag_seconds_bucket[$__rate_interval]))",
        unit=SECONDS,
        size=(8, 9),
    )


def _waiting() -> Panel:
    return lines(
        "Bản ghi chờ theo phân vùng",
        says(
            "Bản ghi chưa áp dụng của từng phân vùng.", "một đường không giảm là phân vùng đứng: TthcPipelineStalled."
        ),
        Query("partition:tthc_partition_lag_records:max", "{{topic}}/{{partition}}"),
        look=Look(),
        size=(12, 10),
    )


def _partitions() -> Panel:
    by_partition = "max by (topic, partition) ({})"
    return table(
        "Từng phân vùng",
        says(
            "Bản ghi chờ, sự kiện mới nhất đã áp dụng (watermark), và có đang đọc bù không.",
            "phân vùng thiếu trong bảng là không ai đọc.",
        ),
        rows(by_partition.format("partition:tthc_partition_lag_records:max")),
        rows(f"1000 * {by_partition.format('partition:tthc_watermark_timestamp_seconds:max')}"),
        rows(by_partition.format("partition:tthc_partition_catching_up:max")),
        columns=(
            Column(field="topic", title="Topic"),
            Column(field="partition", title="Phân vùng", width=90),
            Column(field="Value #A", title="Đang chờ", width=90),
            Column(field="Value #B", title="Sự kiện mới nhất", look=Look(unit=AGO, no_value="chưa có"), width=160),
            Column(
                field="Value #C", title="Đọc bù", look=Look(steps=FEW_ARE_GOOD, texts=YES_NO), coloured=True, width=80
            ),
        ),
        size=(12, 10),
        no_value="Không có phân vùng nào được đọc",
        sort="Đang chờ",
    )


def _dead_letters() -> Panel:
    return bars(
        "Theo lý do, từ khi tiến trình chạy",
        says("Bản ghi bị loại theo lý do.", "lý do nhiều nhất trước; dunghan dead-letters show chỉ rõ trường lỗi."),
        now("sort_desc(reason:tthc_dead_letters:sum)", "{{reason}}"),
        look=Look(steps=FEW_ARE_GOOD, no_value="Không có bản ghi nào bị loại"),
        size=(10, 8),
    )


def _dead_letters_over_time() -> Panel:
    return lines(
        "Bị loại theo thời gian",
        says("Bản ghi bị loại trong mỗi 5 phút, theo lý do.", "đỉnh sau khi một hệ thống nâng cấp: báo đơn vị đó."),
        Query("reason:tthc_dead_letters:increase5m", "{{reason}}"),
        look=Look(no_value="Không có bản ghi nào bị loại"),
        size=(7, 8),
    )


def _oddities() -> Panel:
    return lines(
        "Trường lạ và lỗi ghi Redis",
        says(
            "Trường không biết đã bỏ qua, và lỗi ghi Redis, mỗi giờ.",
            "trường lạ tăng: hệ thống nguồn đã đổi định dạng, đọc lại hợp đồng.",
        ),
        Query("sum(increase(tthc_unknown_fields_total[1h]))", "Trường lạ"),
        Query("sum(increase(tthc_view_failures_total[1h]))", "Lỗi ghi Redis"),
        look=Look(decimals=0),
        size=(7, 8),
    )


def _delivery() -> tuple[Panel, ...]:
    by_sink = "max by (sink) ({})"
    sinks = table(
        "Từng bên nhận",
        says(
            "Bên nhận cảnh báo theo hồ sơ: có lỗi không, còn bao nhiêu chờ gửi.",
            "bên lỗi: xem địa chỉ, mã truy cập, nhật ký của dunghan deliver; không cảnh báo nào mất.",
        ),
        rows(by_sink.format("sink:tthc_delivery_failing:max")),
        rows(by_sink.format("sink:tthc_delivery_lag_records:max")),
        rows(f"1000 * {by_sink.format('tthc_delivery_last_success_timestamp_seconds')}"),
        rows(by_sink.format("tthc_alerts_active")),
        columns=(
            Column(field="sink", title="Bên nhận"),
            Column(field="Value #A", title="Lỗi", look=Look(steps=NONE_IS_GOOD, texts=YES_NO), coloured=True, width=80),
            Column(field="Value #B", title="Chờ gửi", width=90),
            Column(field="Value #C", title="Lần cuối nhận", look=Look(unit=AGO, no_value="chưa lần nào"), width=150),
            Column(field="Value #D", title="Đang phát", width=100),
        ),
        no_value="Không có tiến trình gửi cảnh báo (dunghan deliver)",
    )
    results = lines(
        "Kết quả gửi",
        says(
            "Cảnh báo gửi mỗi giây, theo bên nhận và kết quả.",
            "refused: bên nhận từ chối hẳn, đọc nhật ký; failed: sẽ gửi lại.",
        ),
        Query("sum by (sink, result) (rate(tthc_delivery_total[$__rate_interval]))", "{{sink}}: {{result}}"),
        look=Look(unit="suffix: cảnh báo/s", decimals=2, no_value="Chưa gửi gì"),
    )
    return sinks, results


def _standing() -> tuple[Panel, ...]:
    return (
        stat(
            "Lịch làm việc có đến",
            says(
                "Hết năm cuối cùng đã biết ngày nghỉ, ngày làm bù.",
                "còn dưới 2 tháng: thêm lịch năm sau (dunghan calendar apply).",
            ),
            now("1000 * min(tthc_calendar_valid_until_timestamp_seconds)"),
            look=Look(unit=INSTANT),
            size=(6, 5),
        ),
        stat(
            "Giờ làm việc",
            says("Bây giờ cơ quan giờ thông thường có mở cửa không.", "sai với thực tế: kiểm tra lịch và đồng hồ máy."),
            now("max(tthc_calendar_open)"),
            look=Look(texts={"0": "ngoài giờ", "1": "trong giờ"}),
            size=(6, 5),
        ),
        table(
            "Phiên bản",
            says("Phiên bản chương trình và lịch làm việc của từng tiến trình.", "khác nhau: nâng cấp cho đều."),
            rows("max by (instance, version) (tthc_build_info)"),
            rows('max by (instance, calendar) (label_join(tthc_calendar_info, "calendar", "", "version"))'),
            columns=(
                Column(field="instance", title="Tiến trình"),
                Column(field="version", title="Phiên bản"),
                Column(field="calendar", title="Lịch làm việc"),
            ),
            size=(12, 5),
            no_value="Không có tiến trình nào",
        ),
    )

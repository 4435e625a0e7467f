"""What stands at the top of every dashboard: as of when the numbers are, how complete they are, and what fires."""

from alerts.grafana.board import Row
from alerts.grafana.fields import AGO, ALL_IS_GOOD, Column, Link, Look
from alerts.grafana.panels import Panel, says, share, stat, table
from alerts.grafana.queries import now, rows
from alerts.grafana.texts import ALERTS, SEVERITIES

TO_AGENCY = Link("Mở đơn vị này", "/d/dunghan-agency?var-agency=${__data.fields.agency}&${__url_time_range}")
AGENCY = Column(field="agency", title="Đơn vị", look=Look(unit="string", link=TO_AGENCY), width=130)

_SEVERITIES = ("info", "warning", "critical")  # of rules; the watchdog, which always fires, has none of them

_BEHIND = "partition:tthc_watermark_timestamp_seconds:max and partition:tthc_partition_catching_up:max == 1"
_AS_OF = f"1000 * min(({_BEHIND}) or time() * group(tthc_build_info))"
_SETTLED = (
    "(count(partition:tthc_partition_catching_up:max == 0) or 0 * group(tthc_build_info))"
    " / max(max_over_time(tthc_partitions:count[1d]))"
)
_HEARD = (
    "count(max by (source) (tthc_source_stale_after_timestamp_seconds) >= time())"
    " / count(max by (source) (tthc_source_stale_after_timestamp_seconds))"
)


def head(chosen: str = "", title: str = "Cảnh báo và độ tin cậy của số liệu") -> Row:
    """Return the first row; of the firing alerts those with labels that match `chosen`."""
    return Row(title, (as_of(), settled(), heard(), firing(chosen)))


def as_of() -> Panel:
    """Return as of when lateness is judged: now, or the watermark of the partition furthest behind."""
    what = "Thời điểm mà mọi con số trên trang phản ánh. Khi hệ thống đang đọc bù, là sự kiện cũ nhất vừa xử lý."
    to_do = "nếu cách nay hơn vài phút, chờ đọc bù xong rồi mới kết luận; xem *Vận hành hệ thống*."
    look = Look(unit=AGO, no_value="Không có tiến trình xử lý", steps=(("green", None),))
    return stat("Số liệu tính đến", says(what, to_do), now(_AS_OF), look=look, size=(4, 7))


def settled() -> Panel:
    """Return which share of the partitions is served and judged as of now."""
    what = "Tỷ lệ phân vùng đang được đọc và đã theo kịp, so với nhiều nhất trong một ngày qua."
    to_do = "dưới 100 %, một phần hồ sơ chưa được đếm: số thấp chưa chắc là tốt. Xem *Vận hành hệ thống*."
    return stat("Độ đầy đủ", says(what, to_do), now(_SETTLED), look=share(ALL_IS_GOOD), size=(4, 7))


def heard() -> Panel:
    """Return which share of the sources still speaks."""
    what = "Tỷ lệ nguồn (hệ thống một cửa) vẫn gửi sự kiện theo nhịp thường ngày."
    to_do = "dưới 100 %, số liệu của các đơn vị gửi qua nguồn im lặng đã cũ. Xem nguồn nào ở bảng *Đồng bộ*."
    look = share(ALL_IS_GOOD, no_value="Chưa nguồn nào đủ lịch sử")
    return stat("Nguồn còn gửi", says(what, to_do), now(_HEARD), look=look, size=(4, 7))


def firing(chosen: str) -> Panel:
    """Return the firing alerts of Prometheus' rules, the gravest first; those by dossier are in Alertmanager."""
    labels = ", ".join(filter(None, ['alertstate="firing"', chosen]))
    ranks = enumerate(_SEVERITIES, start=1)
    found = (
        f'{rank} * group by (alertname, agency, province) (ALERTS{{{labels}, severity="{one}"}})' for rank, one in ranks
    )
    what = "Cảnh báo theo đơn vị, theo tỉnh và của hệ thống đang phát."
    to_do = "xử lý dòng nghiêm trọng trước; mỗi cảnh báo có hướng dẫn ở docs/runbooks."
    severity = Look(
        steps=(("blue", None), ("orange", 2), ("red", 3)),
        texts={str(rank): SEVERITIES[one] for rank, one in enumerate(_SEVERITIES, start=1)},
    )
    return table(
        "Cảnh báo đang phát",
        says(what, to_do),
        rows("\n or ".join(reversed([*found]))),
        columns=(
            Column(field="Value #A", title="Mức", look=severity, coloured=True, width=110),
            Column(field="alertname", title="Cảnh báo", look=Look(unit="string", texts=ALERTS)),
            AGENCY,
            Column(field="province", title="Tỉnh", width=70),
        ),
        size=(12, 7),
        no_value="Không có cảnh báo nào đang phát",
        sort="Mức",
    )

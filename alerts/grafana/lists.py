"""Lists by dossier: they are in no metric, so the JSON API and Alertmanager are asked (Infinity data sources)."""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import quote

import msgspec

from alerts.grafana.fields import INSTANT, NO_DOSSIER, Column, Look
from alerts.grafana.head import AGENCY
from alerts.grafana.panels import Panel, says, table
from alerts.grafana.queries import ALERTS_API, API, Call
from alerts.grafana.texts import DIVERGED, SEVERITIES, STATES

_SHOWN = 200
_SIZE = (24, 10)
_AT = Look(unit=INSTANT, no_value="–")


class List(Enum):
    """The lists of the JSON API: title, path, what each has beside the dossier, and what to do."""

    OVERDUE = (
        "Hồ sơ quá hạn",
        "overdue",
        (Column(field="overdue_since", title="Quá hạn từ", look=_AT, width=150),),
        "giải quyết từ trên xuống, hồ sơ trễ nhất ở đầu; chưa xin lỗi thì xin lỗi ngay.",
    )
    DUE_SOON = (
        "Hồ sơ sắp đến hạn",
        "due-soon",
        (Column(field="due_soon", title="Bậc nhắc", width=190),),
        "xử lý trong ngày, hoặc xin lỗi trước hạn.",
    )
    UNSYNCED = (
        "Hồ sơ chưa đồng bộ",
        "unsynced",
        (
            Column(field="unsynced_since", title="Thiếu từ", look=_AT, width=150),
            Column(field="unsynced_severity", title="Mức", look=Look(unit="string", texts=SEVERITIES), width=110),
        ),
        "gửi lại lên Cổng quốc gia.",
    )
    DIVERGED = (
        "Hồ sơ Cổng ghi khác",
        "diverged",
        (
            Column(field="diverged_since", title="Khác từ", look=_AT, width=150),
            Column(field="diverged", title="Khác ở", look=Look(unit="string", texts=DIVERGED)),
        ),
        "đồng bộ lại đúng trạng thái và ngày thật.",
    )


def dossiers(which: List, *, of_agency: bool = False, rungs: Mapping[str, str] | None = None) -> Panel:
    """Return the first dossiers of a list: of the agency that is chosen, or of all; rungs by these names.

    The API is asked for one agency or for all; boards on which several can be chosen ask for all.
    """
    title, path, more, to_do = which.value
    columns = (
        AGENCY,
        Column(field="code", title="Mã hồ sơ", width=230),
        Column(field="procedure", title="Thủ tục"),
        Column(field="state", title="Trạng thái", look=Look(unit="string", texts=STATES), width=150),
        Column(field="due_at", title="Hạn trả", look=_AT, width=150),
        *(_named(column, rungs) for column in more),
    )
    whose = "&agency=${agency:percentencode}" if of_agency else ""
    return table(
        title,
        says(f"{_SHOWN} hồ sơ đầu danh sách, đọc qua API; không có tên hay số định danh của công dân.", to_do),
        Call(
            source=API,
            path=f"/v1/{path}?limit={_SHOWN}{whose}",
            rows="dossiers",
            columns=tuple((column.field, "timestamp" if column.look is _AT else "string") for column in columns),
        ),
        columns=columns,
        size=_SIZE,
        no_value=NO_DOSSIER,
    )


def _named(column: Column, rungs: Mapping[str, str] | None) -> Column:
    if column.field != "due_soon" or rungs is None:
        return column
    return msgspec.structs.replace(column, look=Look(unit="string", texts=rungs))


def alerted(title: str, alertname: str, to_do: str) -> Panel:
    """Return the active alerts by dossier whose name matches, as Alertmanager has them."""
    matchers = (f'alertname=~"{alertname}"', 'scope="dossier"', 'agency=~"${agency:pipe}"')
    filters = "".join(f"&filter={quote(matcher, safe='${:}')}" for matcher in matchers)
    columns = (
        Column(field="labels.agency", title="Đơn vị", width=130),
        Column(field="labels.severity", title="Mức", look=Look(unit="string", texts=SEVERITIES), width=110),
        Column(field="labels.dossier", title="Mã hồ sơ", width=230),
        Column(field="annotations.summary", title="Nội dung"),
        Column(field="startsAt", title="Từ lúc", look=_AT, width=150),
    )
    return table(
        title,
        says("Cảnh báo theo từng hồ sơ trong Alertmanager; đơn vị có quá nhiều hồ sơ được gộp thành một dòng.", to_do),
        Call(
            source=ALERTS_API,
            path=f"/api/v2/alerts?active=true{filters}",
            rows="",
            columns=tuple((column.field, "timestamp" if column.look is _AT else "string") for column in columns),
        ),
        columns=columns,
        size=_SIZE,
        no_value="Không có cảnh báo nào theo hồ sơ, hoặc tiến trình gửi cảnh báo chưa chạy (dunghan deliver)",
    )

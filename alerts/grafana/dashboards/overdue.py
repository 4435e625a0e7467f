"""*Hồ sơ quá hạn*: how many dossiers are past their deadline, where, since when; what comes next; the list."""

from collections.abc import Iterator

from alerts.grafana.board import Dashboard, Row, agencies
from alerts.grafana.fields import AGO, FEW_ARE_GOOD, NONE_IS_GOOD, Column, Look
from alerts.grafana.head import AGENCY, head
from alerts.grafana.lists import List, alerted, dossiers
from alerts.grafana.panels import Panel, bars, lines, named, says, stat, table
from alerts.grafana.queries import Query, counted, now, rows
from alerts.grafana.texts import ages, rungs
from config.policy import Policy

UID = "dunghan-overdue"

_CHOSEN = '{agency=~"$agency"}'
_LATE = Look(steps=NONE_IS_GOOD)


def overdue(policy: Policy) -> Dashboard:
    """Return the dashboard, with the age classes and rungs of this policy."""
    return Dashboard(
        uid=UID,
        title="Hồ sơ quá hạn",
        description="Hồ sơ quá hạn theo đơn vị và theo số ngày trễ, hồ sơ mới quá hạn, sắp đến hạn, và danh sách.",
        variables=(agencies(),),
        rows=(
            head(
                'agency=~"$agency", alertname=~"TthcDossiers.*|TthcApology.*|TthcSecond.*|TthcAcceptance.*|TthcSteps.*"'
            ),
            Row("Đang quá hạn", (*_numbers(), _by_age(policy), _by_agency(policy))),
            Row("Diễn biến", (_over_time(policy), _became())),
            Row("Sắp đến hạn", (_due_soon(policy), _due_soon_by_agency(policy))),
            Row(
                "Danh sách hồ sơ",
                (
                    dossiers(List.OVERDUE),
                    dossiers(List.DUE_SOON, rungs=rungs(policy)),
                    alerted(
                        "Cảnh báo quá hạn theo hồ sơ", "TthcDossier(Overdue|ApologyMissing|SecondExtension)", _TO_DO
                    ),
                ),
            ),
        ),
    )


_TO_DO = "xử lý mức nghiêm trọng trước; bấm mã đơn vị ở bảng trên để xem toàn cảnh."


def _numbers() -> tuple[Panel, ...]:
    violations = "agency_violation:tthc_dossier_violations:sum"
    return (
        stat(
            "Đang quá hạn",
            says("Hồ sơ đang mở đã qua hạn trả.", "giao từng hồ sơ cho người chịu trách nhiệm, cũ nhất trước."),
            now(counted(f"sum(agency:tthc_dossiers_overdue:sum{_CHOSEN})")),
            look=_LATE,
        ),
        stat(
            "Quá hạn hơn 7 ngày",
            says("Hồ sơ trễ hơn 7 ngày: mức nghiêm trọng.", "báo cáo lãnh đạo đơn vị trong ngày."),
            now(counted(f"sum(agency:tthc_dossiers_overdue_gt_7d:sum{_CHOSEN})")),
            look=_LATE,
        ),
        stat(
            "Hạn cũ nhất đã qua",
            says("Hạn trả của hồ sơ trễ nhất.", "hồ sơ này ở đầu danh sách bên dưới: xử lý trước tiên."),
            now(f"1000 * min(agency:tthc_oldest_overdue_timestamp_seconds:min{_CHOSEN})"),
            look=Look(unit=AGO, no_value="Không có hồ sơ quá hạn"),
        ),
        stat(
            "Mới quá hạn trong 24 giờ",
            says("Hồ sơ trở thành quá hạn trong 24 giờ qua.", "nếu tăng so với hôm trước, tìm khâu đang tắc."),
            now(counted(f"sum(increase(tthc_became_overdue_total{_CHOSEN}[1d]))")),
            look=Look(steps=FEW_ARE_GOOD, decimals=0),
        ),
        stat(
            "Chưa có văn bản xin lỗi",
            says("Hồ sơ quá hạn mà chưa xin lỗi người dân.", "gửi văn bản xin lỗi nêu lý do và ngày hẹn mới."),
            now(counted(f'sum({violations}{{agency=~"$agency", violation="apology_missing"}})')),
            look=_LATE,
        ),
        stat(
            "Hẹn lại quá một lần",
            says("Hồ sơ bị hẹn lại từ hai lần trở lên.", "không hẹn thêm; giải quyết ngay."),
            now(counted(f'sum({violations}{{agency=~"$agency", violation="second_extension"}})')),
            look=_LATE,
        ),
    )


def by_age(policy: Policy, chosen: str) -> Iterator[Query]:
    """Yield how many are overdue in each age class, from the youngest; 0 where there are none."""
    for age, title in ages(policy).items():
        yield now(counted(f'sum(tthc_dossiers_overdue{{{chosen}, age="{age}"}})'), title)


def _by_age(policy: Policy) -> Panel:
    return bars(
        "Theo số ngày trễ",
        says("Hồ sơ đang quá hạn theo lớp trễ.", "giải quyết lớp trễ nhất trước."),
        *by_age(policy, 'agency=~"$agency"'),
        look=Look(steps=NONE_IS_GOOD),
        size=(8, 10),
    )


def _by_agency(policy: Policy) -> Panel:
    classes = ages(policy)
    letters = "BCDEFGHIJKL"
    return table(
        "Theo đơn vị",
        says("Hồ sơ đang quá hạn của từng đơn vị, theo lớp trễ, và hạn cũ nhất.", "bấm mã đơn vị để xem chi tiết."),
        rows(f"sum by (agency) (agency:tthc_dossiers_overdue:sum{_CHOSEN} > 0)"),
        *(rows(f'sum by (agency) (tthc_dossiers_overdue{{agency=~"$agency", age="{age}"}})') for age in classes),
        rows(f"1000 * agency:tthc_oldest_overdue_timestamp_seconds:min{_CHOSEN}"),
        columns=(
            AGENCY,
            Column(field="Value #A", title="Tổng", look=_LATE, coloured=True),
            *(
                Column(field=f"Value #{letter}", title=title, look=Look(no_value="0"))
                for letter, title in zip(letters, classes.values(), strict=False)
            ),
            Column(field=f"Value #{letters[len(classes)]}", title="Hạn cũ nhất", look=Look(unit=AGO), width=150),
        ),
        size=(16, 10),
        no_value="Không có đơn vị nào có hồ sơ quá hạn",
        sort="Tổng",
    )


def _over_time(policy: Policy) -> Panel:
    of_age = 'sum(tthc_dossiers_overdue{{agency=~"$agency", age="{age}"}})'
    return lines(
        "Hồ sơ quá hạn theo thời gian",
        says("Hồ sơ đang quá hạn, xếp chồng theo lớp trễ.", "lớp trễ lâu dày lên là hồ sơ bị bỏ quên."),
        *(Query(of_age.format(age=age), title) for age, title in ages(policy).items()),  # in this order
        look=Look(no_value="Không có hồ sơ quá hạn"),
        stacked=True,
    )


def _became() -> Panel:
    return lines(
        "Trở thành quá hạn mỗi giờ",
        says("Hồ sơ mới quá hạn trong một giờ, theo đơn vị.", "đơn vị có đỉnh mới: hỏi nguyên nhân ngay trong ngày."),
        Query(f"sum by (agency) (increase(tthc_became_overdue_total{_CHOSEN}[1h]))", "{{agency}}"),
        look=Look(no_value="Không có hồ sơ mới quá hạn"),
    )


def _due_soon(policy: Policy) -> Panel:
    panel = lines(
        "Sắp đến hạn theo bậc nhắc",
        says(
            "Hồ sơ chưa quá hạn theo bậc nhắc cao nhất đã tới.",
            "bậc cuối nhiều hơn sức làm trong ngày: xin lỗi trước hạn.",
        ),
        Query(f"sum by (rung) (agency_rung:tthc_dossiers_due_soon:sum{_CHOSEN})", "{{rung}}"),
        look=Look(no_value="Không có hồ sơ sắp đến hạn"),
    )
    return named(panel, rungs(policy))


def _due_soon_by_agency(policy: Policy) -> Panel:
    steps = rungs(policy)
    by_rung = 'sum by (agency) (agency_rung:tthc_dossiers_due_soon:sum{{agency=~"$agency", rung="{rung}"}})'
    return table(
        "Sắp đến hạn theo đơn vị",
        says("Hồ sơ sắp đến hạn của từng đơn vị, theo bậc nhắc.", "nhắc đơn vị có nhiều hồ sơ ở bậc cuối."),
        *(rows(by_rung.format(rung=rung)) for rung in steps),
        columns=(
            AGENCY,
            *(
                Column(field=f"Value #{letter}", title=title, look=Look(no_value="0"))
                for letter, title in zip("ABCDEFGHIJKL", steps.values(), strict=False)
            ),
        ),
        no_value="Không có hồ sơ sắp đến hạn",
        sort=list(steps.values())[-1],
    )

"""*Đơn vị*: everything there is to know of one agency."""

from agents.indicators.windows import Window
from alerts.grafana.board import Dashboard, Row, one_agency, windows
from alerts.grafana.dashboards.bottlenecks import measures_of
from alerts.grafana.dashboards.overdue import by_age
from alerts.grafana.dashboards.overview import LOST, grades, indicator_columns
from alerts.grafana.fields import AGO, COUNT, FEW_ARE_GOOD, NONE_IS_GOOD, POINTS, Look
from alerts.grafana.head import head
from alerts.grafana.lists import List, alerted, dossiers
from alerts.grafana.panels import Panel, bars, gauge, lines, named, says, share, stat, table
from alerts.grafana.queries import Query, counted, now, rows
from alerts.grafana.texts import EVERY_VIOLATION, STATES, rungs
from config.index import Index
from config.policy import Policy

UID = "dunghan-agency"

_OPEN = "submitted|received|in_progress|suspended|fee_due"
_MINE = '{agency="$agency"}'


def agency(index: Index, policy: Policy) -> Dashboard:
    """Return the dashboard, with the indicators of this index and the classes of this policy."""
    return Dashboard(
        uid=UID,
        title="Đơn vị",
        description="Mọi điều về một đơn vị: hồ sơ, hạn, đồng bộ, chỉ số 766, điểm nghẽn.",
        variables=(one_agency(), windows(Window.DAYS_30)),
        rows=(
            head('agency="$agency"'),
            Row("Hồ sơ hôm nay", (*_numbers(), _states(), _ages(policy), _rungs(policy), _violations(), _over_time())),
            Row("Bộ chỉ số 766", (*_scores(index), _indicators(index))),
            Row("Điểm nghẽn", (measures_of("agency:", 'agency="$agency"', size=(24, 23)),)),
            Row("Danh sách hồ sơ", _lists(policy)),
        ),
    )


def _numbers() -> tuple[Panel, ...]:
    late, soon = Look(steps=NONE_IS_GOOD), Look(steps=FEW_ARE_GOOD)
    open_now = f'sum(agency_state:tthc_dossiers:sum{{agency="$agency", state=~"{_OPEN}"}})'
    last = f"1000 * agency:tthc_agency_last_event_timestamp_seconds:max{_MINE}"
    return (
        stat(
            "Hồ sơ đang mở",
            says("Hồ sơ đã nộp hoặc đã tiếp nhận mà chưa kết thúc.", "so với khả năng xử lý của đơn vị."),
            now(counted(open_now)),
            look=Look(),
        ),
        stat(
            "Đang quá hạn",
            says("Hồ sơ đang mở đã qua hạn trả.", "giải quyết hồ sơ cũ nhất trước; gửi văn bản xin lỗi, hẹn lại."),
            now(counted(f"sum(agency:tthc_dossiers_overdue:sum{_MINE})")),
            look=late,
        ),
        stat(
            "Sắp đến hạn",
            says(
                "Hồ sơ đang mở đã lên một bậc nhắc trước hạn.", "ưu tiên trong ngày; không kịp thì xin lỗi trước hạn."
            ),
            now(counted(f"sum(agency_rung:tthc_dossiers_due_soon:sum{_MINE})")),
            look=soon,
        ),
        stat(
            "Chưa đồng bộ",
            says("Hồ sơ Cổng quốc gia chưa xác nhận, quá ngưỡng.", "gửi lại; xem bản ghi lỗi trả về từ Cổng."),
            now(counted(f"sum(agency_severity:tthc_sync_missing:sum{_MINE})")),
            look=late,
        ),
        stat(
            "Cổng ghi khác",
            says("Hồ sơ Cổng quốc gia ghi khác trạng thái, khác ngày.", "đồng bộ lại đúng trạng thái thật."),
            now(counted(f"sum(tthc_sync_diverged{_MINE})")),
            look=late,
        ),
        stat(
            "Hoạt động cuối",
            says(
                "Lần cuối có người xử lý hồ sơ của đơn vị.", "im lặng quá lâu: hỏi đơn vị có đang dùng hệ thống không."
            ),
            now(last),
            look=Look(unit=AGO, no_value="Chưa từng xử lý hồ sơ"),
        ),
    )


def _states() -> Panel:
    panel = bars(
        "Hồ sơ theo trạng thái",
        says(
            "Mỗi hồ sơ ở đúng một trạng thái.",
            "nhiều hồ sơ chờ bổ sung lâu: gọi người nộp; nhiều mới đăng ký: tiếp nhận.",
        ),
        now(f"sort_desc(sum by (state) (agency_state:tthc_dossiers:sum{_MINE}))", "{{state}}"),
        look=Look(no_value="Đơn vị chưa có hồ sơ"),
        size=(8, 9),
    )
    return named(panel, STATES)


def _ages(policy: Policy) -> Panel:
    return bars(
        "Quá hạn theo số ngày trễ",
        says("Hồ sơ đang quá hạn, theo đã trễ bao lâu.", "lớp trễ nhất trước: đó là hồ sơ người dân đã chờ lâu nhất."),
        *by_age(policy, 'agency="$agency"'),
        look=Look(steps=NONE_IS_GOOD),
        size=(8, 9),
    )


def _rungs(policy: Policy) -> Panel:
    of_rung = 'sum(agency_rung:tthc_dossiers_due_soon:sum{{agency="$agency", rung="{rung}"}})'
    return bars(
        "Sắp đến hạn theo bậc nhắc",
        says("Hồ sơ chưa quá hạn, theo bậc nhắc cao nhất đã tới.", "bậc cuối là việc của hôm nay."),
        *(now(counted(of_rung.format(rung=rung)), title) for rung, title in rungs(policy).items()),
        look=Look(steps=FEW_ARE_GOOD),
        size=(8, 9),
    )


def _violations() -> Panel:
    kinds = ("tthc_dossier_violations", "tthc_procedure_violations", "tthc_petition_violations")
    every = " or ".join(f"{kind}{_MINE}" for kind in kinds)
    panel = bars(
        "Vi phạm khác",
        says(
            "Điều chưa làm đúng với hồ sơ, thủ tục, phản ánh kiến nghị.",
            "làm bù điều còn thiếu; điều đã chậm thì rút kinh nghiệm.",
        ),
        now(f"sort_desc(sum by (violation) ({every}))", "{{violation}}"),
        look=Look(steps=FEW_ARE_GOOD, no_value="Không có vi phạm nào"),
        size=(10, 9),
    )
    return named(panel, EVERY_VIOLATION)


def _over_time() -> Panel:
    return lines(
        "Diễn biến",
        says(
            "Số hồ sơ quá hạn, sắp đến hạn, chưa đồng bộ theo thời gian.",
            "đường quá hạn đi lên là đang nợ thêm: tăng người hoặc giảm việc.",
        ),
        Query(counted(f"sum(agency:tthc_dossiers_overdue:sum{_MINE})"), "Quá hạn"),
        Query(counted(f"sum(agency_rung:tthc_dossiers_due_soon:sum{_MINE})"), "Sắp đến hạn"),
        Query(counted(f"sum(agency_severity:tthc_sync_missing:sum{_MINE})"), "Chưa đồng bộ"),
        look=Look(unit=COUNT),
        size=(14, 9),
    )


def _scores(index: Index) -> tuple[Panel, ...]:
    chosen = '{agency="$agency", window="$window"}'
    known, most = f"tthc_index_known_score{chosen}", f"tthc_index_known_max_score{chosen}"
    return (
        stat(
            "Điểm đã biết",
            says(
                "Tổng điểm các chỉ tiêu đã có số liệu, và tối đa của chúng.", "chỉ tiêu thiếu số liệu: gửi đủ sự kiện."
            ),
            now(known, "điểm"),
            now(most, "trên tối đa"),
            look=Look(unit=POINTS, decimals=2, no_value="Chưa có chỉ tiêu nào"),
            size=(6, 7),
        ),
        gauge(
            "Tỷ lệ đạt",
            says("Điểm đã biết trên tối đa đã biết.", "tìm chỉ tiêu mất nhiều điểm nhất ở bảng dưới."),
            now(f"{known} / {most}"),
            look=share(grades(index)),
            size=(6, 7),
        ),
        lines(
            "Xu hướng điểm",
            says(
                "Điểm đã biết theo thời gian, và tối đa của các chỉ tiêu đã biết.", "cả hai cùng giảm là mất số liệu."
            ),
            Query(known, "Điểm đã biết"),
            Query(most, "Tối đa đã biết"),
            look=Look(unit=POINTS, decimals=2, least=0, most=100),
            size=(12, 7),
            dashed="Tối đa đã biết",
        ),
    )


def _indicators(index: Index) -> Panel:
    chosen = '{agency="$agency", window="$window"}'
    return table(
        "Từng chỉ tiêu",
        says(
            "Tử số, mẫu số, tỷ lệ và điểm của đơn vị. Chỉ tiêu không áp dụng cho cấp của đơn vị được điểm tối đa.",
            "làm việc với chỉ tiêu mất nhiều điểm nhất trước.",
        ),
        *(
            rows(f"max by (indicator) ({expr})")
            for expr in (
                f"tthc_indicator_numerator{chosen}",
                f"tthc_indicator_denominator{chosen}",
                f"tthc_indicator_ratio{chosen}",
                f"tthc_indicator_score{chosen}",
                "tthc_indicator_max_score",
                f"tthc_indicator_max_score - on (indicator) group_right () tthc_indicator_score{chosen}",
            )
        ),
        columns=indicator_columns({code: indicator.name for code, indicator in index.indicators.items()}),
        size=(24, 2 + len(index.indicators)),
        no_value="Đơn vị chưa có số liệu",
        sort=LOST,
    )


def _lists(policy: Policy) -> tuple[Panel, ...]:
    return (
        *(dossiers(which, of_agency=True, rungs=rungs(policy)) for which in List),
        alerted("Cảnh báo theo hồ sơ", "Tthc.*", "xử lý mức vi phạm, nghiêm trọng trước."),
    )

"""A petition is answered within fifteen working days of the agency's own time; a refusal is an answer too."""

from agents.expectations import Expectation, Rule
from agents.petitions.case import Case

RULE = Rule(
    id="petition-processing",
    title="Quá hạn xử lý phản ánh, kiến nghị",
    source=(
        "Nghị định 20/2008/NĐ-CP và quy chế Cổng Dịch vụ công quốc gia: xử lý trong 15 ngày làm việc; "
        "Quyết định 766/QĐ-TTg, nhóm chỉ số mức độ hài lòng"
    ),
)


def expect(case: Case) -> Expectation:
    """Return that the petition is answered in time."""
    return case.within(case.limits(case.received_at).process, case.answered_at)

"""A procedure is announced (công bố) before its legal basis takes effect: working days, province 5, ministry 20."""

from agents.expectations import Expectation, Rule
from agents.facts import value
from agents.procedures.case import Case
from agents.procedures.days import last_day_before
from agents.procedures.issuer import limit_of

RULE = Rule(
    id="procedure-announcement",
    title="Công bố thủ tục hành chính chậm",
    source=(
        "Nghị định 63/2010/NĐ-CP (sửa đổi: 92/2017/NĐ-CP): công bố chậm nhất trước ngày văn bản có hiệu lực "
        "5 ngày làm việc (cấp tỉnh), 20 ngày làm việc (bộ)"
    ),
)


def expect(case: Case) -> Expectation | None:
    """Return that it is announced in time, or None if it is not known from when its legal basis is in force."""
    effective_at, announced_at = value(case.procedure.effective_at), value(case.procedure.announced_at)
    if effective_at is None or not case.owed(announced_at):
        return None
    law = case.law(announced_at)
    limit = limit_of(law.policy.announcement_before, case.issuer)
    return Expectation(last_day_before(effective_at, limit, law.calendar.working_time(case.agency)), announced_at)

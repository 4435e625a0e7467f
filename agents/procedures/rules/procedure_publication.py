"""A procedure is published (công khai) within so many working days of the decision: province 5, ministry 10.

Where the decision's date was not said it is counted from the announcement, which cannot precede the decision.
"""

from agents.expectations import Expectation, Rule
from agents.facts import value
from agents.procedures.case import Case
from agents.procedures.days import last_day_after
from agents.procedures.issuer import limit_of

RULE = Rule(
    id="procedure-publication",
    title="Công khai thủ tục hành chính chậm",
    source=(
        "Nghị định 63/2010/NĐ-CP (sửa đổi: 92/2017/NĐ-CP): công khai trong 5 ngày làm việc (cấp tỉnh), "
        "10 ngày làm việc (bộ) kể từ ngày ký quyết định công bố"
    ),
)


def expect(case: Case) -> Expectation | None:
    """Return that it is published in time, or None if it has not been decided."""
    facts = case.procedure
    decided_at, published_at = value(facts.decided_at) or value(facts.announced_at), value(facts.published_at)
    if decided_at is None or not case.owed(published_at):
        return None
    limit = limit_of(case.rulebook.at(decided_at).policy.publication_within, case.issuer)
    working = case.law(published_at).calendar.working_time(case.agency)
    return Expectation(last_day_after(decided_at, limit, working), published_at)

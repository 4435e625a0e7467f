"""What was answered to a petition is published within two working days of the answer."""

from agents.expectations import Expectation, Rule
from agents.petitions.case import Case
from streams.events import PetitionState

RULE = Rule(
    id="petition-publication",
    title="Chậm công khai kết quả xử lý phản ánh, kiến nghị",
    source="Nghị định 20/2008/NĐ-CP và quy chế Cổng Dịch vụ công quốc gia: công khai trong 2 ngày làm việc",
)


def expect(case: Case) -> Expectation | None:
    """Return that the answer is published in time, or None if there is none to publish."""
    answered_at = case.reached(PetitionState.PROCESSED, PetitionState.PUBLISHED)
    if answered_at is None or case.reached(PetitionState.REFUSED) is not None:
        return None
    published_at = case.reached(PetitionState.PUBLISHED)
    due_at = case.limits(answered_at).publish.after(answered_at, case.working(published_at))
    return Expectation(due_at, published_at)

"""A petition that is refused is refused within two working days of its reception.

Nothing obliges the agency to refuse: there is something to judge only once it has.
"""

from agents.expectations import Expectation, Rule
from agents.petitions.case import Case
from streams.events import PetitionState

RULE = Rule(
    id="petition-refusal",
    title="Từ chối phản ánh, kiến nghị quá hạn",
    source="Nghị định 20/2008/NĐ-CP và quy chế Cổng Dịch vụ công quốc gia: từ chối tiếp nhận trong 2 ngày làm việc",
)


def expect(case: Case) -> Expectation | None:
    """Return that the refusal came in time, or None if the petition has not been refused."""
    refused_at = case.reached(PetitionState.REFUSED)
    if refused_at is None or refused_at > case.at:
        return None
    return case.within(case.limits(case.received_at).refuse, refused_at)

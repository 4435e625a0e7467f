"""A dossier is finished by its deadline; one for which papers are requested a second time counts as late until it is.

So does one that was then withdrawn, refused or stopped: it was never finished.

See `agents.dossiers.deadline` for how the deadline is derived.
"""

from agents.dossiers.case import Case
from agents.dossiers.ledger import supplement_requests
from agents.expectations import Expectation, Rule
from config.policy import SecondSupplement

RULE = Rule(
    id="processing-deadline",
    title="Quá hạn giải quyết hồ sơ",
    source="Nghị định 118/2025/NĐ-CP; Quyết định 766/QĐ-TTg, nhóm chỉ số tiến độ giải quyết",
)


def expect(case: Case) -> Expectation:
    """Return that the dossier is finished by its deadline."""
    due_at = case.deadline.due_at
    if case.finished_at is None and case.policy.second_supplement is SecondSupplement.LATE:
        requests = supplement_requests(case.dossier, case.at)
        if len(requests) > 1 and (due_at is None or requests[1] < due_at):
            due_at = requests[1]
    return Expectation(due_at, case.ended_at)

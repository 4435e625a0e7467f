"""A dossier that is late was apologised for in writing, at the latest one day before its deadline.

An apology does not make the dossier on time.
"""

from agents.dossiers.case import Case
from agents.expectations import Expectation, Rule

RULE = Rule(
    id="apology",
    title="Thiếu hoặc chậm văn bản xin lỗi",
    source="Nghị định 118/2025/NĐ-CP: văn bản xin lỗi nêu lý do, hẹn lại ngày trả, chậm nhất 1 ngày trước ngày hẹn trả",
)


def expect(case: Case) -> Expectation:
    """Return that an apology is sent so long before the deadline; it is owed only once the dossier is late."""
    due_at = case.deadline.due_at
    sent_at = min((sent[0] for sent in case.dossier.apologies), default=None)
    return Expectation(None if due_at is None else case.policy.apology_before.before(due_at, case.working), sent_at)

"""A step with a date of its own is left by that date: by the next step, or by the end of the dossier.

The date is put off by the time the clock stood still since it was said, as the dossier's appointment is.
"""

from agents.dossiers.case import Case
from agents.dossiers.deadline import put_off
from agents.dossiers.ledger import Standstill
from agents.expectations import Expectation, Rule

RULE = Rule(
    id="step-deadline",
    title="Quá hạn một bước xử lý",
    source="Quy trình nội bộ, liên thông và điện tử của thủ tục; CapNhatTienDoHoSoMC: NgayKetThucTheoQuyDinh",
)


def expect(case: Case) -> Expectation | None:
    """Return that the step in hand is left in time, or None if there is none."""
    if case.dossier.step is None:
        return None
    said_at, _, (_, date) = case.dossier.step
    since_then = [
        Standstill(max(since, said_at), until) for since, until in case.standstills if until is None or until > said_at
    ]
    return Expectation(put_off(date, since_then), case.ended_at)

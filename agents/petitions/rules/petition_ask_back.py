"""An agency that needs more from the citizen asks within the first five working days of its own time.

Nothing obliges the agency to ask. Its last request is judged: the clock only runs on, so if that one came in time,
every one did. A request that is only said again is no new one.
"""

from datetime import datetime
from itertools import groupby

from agents.expectations import Expectation, Rule
from agents.petitions.case import Case
from agents.petitions.petition import state_of
from streams.events import PetitionState

RULE = Rule(
    id="petition-ask-back",
    title="Yêu cầu bổ sung phản ánh, kiến nghị quá hạn",
    source="Nghị định 20/2008/NĐ-CP và quy chế Cổng Dịch vụ công quốc gia: yêu cầu bổ sung trong 5 ngày làm việc",
)


def expect(case: Case) -> Expectation | None:
    """Return that the citizen was asked in time, or None if nothing was asked."""
    asked_at = _last_request(case)
    if asked_at is None:
        return None
    return case.within(case.limits(case.received_at).ask_back, asked_at)


def _last_request(case: Case) -> datetime | None:
    said = [entry for entry in case.petition.states if entry[0] <= case.at]
    runs = groupby(said, key=state_of)
    requests = [next(run)[0] for state, run in runs if state is PetitionState.SUPPLEMENT]
    return requests[-1] if requests else None

"""An online dossier is received or refused within 8 working hours of its submission."""

from agents.dossiers.case import Case
from agents.expectations import Expectation, Rule
from agents.facts import value
from streams.events import Channel, Status

RULE = Rule(
    id="acceptance",
    title="Quá hạn tiếp nhận hồ sơ trực tuyến",
    source="Nghị định 118/2025/NĐ-CP: trong 8 giờ làm việc kể từ khi hệ thống ghi nhận hồ sơ trực tuyến",
)


def expect(case: Case) -> Expectation | None:
    """Return that the agency answers in time, or None if the dossier was not filed online."""
    dossier = case.dossier
    if value(dossier.channel) != Channel.ONLINE:
        return None
    submitted_at = value(dossier.submitted_at) or next(
        (at for at, _, status in dossier.statuses if status == Status.SUBMITTED), None
    )
    if submitted_at is None:
        return None
    limit = case.rulebook.at(submitted_at).policy.acceptance
    answered_at = next((at for at, _, status in dossier.statuses if status != Status.SUBMITTED), None)
    return Expectation(limit.after(submitted_at, case.working), answered_at)

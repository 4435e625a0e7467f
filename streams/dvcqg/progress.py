"""`CapNhatTienDoHoSoMC`: a dossier moved on. Who moved it, and what they wrote, is dropped."""

from streams.dvcqg.messages import Progress
from streams.dvcqg.origin import Origin, agency_of
from streams.dvcqg.values import LONGEST_CODE, choice, code, instant, text
from streams.events import DossierPortal, DossierProgress, Event, Outcome, Status, Step
from streams.rejection import Reason, RejectedError


def progress_events(progress: Progress, origin: Origin) -> list[Event]:
    """Return what one progress message says: a status, its step if it has one, and that the portal was told.

    Raises:
        RejectedError: with the place, below the message.
    """
    subject = code(progress.code, "MaHoSo")
    status = choice(Status, progress.status, "TrangThai")
    at = instant(progress.handled_at, "ThoiDiemXuLy")
    if at is None:
        raise RejectedError(Reason.MISSING_FIELD, "ThoiDiemXuLy", "required")
    agency = agency_of(subject, sender=origin.agency)
    reached = DossierProgress(status=status, agency=agency, step=_step(progress))
    sent = DossierPortal(outcome=Outcome.SENT, status=status)
    return [origin.event(subject, at, agency, reached), origin.event(subject, origin.time or at, agency, sent)]


def _step(progress: Progress) -> Step | None:
    """Return the step under way: a unit and the date it must be through by; one without the other is no step."""
    due_at = instant(progress.step_due_at, "NgayKetThucTheoQuyDinh")
    unit = text(progress.unit)
    return Step(unit[:LONGEST_CODE], due_at) if unit and due_at is not None else None

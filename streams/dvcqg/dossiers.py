"""`DongBoHoSoMC`: one synced dossier, as the canonical events that say the same.

The instant of each event comes from the dossier's own dates, not from when or how the message travelled: a message
sent twice, late, or over two transports says the same thing each time.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from streams.dvcqg.messages import Message, Paper, Supplement, SyncedDossier
from streams.dvcqg.origin import Origin, required_agency
from streams.dvcqg.values import amount, choice, code, flag, instant, text
from streams.events import (
    Channel,
    DossierComponents,
    DossierFee,
    DossierPortal,
    DossierStatus,
    Event,
    Outcome,
    PaidBy,
    Status,
)
from streams.rejection import Reason, RejectedError

Entry = TypeVar("Entry", bound=Message)

_REUSED = frozenset({"1", "2"})  # from another dossier's component, from another dossier's result
_NOT_REUSED = frozenset({"", "0"})
_BEFORE_RECEPTION = frozenset({Status.SUBMITTED, Status.REFUSED})


class _Dates(NamedTuple):
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    refused_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    requests: tuple[datetime, ...]
    supplements: tuple[datetime, ...]


def dossier_events(dossier: SyncedDossier, origin: Origin) -> list[Event]:
    """Return what one synced dossier says.

    Raises:
        RejectedError: with the place, below the dossier.
    """
    subject = code(dossier.code, "MaHoSo")
    agency = required_agency(subject, text(dossier.agency), origin.agency)
    procedure = code(dossier.procedure, "MaTTHC")
    status = choice(Status, dossier.status, "TrangThaiHoSo")
    dates = _dates(dossier)
    if dates.received_at is None and status not in _BEFORE_RECEPTION:
        raise RejectedError(Reason.MISSING_FIELD, "NgayTiepNhan", "required")
    at = _status_at(status, dates)

    def event(at: datetime, data: DossierStatus | DossierPortal | DossierComponents | DossierFee) -> Event:
        return origin.event(subject, at, agency, data)

    current = DossierStatus(
        agency=agency,
        procedure=procedure,
        status=status,
        channel=choice(Channel, dossier.channel or "1", "KenhThucHien"),
        submitted_at=dates.submitted_at,
        received_at=dates.received_at,
        due_at=dates.due_at,
        finished_at=dates.finished_at,
        returned_at=dates.returned_at,
    )
    past = (
        event(when, DossierStatus(agency=agency, procedure=procedure, status=then))
        for when, then in _supplements(dates)
        if (when, then) != (at, status)
    )
    sent = DossierPortal(outcome=Outcome.SENT, status=status, due_at=dates.due_at, finished_at=dates.finished_at)
    events = [*past, event(at, current), event(origin.time or at, sent)]
    events.extend(event(at, data) for data in (_components(dossier), _fee(dossier)) if data is not None)
    return events


def _dates(dossier: SyncedDossier) -> _Dates:
    entries = [_supplement(entry, place) for place, entry in _placed(dossier.supplements, "DanhSachHoSoBoSung")]
    return _Dates(
        submitted_at=instant(dossier.submitted_at, "NgayNopHoSo"),
        received_at=instant(dossier.received_at, "NgayTiepNhan"),
        due_at=instant(dossier.due_at, "NgayHenTra"),
        refused_at=instant(dossier.refused_at, "NgayTuChoi"),
        finished_at=instant(dossier.finished_at, "NgayKetThucXuLy"),
        returned_at=instant(dossier.returned_at, "NgayTra"),
        requests=tuple(requested for requested, _ in entries if requested is not None),
        supplements=tuple(supplemented for _, supplemented in entries if supplemented is not None),
    )


def _supplement(entry: Supplement, place: str) -> tuple[datetime | None, datetime | None]:
    requested_at = instant(entry.requested_at, f"{place}.NgayBoSung")
    supplemented_at = instant(entry.supplemented_at, f"{place}.NgayTiepNhanBoSung")
    if requested_at is None and supplemented_at is not None:
        raise RejectedError(Reason.MISSING_FIELD, f"{place}.NgayBoSung", "required")
    return requested_at, supplemented_at


def _status_at(status: Status, dates: _Dates) -> datetime:
    """Return when the dossier reached its status; the appointment is a promise, so it never counts."""
    asked: dict[Status, tuple[datetime | None, ...]] = {
        Status.SUBMITTED: (dates.submitted_at,),
        Status.RECEIVED: (dates.received_at,),
        Status.REFUSED: (dates.refused_at,),
        Status.IN_PROGRESS: (dates.received_at, *dates.supplements),
        Status.SUPPLEMENT_REQUESTED: dates.requests,
        Status.FINISHED: (dates.finished_at,),
        Status.RETURNED: (dates.returned_at,),
    }
    known = (dates.submitted_at, dates.received_at, dates.refused_at, dates.finished_at, dates.returned_at)
    at = _latest(*asked.get(status, ())) or _latest(*known, *dates.requests, *dates.supplements)
    if at is None:
        place = "NgayTuChoi" if status is Status.REFUSED else "NgayNopHoSo"
        raise RejectedError(Reason.MISSING_FIELD, place, "required: no date says when this status was reached")
    return at


def _latest(*instants: datetime | None) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


def _supplements(dates: _Dates) -> Iterator[tuple[datetime, Status]]:
    yield from ((at, Status.SUPPLEMENT_REQUESTED) for at in dates.requests)
    yield from ((at, Status.IN_PROGRESS) for at in dates.supplements)


def _components(dossier: SyncedDossier) -> DossierComponents | None:
    if dossier.papers is None and dossier.result_papers is None and dossier.databases is None:
        return None
    components = DossierComponents()
    if dossier.papers is not None:
        papers = [
            (place, paper)
            for place, paper in _placed(dossier.papers, "TaiLieuNop")
            if not flag(paper.deleted, f"{place}.IsDeleted")
        ]
        components.digitised = sum(flag(paper.digitised, f"{place}.DuocSoHoa") for place, paper in papers)
        components.reused = sum(_is_reused(paper, place) for place, paper in papers)
        components.from_personal_store = sum(
            flag(paper.from_personal_store, f"{place}.DuocLayTuKhoDMQG") for place, paper in papers
        )
    if dossier.result_papers is not None:
        components.result_files = len(dossier.result_papers)
    if dossier.databases is not None:
        components.population_data = any(text(link.code) for link in dossier.databases)
    return components


def _is_reused(paper: Paper, place: str) -> bool:
    reused = text(paper.reused)
    if reused not in _REUSED | _NOT_REUSED:
        raise RejectedError(Reason.INVALID_FIELD, f"{place}.DuocTaiSuDung", "not one of the accepted values")
    return reused in _REUSED


def _fee(dossier: SyncedDossier) -> DossierFee | None:
    prices = [
        amount(line.price, f"{place}.Gia")
        for place, line in _placed(dossier.fees, "DanhSachLePhi")
        if line.price is not None
    ]
    if not prices and dossier.paid_by is None:
        return None
    paid_by = None if dossier.paid_by is None else choice(PaidBy, dossier.paid_by, "DuocThanhToanTrucTuyen")
    return DossierFee(amount=sum(prices) if prices else None, paid_by=paid_by)


def _placed(entries: list[Entry] | None, name: str) -> list[tuple[str, Entry]]:
    """Return each entry with its place."""
    return [(f"{name}[{index}]", entry) for index, entry in enumerate(entries or ())]

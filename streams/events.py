"""The event contract: what upstream systems may say, as types.

Each type is one CloudEvents 1.0 `type`, `vn.tthc.<name>.v1`, and the class is its `data`. Absent fields mean
*unchanged*. Unknown fields are ignored and counted: the classes forbid them, so that the decoder's fast path notices.
Fields that can hold personal data are not declared, so they are dropped at decode. Instants are aware datetimes in UTC
once decoded. These classes are the single source of the JSON Schemas and of the AsyncAPI document
(`streams/contracts/`).

`INTERNAL_TYPES` are said by the monitor to itself, from the partition that knows a thing to the one that needs it. They
are on the topics, so they are documented; upstream systems never send them.
"""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=500)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Instant = Annotated[
    datetime,
    Meta(
        description="RFC 3339. Send an offset; an instant without one is read as local time, Asia/Ho_Chi_Minh.",
        extra_json_schema={"format": "date-time"},
    ),
]
Day = Annotated[date, Meta(description="A local date, Asia/Ho_Chi_Minh.")]
Dong = Annotated[int, Meta(ge=0, le=10**15)]  # far above any fee, and within 64 bits


class Status(IntEnum):
    """Dossier status (trạng thái hồ sơ): the national codes."""

    SUBMITTED = 1  # Mới đăng ký
    RECEIVED = 2  # Được tiếp nhận
    REFUSED = 3  # Không được tiếp nhận
    IN_PROGRESS = 4  # Đang xử lý
    SUPPLEMENT_REQUESTED = 5  # Yêu cầu bổ sung giấy tờ
    FEE_DUE = 6  # Yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWN = 7  # Công dân yêu cầu rút hồ sơ
    STOPPED = 8  # Dừng xử lý
    FINISHED = 9  # Đã xử lý xong
    RETURNED = 10  # Đã trả kết quả


class Channel(IntEnum):
    """How a dossier was filed (kênh thực hiện)."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class ServiceLevel(IntEnum):
    """Level of an online public service (mức độ dịch vụ công)."""

    INFORMATION = 2
    PARTLY_ONLINE = 3  # một phần
    FULL_ONLINE = 4  # toàn trình


class LimitUnit(StrEnum):
    """Unit of a processing limit (đơn vị tính)."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class PaidBy(IntEnum):
    """How a fee was paid (được thanh toán trực tuyến)."""

    NOT_PAID = 0
    NATIONAL_PORTAL = 1
    OTHER_GATEWAY = 2
    NOT_ONLINE = 3


class Demand(StrEnum):
    """What an agency still demanded in person."""

    PRESENCE = "presence"
    PAPER = "paper"
    ORIGINAL = "original"
    PHOTO = "photo"
    RECEIPT = "receipt"


class Outcome(StrEnum):
    """What became of a message to the national portal."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"


class PetitionState(StrEnum):
    """State of a petition (phản ánh kiến nghị)."""

    RECEIVED = "received"
    REFUSED = "refused"
    SUPPLEMENT = "supplement"
    PROCESSING = "processing"
    PROCESSED = "processed"
    PUBLISHED = "published"


class PetitionKind(StrEnum):
    """What a petition is about."""

    PROCEDURE = "procedure"
    STAFF = "staff"


class Portal(StrEnum):
    """Where a procedure is listed."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"


class Usage(StrEnum):
    """How a dossier used its procedure."""

    ONLINE = "online"
    PAID_ONLINE = "paid_online"
    POPULATION_DATA = "population_data"


class Limit(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The processing limit promised at reception (thời hạn giải quyết)."""

    amount: Annotated[int, Meta(ge=1, le=10_000)]
    unit: LimitUnit


class Step(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One internal step with a date of its own."""

    name: Code
    due_at: Instant


class Data(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of every event's `data`."""

    type: ClassVar[str]
    dropped: ClassVar[frozenset[str]] = frozenset()
    """Fields of the contract that are read by nobody: not unknown, but not kept either."""


class DossierStatus(Data):
    """A dossier reached a status, at the event's `time`."""

    type: ClassVar[str] = "vn.tthc.dossier.status.v1"

    agency: Code
    procedure: Code
    status: Status
    channel: Channel | None = None
    level: ServiceLevel | None = None
    submitted_at: Instant | None = None
    received_at: Instant | None = None
    due_at: Instant | None = None
    finished_at: Instant | None = None
    returned_at: Instant | None = None
    step: Step | None = None
    limit: Limit | None = None


class DossierProgress(Data):
    """A dossier reached a status, as told by a message that names no procedure (the portal's progress message)."""

    type: ClassVar[str] = "vn.tthc.dossier.progress.v1"

    status: Status
    agency: Code | None = None
    step: Step | None = None


class DossierExtended(Data):
    """The appointment was moved (gia hạn). The reason's free text is dropped: it may name people."""

    type: ClassVar[str] = "vn.tthc.dossier.extended.v1"
    dropped: ClassVar[frozenset[str]] = frozenset({"reason"})

    due_at: Instant


class DossierApology(Data):
    """A written apology was sent (thư xin lỗi)."""

    type: ClassVar[str] = "vn.tthc.dossier.apology.v1"

    sent_at: Instant
    new_due_at: Instant | None = None


class DossierComponents(Data):
    """Papers of a dossier (thành phần hồ sơ), counted."""

    type: ClassVar[str] = "vn.tthc.dossier.components.v1"

    digitised: Count | None = None
    reused: Count | None = None
    from_personal_store: Count | None = None
    demanded_again: Count | None = None
    result_files: Count | None = None
    population_data: bool | None = None
    result_required: bool | None = None


class DossierFee(Data):
    """A fee (phí, lệ phí), in đồng, and how it was paid."""

    type: ClassVar[str] = "vn.tthc.dossier.fee.v1"

    amount: Dong | None = None
    payable_online: bool | None = None
    paid_by: PaidBy | None = None
    paid_at: Instant | None = None


class DossierDemand(Data):
    """The agency demanded something in person."""

    type: ClassVar[str] = "vn.tthc.dossier.demand.v1"

    what: Demand


class DossierPortal(Data):
    """A message about the dossier was sent to, acknowledged by or rejected by the national portal, at `time`."""

    type: ClassVar[str] = "vn.tthc.dossier.portal.v1"

    outcome: Outcome
    status: Status | None = None
    due_at: Instant | None = None
    finished_at: Instant | None = None
    error_code: Annotated[str, Meta(max_length=20)] | None = None


class DossierRating(Data):
    """The citizen rated the service."""

    type: ClassVar[str] = "vn.tthc.dossier.rating.v1"

    liked: bool


class DossierPetition(Data):
    """Internal: a petition that lives elsewhere names the dossier."""

    type: ClassVar[str] = "vn.tthc.dossier.petition.v1"

    petition: Code


class Petition(Data):
    """A petition (phản ánh kiến nghị, PAKN) reached a state."""

    type: ClassVar[str] = "vn.tthc.petition.v1"

    agency: Code
    state: PetitionState
    kind: PetitionKind | None = None
    disliked: bool | None = None
    repeated: bool | None = None
    dossier: Code | None = None


class Procedure(Data):
    """An administrative procedure (thủ tục hành chính) as it is announced, published and listed."""

    type: ClassVar[str] = "vn.tthc.procedure.v1"

    issuer: Code
    listed_on: Annotated[list[Portal], Meta(max_length=10)] | None = None
    level: ServiceLevel | None = None
    fee: bool | None = None
    online_payment: bool | None = None
    citizen: bool | None = None
    limit: Limit | None = None
    parts_missing: Annotated[list[Code], Meta(max_length=100)] | None = None
    effective_at: Instant | None = None
    decided_at: Instant | None = None
    announced_at: Instant | None = None
    published_at: Instant | None = None
    abolished_at: Instant | None = None


class ProcedureUsage(Data):
    """Internal: when dossiers of an agency in one partition last used the procedure so; no `day`: none does any more.

    Of what a partition says of an agency and a kind, the highest `sequence` counts, whatever `time` says.
    """

    type: ClassVar[str] = "vn.tthc.procedure.usage.v1"

    agency: Code
    kind: Usage
    partition: Count
    day: Day | None = None


class AgencyHeartbeat(Data):
    """The agency's system is alive, though it may have nothing to report."""

    type: ClassVar[str] = "vn.tthc.agency.heartbeat.v1"


class AgencyTotals(Data):
    """How many dossiers the agency says it received on a day (local date)."""

    type: ClassVar[str] = "vn.tthc.agency.totals.v1"

    day: Day
    received: Count


DossierData = (
    DossierStatus
    | DossierProgress
    | DossierExtended
    | DossierApology
    | DossierComponents
    | DossierFee
    | DossierDemand
    | DossierPortal
    | DossierRating
    | DossierPetition
)
EventData = DossierData | Petition | Procedure | ProcedureUsage | AgencyHeartbeat | AgencyTotals

DOSSIER_TYPES: tuple[type[Data], ...] = (
    DossierStatus,
    DossierProgress,
    DossierExtended,
    DossierApology,
    DossierComponents,
    DossierFee,
    DossierDemand,
    DossierPortal,
    DossierRating,
    DossierPetition,
)
ALL_TYPES: tuple[type[Data], ...] = (
    *DOSSIER_TYPES,
    Petition,
    Procedure,
    ProcedureUsage,
    AgencyHeartbeat,
    AgencyTotals,
)
INTERNAL_TYPES: frozenset[type[Data]] = frozenset({DossierPetition, ProcedureUsage})
CANONICAL_TYPES: dict[str, type[Data]] = {data.type: data for data in ALL_TYPES}


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One decoded event, whatever form it arrived in.

    `at` is the CloudEvents `time` (UTC); `sequence` orders events of one instant; `subject` is the dossier, petition,
    procedure or agency code.
    """

    source: str
    id: str
    at: datetime
    subject: str
    data: EventData
    sequence: int = 0

"""Who takes part in the simulated province: agencies with a character each, and the procedures they handle."""

from enum import Enum
from random import Random

import msgspec

from streams.events import Limit, LimitUnit, ServiceLevel

PROVINCE = "H42"  # Ninh Bình, of which Nam Định is a part since 1-7-2025


class Voice(Enum):
    """In which form an agency's system speaks."""

    CANONICAL = "own events, as CloudEvents"
    MIRROR = "the messages it sends to the national portal, as they are"


class Sync(Enum):
    """How an agency keeps the national portal informed."""

    PROMPT = "within minutes"
    SLOW = "hours later"
    PATCHY = "often not at all"
    EMBELLISHED = "promptly, but what has stopped is reported as finished"


class Writing(Enum):
    """How an agency's system writes an instant."""

    UTC = "2026-11-24T03:00:00Z"
    OFFSET = "2026-11-24T10:00:00+07:00"
    LOCAL = "2026-11-24T10:00:00"
    PORTAL = "20261124100000"
    PORTAL_DASHED = "2026-11-24 10:00:00"
    PORTAL_ISO = "2026-11-24T10:00:00.000"


class Character(msgspec.Struct, frozen=True, kw_only=True):
    """What sets an agency apart."""

    voice: Voice
    writing: Writing
    sync: Sync = Sync.PROMPT
    late: float = 0.02  # share of dossiers that miss their appointment
    pace: float = 0.6  # usual share of the limit that is used
    batch_seconds: int = 0  # delivers what has gathered, this often; 0: at once
    silent_days: int = 0  # nothing has come from it for this long before the history's end


# The majority is fine, as in a real province; every bottleneck has its agency. Beyond a dozen the characters repeat.
CHARACTERS = (
    Character(voice=Voice.CANONICAL, writing=Writing.OFFSET),
    Character(voice=Voice.MIRROR, writing=Writing.PORTAL),
    Character(voice=Voice.CANONICAL, writing=Writing.UTC, pace=0.45),
    Character(voice=Voice.MIRROR, writing=Writing.PORTAL_DASHED, batch_seconds=1_800),
    Character(voice=Voice.CANONICAL, writing=Writing.LOCAL, late=0.3, pace=0.85),
    Character(voice=Voice.CANONICAL, writing=Writing.OFFSET, sync=Sync.PATCHY),
    Character(voice=Voice.MIRROR, writing=Writing.PORTAL, pace=0.7),
    Character(voice=Voice.CANONICAL, writing=Writing.UTC, batch_seconds=3_600),
    Character(voice=Voice.CANONICAL, writing=Writing.OFFSET, silent_days=5),
    Character(voice=Voice.MIRROR, writing=Writing.PORTAL_ISO, sync=Sync.SLOW, pace=0.75),
    Character(voice=Voice.CANONICAL, writing=Writing.OFFSET, sync=Sync.EMBELLISHED),
    Character(voice=Voice.MIRROR, writing=Writing.PORTAL, sync=Sync.PATCHY, late=0.2, pace=0.8),
)


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """An administrative procedure (thủ tục hành chính), as far as the simulation needs it."""

    code: str
    field: str
    limit: Limit
    gives_appointments: bool  # else only the limit is promised, by those whose messages can say so
    fee: int
    payable_online: bool
    level: ServiceLevel


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """A department or commune, and what it handles."""

    code: str
    character: Character
    procedures: tuple[Procedure, ...]
    weight: float


_WORKING_DAYS = (1, 1, 2, 3, 3, 3, 5, 5, 7, 10, 15, 30)
# One procedure of each agency promises no date but only a limit, and they take turns in its unit.
_LIMITS_ONLY = (
    (LimitUnit.HOURS, (4, 8, 24)),
    (LimitUnit.DAYS, (3, 7, 15)),
    (LimitUnit.WORKING_DAYS, (2, 5)),
    (LimitUnit.MONTHS, (1,)),
)
_FEES = (0, 0, 0, 8_000, 20_000, 50_000, 75_000, 150_000, 500_000)
_LEVELS = (ServiceLevel.FULL_ONLINE, ServiceLevel.FULL_ONLINE, ServiceLevel.PARTLY_ONLINE, ServiceLevel.INFORMATION)


def agencies(count: int, seed: int) -> tuple[Agency, ...]:
    """Return the province's agencies, `H42.01` and so on; the same for the same seed."""
    rng = Random(f"{seed}/province")
    return tuple(
        Agency(
            code=f"{PROVINCE}.{number + 1:02d}",
            character=CHARACTERS[number % len(CHARACTERS)],
            procedures=(_limit_only(number, rng), *(any_procedure(rng) for _ in range(rng.randint(3, 8)))),
            weight=rng.uniform(0.5, 2.0),
        )
        for number in range(count)
    )


def _limit_only(number: int, rng: Random) -> Procedure:
    unit, amounts = _LIMITS_ONLY[number % len(_LIMITS_ONLY)]
    limit = Limit(amount=rng.choice(amounts), unit=unit)
    return msgspec.structs.replace(any_procedure(rng), limit=limit, gives_appointments=False)


def any_procedure(rng: Random) -> Procedure:
    """Return a procedure as any agency may handle it."""
    fee = rng.choice(_FEES)
    return Procedure(
        code=f"{rng.choice('12')}.{rng.randint(1, 12_999):06d}.000.00.00.{PROVINCE}",
        field=f"G{rng.randint(1, 20):02d}",
        limit=Limit(amount=rng.choice(_WORKING_DAYS), unit=LimitUnit.WORKING_DAYS),
        gives_appointments=True,
        fee=fee,
        payable_online=fee > 0 and rng.random() < 0.7,  # noqa: PLR2004 - a share
        level=rng.choice(_LEVELS),
    )

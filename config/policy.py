"""Dated policy: limits and thresholds, in force from a date on (`policy.yaml`)."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from config.clock import VIETNAM

DEFAULT_FILE = Path(__file__).with_name("policy.yaml")
_DURATION = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class PolicyError(ValueError):
    """The policy file says something that cannot be obeyed."""


class SyncLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the portal's acknowledgement may be missing, in wall time, before it is a warning, then critical."""

    warning: timedelta
    critical: timedelta


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the policy."""

    effective_from: datetime
    source: str
    sync_limits: dict[str, SyncLimit]
    overdue_ages: tuple[timedelta, ...]
    watermark_slack: timedelta
    live_within: timedelta

    def sync_limit(self, agency: str) -> SyncLimit:
        """Return the limit of `agency`, or the default one."""
        return self.sync_limits.get(agency) or self.sync_limits["default"]


class Policies:
    """All versions of the policy, by the date each takes effect."""

    def __init__(self, versions: Sequence[Policy]) -> None:
        if not versions:
            raise PolicyError("policy: no version is given")
        self._versions = sorted(versions, key=lambda version: version.effective_from)
        self._starts = [version.effective_from for version in self._versions]

    def at(self, instant: datetime) -> Policy:
        """Return the version in force at `instant`; the first one also for instants before it."""
        return self._versions[max(bisect_right(self._starts, instant) - 1, 0)]


class _LimitRow(msgspec.Struct, forbid_unknown_fields=True):
    warning: str
    critical: str


class _VersionRow(msgspec.Struct, forbid_unknown_fields=True):
    effective_from: date
    source: str
    sync_limits: dict[str, _LimitRow]
    overdue_ages: list[str]
    watermark_slack: str
    live_within: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    versions: list[_VersionRow]


def duration(text: str) -> timedelta:
    """Read a duration such as `90s`, `10m`, `2h` or `1d`.

    Raises:
        PolicyError: the text is not a duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise PolicyError(f"not a duration: {text!r} (write 90s, 10m, 2h or 1d)")
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise PolicyError(f"too long a duration: {text!r}") from None


def load_policies(file: Path | str = "") -> Policies:
    """Read a policy file; "" is the one that comes with the program.

    Raises:
        PolicyError: naming the file and the field at fault.
    """
    file = file or DEFAULT_FILE
    try:
        rows = msgspec.yaml.decode(Path(file).read_bytes(), type=_File).versions
        return Policies([_version(row) for row in rows])
    except (msgspec.DecodeError, OSError, PolicyError) as error:
        raise PolicyError(f"{file}: {error}") from error


def _version(row: _VersionRow) -> Policy:
    limits = {
        agency: SyncLimit(warning=duration(limit.warning), critical=duration(limit.critical))
        for agency, limit in row.sync_limits.items()
    }
    if "default" not in limits:
        raise PolicyError("sync_limits: a default is required")
    for agency, limit in limits.items():
        if limit.critical <= limit.warning:
            raise PolicyError(f"sync_limits.{agency}: critical must come after warning")
    ages = tuple(duration(age) for age in row.overdue_ages)
    if not ages or list(ages) != sorted(set(ages)):
        raise PolicyError("overdue_ages: write at least one, in rising order, each once")
    return Policy(
        effective_from=datetime.combine(row.effective_from, time(), VIETNAM).astimezone(UTC),
        source=row.source,
        sync_limits=limits,
        overdue_ages=ages,
        watermark_slack=duration(row.watermark_slack),
        live_within=duration(row.live_within),
    )

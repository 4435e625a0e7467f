"""What can be checked without any service: settings, policy, working calendar, disk."""

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from config.calendar import Calendars, load_calendars
from config.clock import VIETNAM, Clock, local_date
from config.policy_file import DEFAULT_FILE
from config.rulebook import load_rulebook
from config.settings import PREFIX, Settings
from dunghan.doctor.checks import Result, Unwell, Verdict, failed, ok, skipped, warning
from dunghan.doctor.probe import listens
from streams.calendar_feed import read_documents
from streams.scan import ScanError

_UNCONFIRMED = timedelta(days=31)
"""A year that nobody has decided yet may stand in the calendar until a month before it begins."""
_GIB = 1024**3
_DISK_FULL = _GIB  # one segment of a topic: Kafka makes the next one as large, and stops when it cannot
_DISK_LOW = 5 * _GIB
_APPLY = "write the year's file by its notice, then: dunghan calendar apply (docs/runbooks/TthcCalendarExpires.md)"


def settings_check(settings: Settings, environment: Mapping[str, str]) -> Result:
    """Say which settings are given; what they say is the other checks' business."""
    settings.ssl_context()  # raises if a certificate cannot be read
    given = sorted(name for name in environment if name.startswith(PREFIX))
    if settings.kafka_security_protocol == "SASL_PLAINTEXT":
        return warning(
            "the password for Kafka travels unencrypted (DUNGHAN_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT)",
            "let the brokers listen with TLS, and set SASL_SSL",
        )
    return ok(f"set: {', '.join(given)}" if given else "none set: the defaults of the local stack")


def policy(settings: Settings, clock: Clock) -> Result:
    """Read the policy under the calendar, which refuses contradictions."""
    try:
        policies = load_rulebook(settings.policy_file, settings.calendar_dir).policies
    except ValueError as error:  # of the policy or of the calendar: both name file and field
        raise Unwell(str(error), "mend the file, then: dunghan policy check") from error
    now = policies.at(clock.now())
    count = len(policies.versions)
    which = f"{count} version{'s' if count > 1 else ''}, that of {now.day} in force"
    return ok(f"{settings.policy_file or DEFAULT_FILE.name}: {which}, no contradiction")


def calendar(settings: Settings, clock: Clock) -> Result:
    """Judge the calendar of the files and, if that is not enough, with what was applied to the running workers."""
    try:
        calendars = load_calendars(settings.calendar_dir)
    except ValueError as error:
        raise Unwell(str(error), "mend the file, then: dunghan calendar check") from error
    judged = judge_calendar(calendars, clock.now())
    if judged.verdict is Verdict.OK or not listens(settings):
        return judged
    try:
        return judge_calendar(calendars.with_documents(read_documents(settings)), clock.now())
    except ScanError:  # told by the checks of Kafka
        return judged


def judge_calendar(calendars: Calendars, now: datetime) -> Result:
    """Say whether the calendar reaches far enough: next year's is due on 1 November."""
    until = f"valid until {calendars.valid_until.astimezone(VIETNAM):%Y-%m-%d}"
    if calendars.valid_until <= now:
        return failed(f"{until}: deadlines are counted without any holiday", _APPLY)
    if (missing := calendars.missing_year(local_date(now))) is not None:
        return warning(f"{until}: {missing} is missing, and limits that reach into it are wrong", _APPLY)
    unconfirmed = calendars.at(now).unconfirmed
    if any(_begins(year) - now < _UNCONFIRMED for year in unconfirmed):
        return warning(f"{until}, but not decided: {_years(unconfirmed)}", _APPLY)
    return ok(f"{until}{f', not decided yet: {_years(unconfirmed)}' if unconfirmed else ''}")


def _begins(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=VIETNAM)


def _years(years: tuple[int, ...]) -> str:
    return ", ".join(map(str, years))


def disk(folder: Path) -> Result:
    """Judge the room for the local stack's data."""
    if not folder.is_dir():
        return skipped(f"no local stack in {folder}")
    return judge_disk(folder, shutil.disk_usage(folder).free)


def judge_disk(folder: Path, free: int) -> Result:
    """Say whether the free bytes are enough."""
    found = f"{free / _GIB:.1f} GiB free for {folder}"
    remedy = f"make room on that disk; who takes what: du -sh {folder}/*"
    if free < _DISK_FULL:
        return failed(f"{found}: Kafka stops when it cannot make a segment of 1 GiB", remedy)
    return warning(found, remedy) if free < _DISK_LOW else ok(found)

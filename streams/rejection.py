"""Why an input cannot be applied: a closed set of reasons, and one clear line of detail without its content."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """The closed set of reasons in the dead-letter topic and in `tthc_dead_letters_total{reason}`."""

    EMPTY = "empty"  # a tombstone or an empty value
    MALFORMED = "malformed"  # not JSON, or not UTF-8
    UNRECOGNISED = "unrecognised"  # JSON, but neither a CloudEvent nor one of the portal's messages
    UNSUPPORTED = "unsupported"  # a CloudEvent of another specversion, or with a body that is not JSON
    TOO_MUCH = "too_much"  # larger or deeper than a record may be; more than a record may say, or its subject may hold
    UNKNOWN_TYPE = "unknown_type"  # a CloudEvent of a type this monitor does not know
    WRONG_TOPIC = "wrong_topic"  # a known event that belongs on another topic
    MISSING_FIELD = "missing_field"  # a required field or attribute is absent or ""
    INVALID_FIELD = "invalid_field"  # a field has another type, or a value outside its list
    INVALID_TIME = "invalid_time"  # a date in none of the accepted forms, or one that does not exist
    SETTLED = "settled"  # about a dossier that ended longer ago than facts are kept
    FUTURE_TIME = "future_time"  # an event that claims to have happened well after it was recorded


class Rejection(msgspec.Struct, frozen=True):
    """One refusal. `detail` names the place at fault and never repeats what stood there: it may be personal data."""

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class RejectedError(ValueError):
    """Raised inside the decoder; never leaves `streams.decode`.

    `place` is a path below the object being read (`step.due_at`, `[17].NgayTiepNhan`, or "" for the object itself);
    whoever reads the object around it adds its own path with `within`.
    """

    def __init__(self, reason: Reason, place: str, problem: str) -> None:
        super().__init__(f"{reason}: {place}: {problem}")
        self.reason = reason
        self.place = place
        self.problem = problem

    def within(self, outer: str) -> "RejectedError":
        """Return the same refusal, placed inside the object at `outer`."""
        dot = "." if outer and self.place and not self.place.startswith("[") else ""
        return RejectedError(self.reason, f"{outer}{dot}{self.place}", self.problem)

    @property
    def rejection(self) -> Rejection:
        """What is reported."""
        return Rejection(self.reason, f"{self.place}: {self.problem}")

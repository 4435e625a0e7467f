"""The alert contract: what the monitor says on the topic `dossier-alerts`, for whoever delivers alerts to people.

One alert is one *cycle* of one rule broken by one subject: raised, changed any number of times, resolved. The worker
that serves the subject writes each step in the transaction of the state that it follows from, so there is none too many
and none too few. A step is a CloudEvent 1.0 (structured JSON) whose `id` is the same however often it is read.

The topic is compacted by the key `<rule>/<subject>`: it holds the last step of every alert, so whoever reads it from
the start knows all that are active. A resolved alert is followed by a tombstone of its key, so the topic does not grow.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from streams.events import Code

TOLD_KEY = b"t"
"""Before the changelog keys of what was told: it was, whatever version the state has, so it is kept apart."""


class Change(StrEnum):
    """The step of an alert's life."""

    RAISED = "raised"
    CHANGED = "changed"
    """It still holds, but its severity, its agency or the instant since when it holds is another one."""
    RESOLVED = "resolved"


class SubjectKind(StrEnum):
    """What an alert is about."""

    DOSSIER = "dossier"
    PROCEDURE = "procedure"
    PETITION = "petition"


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be said of one alert, as of a step of its life. Instants are UTC."""

    rule: str
    """Id of the rule that is broken: `docs/rules/<id>.md`."""
    kind: SubjectKind
    agency: Code
    severity: str
    """`info`, `warning`, `critical` or `violation`."""
    change: Change
    cycle: datetime
    """When it was raised, or the least instant after its partition's last: with rule and subject, its identity."""
    number: int
    """Of the step: 0 for raised, then counting up."""
    since: datetime
    """Since when the rule has been broken, as known now."""
    raised_at: datetime
    """As of when it was judged when the alert was raised."""
    due_at: datetime | None = None
    """The deadline of a dossier, where it has one."""
    backfill: bool = False
    """It had been so for long before anybody watched, and nothing live was said of it: list it, page nobody.

    A change may take it back.
    """


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The CloudEvent of one step."""

    id: str
    time: datetime
    """As of when it was judged."""
    subject: Code
    data: Alert
    specversion: Literal["1.0"] = "1.0"
    type: Literal["vn.tthc.alert.v1"] = "vn.tthc.alert.v1"
    source: Literal["/dunghan"] = "/dunghan"  # and `id` is unique there, whichever worker says it
    datacontenttype: Literal["application/json"] = "application/json"

    @property
    def key(self) -> str:
        """The Kafka key: the rule and its subject."""
        return f"{self.data.rule}/{self.subject}"

    @property
    def alert_id(self) -> str:
        """The identity of the alert, the same for all its steps."""
        return _identity(self.data, self.subject)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AlertEvent)


def alert_event(alert: Alert, *, subject: str, at: datetime) -> AlertEvent:
    """Return the event of a step, judged at `at`."""
    return AlertEvent(id=f"{_identity(alert, subject)}/{alert.number}", time=at, subject=subject, data=alert)


def _identity(alert: Alert, subject: str) -> str:
    return f"{alert.rule}/{subject}/{alert.cycle:%Y%m%dT%H%M%S.%fZ}"


def encode_alert(event: AlertEvent) -> bytes:
    """Return the bytes of a step as they are on the topic."""
    return _encoder.encode(event)


def decode_alert(value: bytes) -> AlertEvent:
    """Read a step back.

    Raises:
        msgspec.DecodeError: it is not one.
    """
    return _decoder.decode(value)

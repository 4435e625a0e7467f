"""Marks in Grafana: few, of what is grave and new, each made once."""

import asyncio

from alerts.delivery.sink import Outcome
from alerts.delivery.steps import Step
from alerts.grafana.annotations import GrafanaAnnotations, Mark, marks
from alerts.grafana.client import GrafanaError, RejectedError, UnreachableError
from config.clock import FixedClock
from config.settings import Settings
from streams.alerts import encode_alert
from support.alert_events import AT, SECOND, changed, raised, resolved


class FailingOnce:
    """A Grafana that takes some marks, then says no once, then takes all."""

    def __init__(self, takes: int, error: GrafanaError) -> None:
        self.taken: list[str] = []
        self._left = takes
        self._error = error

    def annotate(self, *, text: str, **_: object) -> None:
        self._left -= 1
        if self._left == -1:
            raise self._error
        self.taken.append(text)


def test_only_what_is_grave_new_and_raised_is_marked() -> None:
    event = raised("D-1", severity="critical")
    others = [
        raised("D-2", severity="warning"),
        raised("D-3", severity="violation", backfill=True),
        changed(raised("D-4"), at=AT, severity="critical"),
        resolved(event, at=AT),
    ]

    assert marks([*others, event]) == [
        Mark(AT, "H42.17: thêm 1 hồ sơ: quá hạn giải quyết hồ sơ", ("dunghan", "TthcDossierOverdue", "H42.17"))
    ]
    assert marks(others) == []


def test_many_of_one_agency_and_rule_are_one_mark_that_counts_them() -> None:
    events = [raised(f"D-{number}", severity="critical", at=AT + number * SECOND) for number in range(300)]

    (mark,) = marks(events)

    assert (mark.at, mark.text) == (AT, "H42.17: thêm 300 hồ sơ: quá hạn giải quyết hồ sơ")


def test_a_whole_province_at_once_is_one_mark() -> None:
    events = [raised(f"D-{number}", severity="critical", agency=f"H42.{number % 150}") for number in range(300)]

    (mark,) = marks(events)

    assert mark.text == "300 cảnh báo nghiêm trọng mới ở 150 cơ quan"


def steps() -> tuple[Step, ...]:
    events = [raised(f"D-{number}", severity="critical", agency=f"H42.0{number}") for number in range(5)]
    return tuple(Step(event, encode_alert(event)) for event in events)


def test_a_grafana_that_fails_halfway_gets_the_rest_and_not_all_again() -> None:
    grafana = FailingOnce(2, UnreachableError("503"))
    sink = GrafanaAnnotations(Settings(), FixedClock(AT), grafana)
    parcel = steps()

    outcomes = [asyncio.run(sink._deliver(parcel)) for _ in range(2)]

    assert outcomes == [Outcome.FAILED, Outcome.DELIVERED]
    assert [text[:6] for text in grafana.taken] == [f"H42.0{number}" for number in range(5)]


def test_a_mark_that_grafana_finds_faulty_is_passed_over() -> None:
    grafana = FailingOnce(2, RejectedError("400"))
    sink = GrafanaAnnotations(Settings(), FixedClock(AT), grafana)

    assert asyncio.run(sink._deliver(steps())) is Outcome.DELIVERED
    assert [text[:6] for text in grafana.taken] == ["H42.00", "H42.01", "H42.03", "H42.04"]
    assert sink.progress.results == {"refused": 1}

"""What dossiers tell procedures: when each was last used, once it changes, and also that it is not any more."""

from datetime import date

from builders import CODE, DAY, HOUR, PROCEDURE, event, local, status
from partition import Partition
from streams.events import DossierComponents, DossierFee, Event, PaidBy, ProcedureUsage, Usage

NOW = local("2026-11-05 09:00")


def told(served: Partition, *events: Event) -> list[tuple[str, Usage, date | None]]:
    """Apply events as one chunk; return what procedures are told."""
    return [
        (one.subject, one.data.kind, one.data.day)
        for one in served.tell(*events).forwards
        if isinstance(one.data, ProcedureUsage)
    ]


def online(at: object, code: str = CODE) -> Event:
    return status(at, 2, code=code, channel=2)  # type: ignore[arg-type]


def test_a_dossier_received_online_tells_its_procedure_the_day() -> None:
    assert told(Partition(NOW), online(NOW)) == [(PROCEDURE, Usage.ONLINE, date(2026, 11, 5))]


def test_an_earlier_use_changes_nothing_and_is_not_told() -> None:
    served = Partition(NOW)
    told(served, online(NOW))
    assert told(served, online(NOW - 3 * DAY, "D-2")) == []


def test_a_later_use_is_told() -> None:
    served = Partition(NOW)
    told(served, online(NOW - 3 * DAY))
    assert told(served, online(NOW, "D-2")) == [(PROCEDURE, Usage.ONLINE, date(2026, 11, 5))]


def test_a_use_that_is_corrected_falls_back_to_the_one_before() -> None:
    served = Partition(NOW)
    told(served, online(NOW - 3 * DAY), online(NOW, "D-2"))
    corrected = status(NOW + HOUR, 4, code="D-2", channel=1)
    assert told(served, corrected) == [(PROCEDURE, Usage.ONLINE, date(2026, 11, 2))]


def test_the_last_use_that_is_taken_back_is_told_as_none() -> None:
    served = Partition(NOW)
    told(served, online(NOW))
    assert told(served, status(NOW + HOUR, 4, channel=3)) == [(PROCEDURE, Usage.ONLINE, None)]


def test_an_online_payment_and_population_data_are_uses_of_their_own() -> None:
    served = Partition(NOW)
    told(served, status(NOW, 2))
    fee = event(NOW + HOUR, DossierFee(amount=1000, paid_by=PaidBy.NATIONAL_PORTAL))
    data = event(NOW + HOUR, DossierComponents(population_data=True))
    assert sorted(told(served, fee, data)) == [
        (PROCEDURE, Usage.PAID_ONLINE, date(2026, 11, 5)),
        (PROCEDURE, Usage.POPULATION_DATA, date(2026, 11, 5)),
    ]


def test_after_a_restart_nothing_is_told_again_and_corrections_still_are() -> None:
    served = Partition(NOW)
    told(served, online(NOW))
    served.restart()
    assert told(served, online(NOW)) == []
    assert told(served, status(NOW + HOUR, 4, channel=1)) == [(PROCEDURE, Usage.ONLINE, None)]

"""Steps of alerts from the real broker to a real receiver: each once, in order, whatever is stopped in between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from streams.alerts import AlertEvent
from support.alert_events import AT, MINUTE, changed, raised, resolved
from support.deliver import SECRET, DeliverProcess, Receiver, publish
from support.workers import wait_until

pytestmark = pytest.mark.stack

LIVES = 20  # of alerts, with three steps each


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def settings(make_settings: Callable[..., Settings], receiver: Receiver) -> Settings:
    return make_settings(webhook_url=receiver.url, webhook_secret=SECRET, partitions=4)


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., DeliverProcess]]:
    """Start deliverers, and wait until each has its place in the topic."""
    started: list[DeliverProcess] = []

    def begin(*sinks: str) -> DeliverProcess:
        process = DeliverProcess(settings, tmp_path, *(sinks or ("webhook",)))
        started.append(process)
        wait_until(lambda: "webhook: delivers" in process.log.read_text(), 20, "the place in the topic")
        return process

    yield begin
    for process in started:
        process.kill()


def lives(mark: str) -> list[AlertEvent]:
    first = [raised(f"{mark}-{number}") for number in range(LIVES)]
    graver = [changed(event, at=AT + MINUTE, severity="critical") for event in first]
    return [*first, *graver, *(resolved(event, at=AT + 2 * MINUTE) for event in graver)]


def got_all(receiver: Receiver, *marks: str) -> bool:
    return len(receiver.bodies) >= len(marks) * LIVES * 3


def check_each_once_in_order(receiver: Receiver, *marks: str) -> None:
    for mark in marks:
        for number in range(LIVES):
            assert receiver.steps_of(f"{mark}-{number}") == [0, 1, 2]
    assert len(set(receiver.ids)) == len(receiver.ids) == len(marks) * LIVES * 3


def test_each_step_comes_once_and_in_order_over_graceful_restarts(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    publish(settings, lives("history"))  # before anybody was connected: not told
    first = start()
    publish(settings, lives("a"))
    wait_until(lambda: len(receiver.bodies) > LIVES, 20, "some of it")
    first.stop()
    publish(settings, lives("b"))
    second = start()
    wait_until(lambda: got_all(receiver, "a", "b"), 30, "the rest")
    second.stop()

    check_each_once_in_order(receiver, "a", "b")


def test_what_comes_while_nobody_delivers_is_not_missed_even_if_nothing_came_before(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    publish(settings, lives("history"))
    start().stop()
    publish(settings, lives("a"))
    start()
    wait_until(lambda: got_all(receiver, "a"), 30, "all of it")

    check_each_once_in_order(receiver, "a")


def test_a_receiver_that_is_down_delays_and_loses_nothing(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    process = start()
    receiver.status = 503
    publish(settings, lives("a"))
    wait_until(lambda: receiver.asked >= 2, 20, "tries")
    wait_until(lambda: process.metric("tthc_delivery_lag_records", sink="webhook") or 0, 10, "the lag")
    receiver.status = 204
    wait_until(lambda: got_all(receiver, "a"), 30, "all of it")

    check_each_once_in_order(receiver, "a")
    wait_until(lambda: process.metric("tthc_delivery_lag_records", sink="webhook") == 0, 10, "no lag any more")


def test_what_the_receiver_refuses_holds_up_nothing(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    process = start()
    receiver.status = 422
    publish(settings, lives("bad"))
    wait_until(lambda: receiver.asked == LIVES * 3, 20, "all offered")
    receiver.status = 204
    publish(settings, lives("good"))
    wait_until(lambda: got_all(receiver, "good"), 20, "the next ones")

    check_each_once_in_order(receiver, "good")
    assert process.metric("tthc_delivery_total", sink="webhook", result="refused") == LIVES * 3


def test_killed_it_loses_nothing_and_repeats_only_what_was_in_hand(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    first = start()
    publish(settings, lives("a"))
    wait_until(lambda: len(receiver.bodies) > LIVES, 20, "some of it")
    first.kill()
    start()
    wait_until(lambda: len(set(receiver.ids)) == LIVES * 3, 40, "the rest")

    assert len(receiver.ids) - len(set(receiver.ids)) <= settings.partitions


def test_several_share_the_work_and_none_does_it_twice(
    settings: Settings, receiver: Receiver, start: Callable[..., DeliverProcess]
) -> None:
    receiver.seconds = 0.3
    start()
    publish(settings, lives("a"))
    wait_until(lambda: len(receiver.bodies) > LIVES // 2, 20, "some of it")
    second = start()  # the partitions are shared out anew while the receiver has some in hand
    receiver.seconds = 0.0
    publish(settings, lives("b"))
    wait_until(lambda: got_all(receiver, "a", "b"), 30, "all")
    assert second.metric("tthc_delivery_total", sink="webhook", result="delivered")
    second.stop()
    publish(settings, lives("c"))
    wait_until(lambda: got_all(receiver, "a", "b", "c"), 30, "the last ones")

    check_each_once_in_order(receiver, "a", "b", "c")

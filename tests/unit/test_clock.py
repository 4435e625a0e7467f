"""What time it is, and how an instant is read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from config.clock import VIETNAM, FixedClock, SystemClock, from_timestamp_ms, in_utc, parse_instant

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_the_system_clock_tells_the_present_in_utc_and_goes_on() -> None:
    clock = SystemClock()
    first = clock.now()

    assert first.tzinfo is UTC
    assert timedelta() <= clock.now() - first < timedelta(minutes=1)


def test_a_fixed_clock_stands_still_until_it_is_set() -> None:
    clock = FixedClock(AT.astimezone(VIETNAM))
    assert (clock.now(), clock.now().tzinfo) == (AT, UTC)

    clock.set(AT + timedelta(hours=1))
    assert clock.now() == AT + timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00:00Z",
        "2026-11-24T17:00:00+07:00",
        "2026-11-24T17:00+07:00",
        "2026-11-24T17:00:00",
        "2026-11-24 17:00",
        "2026-11-24T05:00:00.000-05:00",
    ],
)
def test_an_instant_is_read_with_its_offset_or_as_vietnamese_local_time(text: str) -> None:
    found = parse_instant(text)

    assert (found, found.tzinfo) == (AT, UTC)


@pytest.mark.parametrize("text", ["", "now", "2026-02-30", "24/11/2026", "0001-01-01", "9999-12-31T23:59:59-01:00"])
def test_anything_else_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


def test_an_instant_in_any_zone_is_the_same_one_in_utc() -> None:
    assert in_utc(AT) is AT
    assert in_utc(AT.astimezone(timezone(timedelta(hours=-5)))) == AT
    assert in_utc(datetime(2026, 11, 24, 17, 0)) == AT  # noqa: DTZ001 - that is the point


def test_a_kafka_timestamp_is_milliseconds_since_the_epoch() -> None:
    assert from_timestamp_ms(1_500) == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)

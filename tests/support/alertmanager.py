"""What Alertmanager does with an alert, a second time: inhibitions and time intervals by its documentation.

Its own tools tell where an alert is routed, but neither whether it is inhibited nor what time it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Labels = Mapping[str, str]
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")  # its week


def matches(alert: Labels, matchers: Iterable[str]) -> bool:
    """Return whether an alert has what all these matchers ask for; a label that it lacks is empty."""
    for matcher in matchers:
        name, operator, value = re.fullmatch(r'(\w+)(!=|=~|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
        found = re.fullmatch(value if operator == "=~" else re.escape(value), alert.get(name, "")) is not None
        if found == (operator == "!="):
            return False
    return True


def told(firing: Sequence[Labels], config: Mapping[str, Any]) -> list[Labels]:
    """Return those of the firing alerts that no other inhibits."""
    rules = config["inhibit_rules"]
    return [alert for alert in firing if not any(_inhibited(alert, firing, rule) for rule in rules)]


def _inhibited(target: Labels, firing: Iterable[Labels], rule: Mapping[str, Any]) -> bool:
    """Return whether a rule lets another alert inhibit this one; one that is also a source is by no other such."""

    def is_source(alert: Labels) -> bool:
        return matches(alert, rule["source_matchers"])

    def is_target(alert: Labels) -> bool:
        return matches(alert, rule["target_matchers"])

    def is_of_same(alert: Labels) -> bool:
        return all(alert.get(name, "") == target.get(name, "") for name in rule.get("equal", ()))

    sources = [alert for alert in firing if is_source(alert) and is_of_same(alert)]
    return is_target(target) and any(not (is_source(target) and is_target(source)) for source in sources)


def route_of(alert: Labels, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the route that takes an alert, with what it inherits: not the hours, which every route has of its own."""
    route = config["route"]
    while (
        inner := next((one for one in route.get("routes") or () if matches(alert, one["matchers"])), None)
    ) is not None:
        inherited = {
            name: value for name, value in route.items() if not name.endswith("_intervals") and name != "routes"
        }
        route = inherited | inner
    return route


def is_notified(alert: Labels, at: datetime, config: Mapping[str, Any]) -> bool:
    """Return whether an alert is sent at an instant, as far as the hours of its route go."""
    route = route_of(alert, config)
    named = {one["name"]: one["time_intervals"] for one in config["time_intervals"]}
    active = [named[name] for name in route.get("active_time_intervals") or ()]
    muted = [named[name] for name in route.get("mute_time_intervals") or ()]
    return (not active or any(_in_one(at, one) for one in active)) and not any(_in_one(at, one) for one in muted)


def _in_one(at: datetime, intervals: Iterable[Mapping[str, Any]]) -> bool:
    return any(_in(at, interval) for interval in intervals)


def _in(at: datetime, interval: Mapping[str, Any]) -> bool:
    local = at.astimezone(ZoneInfo(interval["location"]))
    numbers = {"years": local.year, "months": local.month, "days_of_month": local.day}
    return (
        all(number in _numbers(interval[field]) for field, number in numbers.items() if field in interval)
        and ("weekdays" not in interval or _WEEKDAYS[local.isoweekday() % 7] in _weekdays(interval["weekdays"]))
        and ("times" not in interval or any(_within(local, times) for times in interval["times"]))
    )


def _numbers(ranges: Iterable[str]) -> Iterator[int]:
    for text in ranges:
        first, _, last = text.partition(":")
        yield from range(int(first), int(last or first) + 1)


def _weekdays(ranges: Iterable[str]) -> Iterator[str]:
    for text in ranges:
        first, _, last = text.partition(":")
        yield from _WEEKDAYS[_WEEKDAYS.index(first) : _WEEKDAYS.index(last or first) + 1]


def _within(local: datetime, times: Mapping[str, str]) -> bool:
    """Return whether it is past the start, the start itself counting, and before the end."""
    return times["start_time"] <= f"{local:%H:%M}" < times["end_time"]

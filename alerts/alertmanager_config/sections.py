"""The generated sections of Alertmanager's configuration.

A section stands between two marks, `# >>> name` and `# <<<`. What is outside is the operator's, and never touched; what
is inside is written anew from the working calendar. It says itself of which years it is, so whether it is current does
not depend on the day of asking; which years it has to hold does.
"""

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import indent

from alerts.alertmanager_config.time_intervals import DAYS_OFF, office_hours_name, own_offices, render, time_intervals
from config.calendar import Calendar

WORKING_TIME = "working-time"
OFFICE_ROUTES = "office-routes"

_SECTION = re.compile(
    r"^(?P<opening>(?P<indent> *)# >>> (?P<name>[\w-]+).*\n)(?:.*\n)*?(?P<closing> *# <<<.*\n)", re.MULTILINE
)
_YEARS = re.compile(r"^ *# years: (.+)$", re.MULTILINE)


class MissingSectionError(ValueError):
    """The configuration has lost a section that has to be there."""


def years_held(text: str) -> tuple[int, ...]:
    """Return the years of which a configuration holds the days; none where nothing was generated yet."""
    found = _YEARS.search(text)
    return tuple(map(int, found[1].split(", "))) if found else ()


def rewritten(text: str, calendar: Calendar, years: Iterable[int]) -> str:
    """Return a configuration with its sections written anew.

    Raises:
        MissingSectionError: naming the section.
    """
    wanted = {WORKING_TIME: [*_working_time(calendar, sorted(years))], OFFICE_ROUTES: [*_office_routes(calendar)]}
    for name in wanted.keys() - {section["name"] for section in _SECTION.finditer(text)}:
        raise MissingSectionError(f"no section `# >>> {name}` … `# <<<`")
    return _SECTION.sub(lambda section: _filled(section, wanted), text)


def _filled(section: re.Match[str], wanted: dict[str, list[str]]) -> str:
    if section["name"] not in wanted:
        return section[0]
    body = "".join(f"{line}\n" for line in wanted[section["name"]])
    return section["opening"] + indent(body, section["indent"]) + section["closing"]


def _working_time(calendar: Calendar, years: list[int]) -> Iterator[str]:
    yield f"# years: {', '.join(map(str, years))}"
    yield from render(time_intervals(calendar, years))


def _office_routes(calendar: Calendar) -> Iterator[str]:
    """Yield a route for each agency of hours of its own; all else it has from the route around it."""
    for agency in own_offices(calendar):
        yield f"- matchers: [agency={json.dumps(agency)}]"
        yield f"  active_time_intervals: [{json.dumps(office_hours_name(agency))}]"
        yield f"  mute_time_intervals: [{DAYS_OFF}]"

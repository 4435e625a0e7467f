"""docs/scaling.md: its formulas are those of the program, and each size follows from the table of what was measured."""

import re
from math import ceil

import pytest
from test_series import AGENCIES, SERIES_AT_MOST, WORKERS

from config.settings import Settings
from streams.topics import topic_specs
from support.tools import ROOT

PAGE = (ROOT / "docs/scaling.md").read_text()
YEAR, COPIES, SECONDS, DAYS = 365, 3, 5, 30


def cells(start: str) -> list[str]:
    """Return the cells of the one row that starts so."""
    (row,) = re.findall(rf"^\| {re.escape(start)}.*\|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in row.strip("|").split("|")]


def number(text: str) -> float:
    """Return what a cell says: `16,397`, `1.5 M`, `3.2 kB/s`."""
    found = re.match(r"([\d.,]+) ?([kMGT]?)", text)
    assert found, text
    return float(found[1].replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[found[2]]


def measured(name: str) -> float:
    return number(cells(f"`{name}`")[1])


@pytest.mark.parametrize("partitions", [8, 16])
def test_the_formula_of_the_partitions_counts_those_of_every_topic(partitions: int) -> None:
    made = sum(spec.partitions for spec in topic_specs(Settings(partitions=partitions)))
    assert "`(5·P + 9)·R`" in PAGE
    assert made == 5 * partitions + 9
    assert f"| {made * COPIES} (`P` {partitions})" in PAGE


def test_the_most_series_are_those_at_which_their_own_test_fails() -> None:
    assert f"at most {SERIES_AT_MOST // WORKERS // AGENCIES} " in PAGE


@pytest.mark.parametrize(("column", "workers"), [(2, 2), (3, 3)], ids=["Ninh Bình", "Hồ Chí Minh"])
def test_every_size_follows_from_what_was_measured(column: int, workers: int) -> None:
    rate, event, state, view, series = map(measured, ("RATE", "EVENT", "STATE", "VIEW", "SERIES"))
    dossiers = number(cells("planned for")[column])
    open_ = number(cells("open at a time")[column])
    burst = number(cells("events a second in a burst")[column])
    base, of_open, of_closed, restore = map(measured, ("BASE", "OPEN", "CLOSED", "RESTORE"))
    exposed = workers * number(cells("agencies `A`")[column]) * series
    wanted = {
        "workers by load": ceil(burst / (rate / 2)),
        "memory of all workers": workers * base + open_ * of_open + dossiers * of_closed,
        "restart of one": (open_ + dossiers) / (workers * restore),
        "a year anew": 20 * dossiers / rate / 60,
        "broker disk: events": 20 * dossiers * event * COPIES * 400 / YEAR,
        "broker disk: changelog": (open_ + dossiers) * state * COPIES / 0.7,
        "broker network in": burst * (event + state),
        "… while a year": rate * (event + state),
        "Redis": open_ * view,
        "series, without": exposed,
        "Prometheus disk": exposed / SECONDS * 1.5 * 86_400 * DAYS,
    }
    said = {start: number(cells(start)[column]) for start in wanted}
    assert said == pytest.approx(wanted, rel=0.05)

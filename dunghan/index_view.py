"""What `dunghan view index` prints: the index of one unit, with what each value is made of and how complete it is."""

from decimal import Decimal
from typing import Any

import msgspec
from rich.console import Group
from rich.table import Table

from alerts.redis.index import Completeness, IndexCounts, UnitIndex, agency_index, province_index
from config.clock import Clock
from config.index import Indexes
from dunghan.errors import UserError
from dunghan.texts import iso_text, local_text, plain_table

_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_SHOWN = 5  # agencies, or provinces, that a message names


def unit_index(
    counted: IndexCounts, indexes: Indexes, clock: Clock, agency: str | None, province: str | None
) -> UnitIndex:
    """Return the index of an agency or a province; of the only province there is, if neither is named.

    Raises:
        UserError: saying what there is.
    """
    if agency and province:
        raise UserError("AGENCY and --province exclude each other; give one of them")
    if not counted.completeness.present:
        raise UserError("no worker has written its counts yet: start one (dunghan worker), or try again in a moment")
    at = counted.completeness.judged_at or clock.now()
    if agency:
        _check(agency, "agency", sorted(counted.counts))
        return agency_index(counted, indexes, at, agency)
    if province is None and len(counted.provinces) != 1:
        raise UserError(f"which one? Give AGENCY or --province; there is {_some(counted.provinces)}")
    province = province or counted.provinces[0]
    _check(province, "province", counted.provinces)
    return province_index(counted, indexes, at, province)


def _check(code: str, what: str, known: list[str]) -> None:
    if code not in known:
        raise UserError(f"{what} {code}: nothing is counted there; there is {_some(known)}")


def _some(codes: list[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return (", ".join(codes[:_SHOWN]) or "none") + more


def page(found: UnitIndex, counted: IndexCounts) -> Group:
    """Return the page for people."""
    return Group(
        f"{found.unit} ({found.level}), window {counted.window}",
        "",
        _table(found),
        "",
        f"definition: in force from {found.index.day} ({found.index.source})",
        *_completeness(counted.completeness),
    )


def _table(found: UnitIndex) -> Table:
    names = ("indicator", "numerator", "denominator", "ratio %", "score", "of")
    rows = (
        (
            code,
            str(score.numerator),
            str(score.denominator),
            _text(score.ratio),
            _text(score.points),
            f"{found.index.indicators[code].max:f}",
        )
        for code, score in found.scores.items()
    )
    table = plain_table(names, rows)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _text(number: Decimal | None) -> str:
    return "–" if number is None else f"{number:.2f}"


def _completeness(complete: Completeness) -> list[str]:
    lines = [
        f"as of: {local_text(complete.as_of)}; lateness as of {local_text(complete.judged_at)}",
        f"completeness: {complete.present} of {complete.expected} partitions, {complete.waiting} records wait",
    ]
    if complete.missing:
        lines.append(f"missing: {', '.join(complete.missing)}")
    if complete.catching_up:
        lines.append(f"catching up: {', '.join(complete.catching_up)}")
    return lines


def document(found: UnitIndex, counted: IndexCounts) -> str:
    """Return the JSON document for programs."""
    complete = msgspec.structs.asdict(counted.completeness)
    instants: dict[str, Any] = {
        name: None if (at := complete.pop(name)) is None else iso_text(at) for name in ("as_of", "judged_at")
    }
    written: dict[str, Any] = {
        "unit": found.unit,
        "level": found.level,
        "window": counted.window,
        "definition": {"effective_from": found.index.day, "source": found.index.source},
        **instants,
        "completeness": complete,
        "indicators": {
            code: {
                "numerator": score.numerator,
                "denominator": score.denominator,
                "ratio": score.ratio,
                "score": score.points,
                "max": found.index.indicators[code].max,
            }
            for code, score in found.scores.items()
        },
    }
    return _NUMBERS.encode(written).decode()

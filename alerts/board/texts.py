"""How the board writes numbers, instants and spans (the Vietnamese way), and names that others chose."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.text import Text

from config.clock import VIETNAM


def clean(text: str) -> str:
    """Make text of the events harmless to a terminal: an agency's code is whatever an upstream system wrote."""
    return "".join(character if character.isprintable() else "·" for character in text)


def number(value: float) -> str:
    """Write a number the Vietnamese way: 1.234.567."""
    return f"{value:,.0f}".replace(",", ".")


def decimal(value: float) -> str:
    """Write a number with two decimals: 0,25."""
    return f"{value:.2f}".replace(".", ",")


def points(value: float) -> str:
    """Write points with the decimals they need, two at most: 18; 17,5."""
    return decimal(value).rstrip("0").rstrip(",")


def local(at: datetime) -> str:
    """Write an instant in local time."""
    return f"{at.astimezone(VIETNAM):%d-%m-%Y %H:%M:%S}"


def ago(span: timedelta, units: int = 2) -> str:
    """Write a span by its largest units: 3 ngày 4 giờ, 5 phút, 12 giây."""
    seconds = max(int(span.total_seconds()), 0)
    parts: list[str] = []
    for unit, size in (("ngày", 86400), ("giờ", 3600), ("phút", 60), ("giây", 1)):
        count, seconds = divmod(seconds, size)
        if count or (unit == "giây" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:units])


def joined(*pairs: tuple[str, str], style: str = "bold cyan") -> Text:
    """Write names and values in a line."""
    return Text(" · ").join(Text.assemble((f"{clean(name)} ", "dim"), (value, style)) for name, value in pairs)


def counts(title: str, pairs: Iterable[tuple[str, int]]) -> Text:
    """Write the counts that are not nothing, after a title."""
    shown = [(name, number(count)) for name, count in pairs if count]
    return Text.assemble((f"{title}: ", "bold"), joined(*shown) if shown else "không có")

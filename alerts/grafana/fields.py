"""How values look: units, thresholds, texts for codes, links from a list to its detail."""

from collections.abc import Mapping

import msgspec

from alerts.grafana.queries import Json

NO_VALUE = "Không có số liệu"
NOTHING = "–"  # in a cell
NO_DOSSIER = "Không có hồ sơ nào, hoặc API chưa chạy (dunghan api)"

COUNT = "locale"
POINTS = "suffix: điểm"
SHARE = "percentunit"
SECONDS = "s"
AGO = "dateTimeFromNow"
INSTANT = "time:DD/MM/YYYY HH:mm"

Step = tuple[str, float | None]
"""A colour, and from which value on; the first step has none."""

NEUTRAL: tuple[Step, ...] = (("blue", None),)
NONE_IS_GOOD: tuple[Step, ...] = (("green", None), ("red", 1))
FEW_ARE_GOOD: tuple[Step, ...] = (("green", None), ("orange", 1))
ALL_IS_GOOD: tuple[Step, ...] = (("red", None), ("orange", 0.9), ("green", 1))
GONE_IS_BAD: tuple[Step, ...] = (("red", None), ("green", 1))


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a value looks."""

    unit: str = COUNT
    decimals: int | None = None
    least: float | None = None
    most: float | None = None
    steps: tuple[Step, ...] = NEUTRAL
    texts: Mapping[str, str] = {}
    """What to show instead of a value, a code for instance."""
    no_value: str = NO_VALUE
    link: "Link | None" = None

    def defaults(self) -> Json:
        """Return it as the defaults of a panel's fields."""
        known = {
            "unit": self.unit,
            "decimals": self.decimals,
            "min": self.least,
            "max": self.most,
            "noValue": self.no_value,
            "color": {"mode": "thresholds"},
            "thresholds": thresholds(self.steps),
            "mappings": mappings(self.texts),
            "links": [self.link.json()] if self.link else [],
        }
        return {name: value for name, value in known.items() if value is not None}


class Link(msgspec.Struct, frozen=True):
    """Where a click leads."""

    title: str
    url: str

    def json(self) -> Json:
        """Return it as a data link."""
        return {"title": self.title, "url": self.url, "targetBlank": False}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table: the name of its field, its title, and how its values look."""

    field: str
    title: str
    look: Look | None = None
    width: int | None = None
    coloured: bool = False

    def override(self) -> Json:
        """Return it as an override of a panel's fields."""
        found: Json = {"displayName": self.title, "noValue": NOTHING}
        if self.width is not None:
            found["custom.width"] = self.width
        if self.look is not None:
            same = Look().defaults()
            found |= {name: value for name, value in self.look.defaults().items() if value != same.get(name)}
        if self.coloured:
            found["custom.cellOptions"] = {"type": "color-text"}
        return override(self.field, found)


def override(field: str, properties: Mapping[str, object]) -> Json:
    """Return an override of the fields of this name."""
    return {
        "matcher": {"id": "byName", "options": field},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def thresholds(steps: tuple[Step, ...]) -> Json:
    """Return thresholds by value."""
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for colour, value in steps]}


def mappings(texts: Mapping[str, str]) -> list[Json]:
    """Return what is shown instead of values."""
    if not texts:
        return []
    options = {value: {"text": text, "index": index} for index, (value, text) in enumerate(texts.items())}
    return [{"type": "value", "options": options}]

"""Have dashboards drawn, and be told what became of every panel."""

import subprocess
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from drawing.set_up import chromium, set_up

DASHBOARDS = Path(__file__).parents[2] / "config" / "grafana" / "dashboards"
LIMIT_SECONDS = 300.0


class State(StrEnum):
    """What became of a panel."""

    DRAWN = "drawn"
    EMPTY = "empty"  # its queries were answered, with nothing
    FAILED = "failed"


class Panel(msgspec.Struct, frozen=True):
    """A panel as drawn."""

    id: int
    title: str
    type: str
    state: State
    message: str
    text: str
    values: list[float | None]


class Board(msgspec.Struct, frozen=True):
    """A dashboard as drawn; `errors` are the browser's."""

    name: str
    title: str
    screenshot: Path
    panels: list[Panel]
    errors: list[str]

    def panel(self, title: str) -> Panel:
        """Return the only panel of this title."""
        (found,) = [panel for panel in self.panels if panel.title == title]
        return found


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw, from which services, and where to put the screenshots."""

    upstream: Mapping[str, str]
    """Addresses of `prometheus`, `alertmanager` and `api`."""
    folder: Path
    boards: Mapping[str, Mapping[str, str]]
    """Files of dashboards, each with what its address says: `from`, `to`, `theme`, `var-agency`."""
    whole: bool = True
    dashboards: Path = DASHBOARDS


def names() -> list[str]:
    """Return the files of the project's dashboards."""
    return sorted(path.name for path in DASHBOARDS.glob("*.json"))


def draw(order: Order) -> list[Board]:
    """Draw, in one browser, one dashboard after the other."""
    home, program = set_up(), chromium()
    done = subprocess.run(
        ["node", str(home / "draw.mjs"), str(program)],
        input=msgspec.json.encode(order, enc_hook=str),  # paths
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"draw.mjs ended with {done.returncode}: {done.stderr.decode()[-2000:]}"
    return msgspec.json.decode(done.stdout, type=list[Board], dec_hook=lambda kind, told: kind(told))

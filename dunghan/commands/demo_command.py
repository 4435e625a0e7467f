"""`dunghan demo`: the whole monitor on a simulated province."""

from pathlib import Path

import click
from rich.console import Console

from config.clock import SystemClock
from dunghan.demo import Demo
from dunghan.stack import Stack, StackConfig

_MOST_WORKERS = len(StackConfig().worker_ports)


@click.command()
@click.option("--duration", type=click.FloatRange(min=1), help="Seconds to show the board; without it: until Ctrl-C.")
@click.option(
    "--workers", type=click.IntRange(1, _MOST_WORKERS), default=2, show_default=True, help="Worker processes."
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/stack"),
    show_default=True,
    help="Folder of the stack; one that runs already is used, and left running.",
)
def command(*, duration: float | None, workers: int, folder: Path) -> None:
    """Bring the stack up, simulate a province, and show its overdue and unsynced dossiers as they appear.

    It asks nothing, and stops what it started when the time is over or at Ctrl-C.

    Example: dunghan demo --duration 120
    """
    stack = Stack(StackConfig(dir=folder))
    Demo(stack, workers=workers, duration=duration, clock=SystemClock(), console=Console()).run()

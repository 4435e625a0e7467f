"""`dunghan watch`: a live board in the terminal."""

import signal
from threading import Event

import click
from rich.console import Console

from agents.indicators.windows import WINDOWS, Window
from alerts.board import BoardSource, Focus, board_from, document_from, line_from, show
from config.clock import SystemClock
from config.settings import load_settings


@click.command()
@click.option("--agency", help="Narrow it to one agency, by its code.")
@click.option(
    "--window",
    type=click.Choice([window.value for window in WINDOWS]),
    default=Window.YEAR.value,
    show_default=True,
    help="The days, ending today, that the index counts.",
)
@click.option("--once", is_flag=True, help="Show it once and end.")
@click.option("--json", "as_json", is_flag=True, help="Print it once, as one JSON document.")
def command(agency: str | None, window: str, *, once: bool, as_json: bool) -> None:
    """Show the index by group, overdue and unsynced dossiers by agency, lag, dead letters and firing alerts.

    It reads Prometheus and Alertmanager (DUNGHAN_PROMETHEUS, DUNGHAN_ALERTMANAGER). Without a terminal it prints one
    line every ten seconds.

    Example: dunghan watch --window 30d --agency H42.17
    """
    settings = load_settings()
    focus = Focus(Window(window), agency)
    source = BoardSource(settings.prometheus, settings.alertmanager, SystemClock(), focus)
    console = Console()
    if as_json:
        print(document_from(source.read()))
        return
    if once:
        snapshot = source.read()
        board = board_from(snapshot) if console.is_terminal else line_from(snapshot)
        console.print(board, markup=False, soft_wrap=not console.is_terminal)
        return
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    show(source.read, console, stop)

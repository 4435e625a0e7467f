"""`dunghan watch`: a live board in the terminal."""

import signal
from threading import Event

import click
from rich.console import Console

from alerts.board import BoardSource, board_from, line_from, show
from config.clock import SystemClock
from config.settings import load_settings


@click.command()
@click.option("--once", is_flag=True, help="Show it once and end.")
def command(*, once: bool) -> None:
    """Show events, lag, dossiers, overdue and unsynced ones by agency, dead letters and firing alerts.

    It reads Prometheus and Alertmanager (DUNGHAN_PROMETHEUS, DUNGHAN_ALERTMANAGER). Without a terminal it prints one
    line every ten seconds.

    Example: dunghan watch --once
    """
    settings = load_settings()
    source = BoardSource(settings.prometheus, settings.alertmanager, SystemClock())
    console = Console()
    if once:
        snapshot = source.read()
        console.print(
            board_from(snapshot) if console.is_terminal else line_from(snapshot), markup=False, soft_wrap=True
        )
        return
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    show(source.read, console, stop)

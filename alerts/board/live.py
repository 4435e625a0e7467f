"""Showing the board again and again, until told to stop."""

from collections.abc import Callable
from threading import Event
from time import monotonic

from rich.console import Console
from rich.live import Live

from alerts.board.render import board_from, line_from
from alerts.board.snapshot import Snapshot

REFRESH_SECONDS = 2.0  # Prometheus itself learns something new every 5 seconds
LINE_SECONDS = 10.0


def show(read: Callable[[], Snapshot], console: Console, stop: Event, *, seconds: float | None = None) -> None:
    """Show the board until `stop` is set or `seconds` have passed.

    On a terminal it is drawn in place; elsewhere (a pipe, a CI log) it is one line every ten seconds.
    """
    deadline = None if seconds is None else monotonic() + seconds
    if not console.is_terminal:
        _repeat(lambda: console.print(line_from(read()), markup=False, soft_wrap=True), LINE_SECONDS, stop, deadline)
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        _repeat(
            lambda: live.update(board_from(read(), height=console.size.height), refresh=True),
            REFRESH_SECONDS,
            stop,
            deadline,
        )


def _repeat(draw: Callable[[], None], interval: float, stop: Event, deadline: float | None) -> None:
    while True:
        draw()
        left = interval if deadline is None else min(interval, deadline - monotonic())
        if left <= 0 or stop.wait(left):
            return

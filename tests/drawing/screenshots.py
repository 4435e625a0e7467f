"""Make the pictures of the documents: `make screenshots`.

A seeded province runs for minutes through the real stack; all dashboards are drawn, and what `dunghan watch` shows.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from free_stack import stack_config
from rich.console import Console

from alerts.board import BoardSource, board_from
from config.clock import SystemClock
from config.settings import Settings
from drawing.boards import Order, State, draw
from drawing.province import Running, province
from drawing.set_up import HOME, set_up
from drawing.watching import quick_rules
from dunghan.stack import Stack, StackConfig, StackError, apt
from dunghan.stack.config import HOST
from dunghan.stack.say import say_on_stderr
from streams.topics import create_topics

IMAGES = Path(__file__).parents[2] / "docs" / "images"
NAMES = {
    "overview.json": "tong-quan",
    "agency.json": "don-vi",
    "overdue.json": "ho-so-qua-han",
    "sync.json": "dong-bo",
    "bottlenecks.json": "diem-nghen",
    "operations.json": "van-hanh",
}
REST_SECONDS = 180.0
SINCE = {"from": "now-4m"}
COLOURS = 64  # enough for lines and letters
LARGEST_BYTES = 300_000
BOARD_COLUMNS = 110
FROM_AFAR = re.compile(r"(@font-face \{.*?\}|<!--.*?-->)\s*", re.DOTALL)  # a picture fetches nothing


def main() -> None:
    """Make them all."""
    set_up()
    _install_pngquant()
    with TemporaryDirectory(prefix="screenshots-") as name:
        folder = Path(name)
        with _stack(folder) as (config, settings), province(settings, config, folder, REST_SECONDS) as running:
            IMAGES.mkdir(exist_ok=True)
            _draw_dashboards(running, folder)
            _draw_board(settings)


@contextmanager
def _stack(folder: Path) -> Iterator[tuple[StackConfig, Settings]]:
    config = stack_config(folder / "stack", prometheus_files=quick_rules(folder))
    stack = Stack(config)
    stack.up()
    try:
        settings = Settings(
            kafka=f"{HOST}:{config.kafka_port}",
            redis=f"redis://{HOST}:{config.redis_port}/0",
            prometheus=f"http://{HOST}:{config.prometheus_port}",
            alertmanager=f"http://{HOST}:{config.alertmanager_port}",
        )
        create_topics(settings)
        yield config, settings
    finally:
        stack.down()


def _draw_dashboards(running: Running, folder: Path) -> None:
    asked = {file: SINCE | ({"var-agency": running.busiest()} if file == "agency.json" else {}) for file in NAMES}
    for board in draw(Order(upstream=running.upstream, folder=folder, boards=asked)):
        target = IMAGES / f"{NAMES[board.name]}.png"
        command = ["pngquant", "--force", "--speed", "1", "--strip", "--output", str(target), str(COLOURS)]
        subprocess.run([*command, str(board.screenshot)], check=True, timeout=120)
        _tell(target)
        for panel in board.panels:
            if panel.state != State.DRAWN:
                say_on_stderr(f"  {panel.title}: {panel.state} {panel.message}")


def _draw_board(settings: Settings) -> None:
    source = BoardSource(settings.prometheus, settings.alertmanager, SystemClock())
    console = Console(record=True, file=StringIO(), width=BOARD_COLUMNS, force_terminal=True)
    console.print(board_from(source.read()))
    source.close()
    drawn = console.export_svg(title="dunghan watch --once", unique_id="watch")
    target = IMAGES / "watch.svg"
    target.write_text(FROM_AFAR.sub("", drawn))
    _tell(target)


def _tell(picture: Path) -> None:
    size = picture.stat().st_size
    say_on_stderr(f"{picture.name}: {size / 1000:.0f} kB")
    if size > LARGEST_BYTES:
        raise StackError(f"{picture} has {size} bytes, more than {LARGEST_BYTES}: take fewer colours or a smaller page")


def _install_pngquant() -> None:
    if which("pngquant"):
        return
    if not apt.is_usable():
        raise StackError("please install pngquant, which makes pictures small (as root on Debian it installs itself)")
    log = HOME / "set_up.log"
    apt.update(log=log, say=say_on_stderr)
    apt.install(["pngquant"], units=[], log=log, say=say_on_stderr)


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        sys.exit(f"screenshots: {error.message}")

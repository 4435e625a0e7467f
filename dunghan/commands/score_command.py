"""`dunghan score`."""

import csv
import sys
from datetime import datetime
from pathlib import Path

import click

from config.clock import SystemClock
from config.index import Level, load_indexes
from dunghan.errors import UserError
from dunghan.options import INSTANT
from dunghan.score_file import COLUMNS, Row, lines, read_rows, score_rows


@click.command(name="score")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--at", type=INSTANT, help="By the index in force at this instant.  [default: now]")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.PROVINCE.value,
    show_default=True,
    help="What the units are: an indicator that is not made for them gives full points.",
)
@click.option(
    "--index", "index_file", default="", help="An index file.  [default: the one that comes with the program]"
)
def command(file: Path, at: datetime | None, level: str, index_file: str) -> None:
    """Score a table of numerators and denominators (CSV; - is standard input), and add up what is whole.

    The columns are unit (or province_code), metric_code, numerator, denominator; a ratio counts where both are empty.
    Printed are unit, metric_code, ratio (in per cent), score, max_score; then the sum of each group that has all its
    parts, under the group's code, and TOTAL where all groups have. What is not known is left empty, for it is not 0.

    Example: dunghan score portal_scores.csv
    """
    index = load_indexes(index_file).at(at or SystemClock().now())
    unknown: dict[str, Row] = {}
    scored = list(score_rows(read_rows(str(file), _content(file)), index, Level(level), unknown))
    if unknown and not scored:
        raise UserError(f"{file}: no row of an indicator; metric_code is to be one of {', '.join(index.indicators)}")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows([COLUMNS, *lines(scored, index, Level(level))])
    for code, row in unknown.items():
        click.echo(
            f"{row.place}: metric_code: {code} is not in the index in force from {index.day}: left out", err=True
        )


def _content(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; give a CSV file, or - for standard input") from error

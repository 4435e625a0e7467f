"""`dunghan evaluate`."""

import sys
from datetime import datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from agents.dossiers.report import AgencyReport, agency_reports
from agents.indicators.windows import Window
from config.index import Agencies, Index, load_indexes
from config.index.scoring import Score, scores
from config.rulebook import load_rulebook
from config.settings import load_settings
from dunghan.errors import UserError
from dunghan.evaluation import Evaluation, lines_of
from dunghan.options import INSTANT

_SHOWN_REJECTIONS = 10


@click.command(name="evaluate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--at", required=True, type=INSTANT, help="The instant to judge at (RFC 3339).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.option(
    "--window",
    type=click.Choice([window.value for window in Window]),
    default=Window.YEAR.value,
    show_default=True,
    help="The window of the indicators; it ends at --at.",
)
def command(files: tuple[Path, ...], at: datetime, *, as_json: bool, window: str) -> None:
    """Judge events from NDJSON files (- is standard input), in memory, at an instant.

    Every accepted form of event may stand in a line. Memory grows with dossiers, not with lines.

    Example: dunghan evaluate events.ndjson --at 2026-11-24T17:00+07:00 --json
    """
    settings = load_settings()
    evaluation = Evaluation(at, load_rulebook(settings.policy_file, settings.calendar_dir))
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        for file in files:
            _read(evaluation, file, progress)
    evaluation.finish()
    if as_json:
        print(msgspec.json.encode(document(evaluation, Window(window))).decode())
    else:
        _print_table(evaluation)


def _read(evaluation: Evaluation, file: Path, progress: Progress) -> None:
    try:
        size = None if str(file) == "-" else file.stat().st_size
        task = progress.add_task(file.name, total=size)
        lines = sys.stdin.buffer if str(file) == "-" else lines_of(file)
        evaluation.read(str(file), lines, lambda done: progress.advance(task, done))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; give an NDJSON file, or - for standard input") from error


def document(evaluation: Evaluation, window: Window = Window.YEAR) -> dict[str, object]:
    """Return what `--json` prints."""
    processor, indexes = evaluation.processor, load_indexes()
    index = indexes.at(evaluation.at)
    return {
        "at": evaluation.at,
        "events": evaluation.events,
        "rejected": [
            {"file": line.file, "line": line.line, "reason": line.reason, "detail": line.detail}
            for line in evaluation.rejected
        ],
        "agencies": agency_reports(processor.tally.contributions.items()),
        "index": {"effective_from": index.day, "window": window, "as_of": evaluation.at},
        "indicators": {
            agency: _scores(index, indexes.agencies, agency, counts)
            for agency, counts in evaluation.counts(window).items()
        },
        "alerts": evaluation.alerts,
    }


def _scores(index: Index, agencies: Agencies, agency: str, counts: dict[str, int]) -> dict[str, object]:
    found = scores(index, counts | agencies.counts(agency), agencies.level(agency))
    return {code: _score(score) for code, score in found.items()}


def _score(score: Score) -> dict[str, object]:
    """Return one indicator: the ratio in per cent; null where there is none."""
    ratio, points = score.ratio, score.points
    return {
        "numerator": score.numerator,
        "denominator": score.denominator,
        "ratio": None if ratio is None else float(ratio),
        "score": None if points is None else float(points),
    }


def _print_table(evaluation: Evaluation) -> None:
    columns = AgencyReport.__struct_fields__
    table = Table(title=f"{evaluation.at.isoformat()}: {evaluation.lines} lines", title_justify="left")
    table.add_column("agency")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for agency, report in agency_reports(evaluation.processor.tally.contributions.items()).items():
        table.add_row(agency, *(str(getattr(report, name)) for name in columns))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    for line in evaluation.rejected[:_SHOWN_REJECTIONS]:
        click.echo(f"{line.file}:{line.line}: {line.reason}: {line.detail}", err=True)
    if len(evaluation.rejected) > _SHOWN_REJECTIONS:
        click.echo(f"… {len(evaluation.rejected) - _SHOWN_REJECTIONS} more rejected (--json lists all)", err=True)

"""Dossiers for the tools: out of files of events, or as the running workers have stored them, a partition at a time."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from agents.dossiers.dossier import Dossier
from agents.dossiers.processor import DossierProcessor
from agents.dossiers.settled import SETTLED
from config.clock import SystemClock
from config.rulebook import Rulebook, load_rulebook
from config.settings import Settings
from dunghan.errors import UserError
from dunghan.evaluation import Evaluation, lines_of
from streams.calendar_feed import read_documents
from streams.placement import partition_of
from streams.scan import ScanError, scan

OR_EVENTS = "; or give the events: --events FILE"
"""What else a person can do where no broker answers, if the command takes events."""


def progress_bar() -> Progress:
    """Return a progress bar on standard error, silent where that is no terminal."""
    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)


def evaluated(files: Sequence[Path], at: datetime, rulebook: Rulebook) -> DossierProcessor:
    """Return the dossiers of these files (- is standard input) as they were at an instant.

    Raises:
        UserError: naming a file that cannot be read.
    """
    evaluation = Evaluation(at, rulebook)
    with progress_bar() as progress:
        for file in files:
            _read(evaluation, file, progress)
    if evaluation.rejected:
        one = evaluation.rejected[0]
        count = len(evaluation.rejected)
        click.echo(f"{count} lines rejected, the first at {one.file}:{one.line}; dunghan evaluate lists them", err=True)
    return evaluation.processor


def _read(evaluation: Evaluation, file: Path, progress: Progress) -> None:
    try:
        size = None if str(file) == "-" else file.stat().st_size
        task = progress.add_task(file.name, total=size)
        lines = sys.stdin.buffer if str(file) == "-" else lines_of(file)
        evaluation.read(str(file), lines, lambda done: progress.advance(task, done))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; give an NDJSON file, or - for standard input") from error


def running_rulebook(settings: Settings, or_else: str = "") -> Rulebook:
    """Return policy and calendar as the running workers have them: with the documents that were applied.

    Raises:
        UserError: no broker answers, or the topic is not there.
    """
    shipped = load_rulebook(settings.policy_file, settings.calendar_dir)
    try:
        return Rulebook(shipped.policies, shipped.calendars.with_documents(read_documents(settings)))
    except ScanError as error:
        raise UserError(f"{error}{or_else}") from error


def stored_dossier(settings: Settings, rulebook: Rulebook, code: str) -> Dossier | None:
    """Return a dossier as the running workers have stored it; only its home partition is read.

    Raises:
        UserError: no broker answers, the topic is not there, or the dossier's facts are not kept any more.
    """
    home = partition_of(code.encode(), settings.partitions)
    with progress_bar() as progress:
        task = progress.add_task(f"partition {home}", total=1.0)
        state = _restored(settings, rulebook, home, lambda share: progress.update(task, completed=share), code)
    if state.stored(code) == SETTLED:
        raise UserError(f"{code}: it ended longer ago than its facts are kept (policy: settled_after){OR_EVENTS}")
    return state.dossier(code)


def stored_dossiers(settings: Settings, rulebook: Rulebook) -> Iterator[tuple[str, bytes]]:
    """Yield the code and the stored facts of every dossier that has some; see `stored_states`."""
    for state in stored_states(settings, rulebook):
        yield from state.dossiers()


def stored_states(settings: Settings, rulebook: Rulebook) -> Iterator[DossierProcessor]:
    """Yield the dossiers of each partition as they are stored, not judged; one partition at a time is to be held.

    Raises:
        UserError: no broker answers, or the topic is not there.
    """
    with progress_bar() as progress:
        task = progress.add_task("stored dossiers", total=settings.partitions)
        for number in range(settings.partitions):

            def advance(share: float, read: int = number) -> None:
                progress.update(task, completed=read + share)

            yield _restored(settings, rulebook, number, advance)


def _restored(
    settings: Settings, rulebook: Rulebook, partition: int, progress: Callable[[float], None], only: str = ""
) -> DossierProcessor:
    """Load a partition of the changelog, or what of it is about one dossier, without judging anything."""
    processor = DossierProcessor(rulebook=rulebook, clock=SystemClock())
    try:
        for record in scan(settings, settings.changelog_topic, partition, progress):
            if record.key.endswith(only.encode()):
                processor.load(record.key, record.value)
    except ScanError as error:
        raise UserError(str(error)) from error
    return processor

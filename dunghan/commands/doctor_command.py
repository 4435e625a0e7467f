"""`dunghan doctor`: what is wrong with the running monitor, and how to mend it."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from config.clock import SystemClock
from config.settings import SettingsError, load_settings
from dunghan.doctor import Finding, Verdict, examine, patients
from dunghan.doctor.text import document, is_healthy, lines, summary, table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/stack"),
    show_default=True,
    help="Folder of the local stack, if there is one: is there room on its disk?",
)
@click.pass_context
def command(context: click.Context, folder: Path, *, as_json: bool) -> None:
    """Check settings, policy, calendar, clocks, Kafka, Redis, Prometheus, Alertmanager, Grafana and the JSON API.

    Each check says what was found and, where something is wrong, how to mend it. Nothing is changed. It takes some
    seconds, whatever hangs. Exit code 1 if a check has failed; a warning is none.

    Example: dunghan doctor
    """
    findings = _findings(folder)
    console = Console()
    if as_json:
        print(document(findings))
    elif console.is_terminal:
        console.print(table(findings))
        console.print(summary(findings))
    else:
        print("\n".join([*lines(findings), summary(findings)]))
    context.exit(0 if is_healthy(findings) else 1)


def _findings(folder: Path) -> list[Finding]:
    try:
        settings = load_settings()
        settings.ssl_context()
    except SettingsError as error:  # nothing else can be looked for
        return [Finding(check="settings", verdict=Verdict.FAILED, found=str(error), remedy="correct the environment")]
    with Console(stderr=True).status("looking…", spinner="dots") if sys.stderr.isatty() else nullcontext():
        return examine(patients(settings, SystemClock(), os.environ, folder))

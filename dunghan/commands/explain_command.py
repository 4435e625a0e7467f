"""`dunghan explain`."""

from datetime import datetime
from pathlib import Path

import click
import msgspec

from agents.dossiers.dossier import Dossier
from agents.dossiers.explain import explain
from agents.dossiers.explanation import Explanation
from config.clock import SystemClock
from config.rulebook import Rulebook, load_rulebook
from config.settings import load_settings
from dunghan.errors import UserError
from dunghan.explanation_text import print_explanation
from dunghan.options import INSTANT
from dunghan.stored import OR_EVENTS, evaluated, running_rulebook, stored_dossier
from dunghan.texts import console, iso_text


@click.command(name="explain")
@click.argument("code")
@click.option(
    "--events",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Events as NDJSON (- is standard input), repeatable. Without it: what the running workers have stored.",
)
@click.option("--at", type=INSTANT, help="Explain how it stands at this instant.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(code: str, files: tuple[Path, ...], at: datetime | None, *, as_json: bool) -> None:
    """Say why a dossier stands as it does: facts, intervals, arithmetic, sync, alerts, each with its rule and source.

    Example: dunghan explain H42.17-261102-0001 --events events.ndjson --at 2026-11-24T17:00
    """
    explanation = _of_files(code, files, at) if files else _of_running_stack(code, at)
    if as_json:
        click.echo(msgspec.json.encode(explanation).decode())
    else:
        print_explanation(explanation, console())


def _of_files(code: str, files: tuple[Path, ...], at: datetime | None) -> Explanation:
    settings, instant = load_settings(), at or SystemClock().now()
    rulebook = load_rulebook(settings.policy_file, settings.calendar_dir)
    dossier = evaluated(files, instant, rulebook).dossier(code)
    if dossier is None:
        raise UserError(f"{code}: no event up to {iso_text(instant)} in {', '.join(map(str, files))} is about it")
    return _explained(dossier, instant, rulebook)


def _of_running_stack(code: str, at: datetime | None) -> Explanation:
    settings = load_settings()
    rulebook = running_rulebook(settings, OR_EVENTS)
    dossier = stored_dossier(settings, rulebook, code)
    if dossier is None:
        raise UserError(f"{code}: the running workers have stored no such dossier; is the code complete?")
    last_at = max((said_at for said_at, _, _ in dossier.statuses), default=None)
    if at is not None and last_at is not None and at < last_at:
        raise UserError(
            f"--at: what is stored goes up to {iso_text(last_at)}; to explain an earlier instant give --events FILE"
        )
    return _explained(dossier, at or SystemClock().now(), rulebook)


def _explained(dossier: Dossier, at: datetime, rulebook: Rulebook) -> Explanation:
    explanation = explain(dossier, at, rulebook)
    if explanation is None:
        raise UserError(f"{dossier.code}: no event has said its agency and status yet, so it cannot be judged")
    return explanation

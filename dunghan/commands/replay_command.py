"""`dunghan replay`."""

import asyncio
import gc
from datetime import datetime
from pathlib import Path

import click

from config.clock import SystemClock
from config.settings import PREFIX, Settings, load_settings
from dunghan.errors import UserError
from dunghan.options import INSTANT
from dunghan.replay.build import Order, build
from dunghan.replay.progress import shown
from dunghan.replay.text import print_built, print_comparison
from dunghan.stored import running_rulebook
from dunghan.texts import console
from streams.topics import TopicsError, create_topics
from streams.versions import delete_changelogs, existing_versions, of_version, versions_in_use


@click.command(name="replay")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", type=click.IntRange(min=2), metavar="N", help="The version to build.  [default: the next one]")
@click.option("--since", type=INSTANT, help="With files: read the topics from what came at INSTANT or later.")
@click.option("--compare", "comparing", is_flag=True, help="Say how the new version differs from the running one.")
@click.option("--limit", default=20, show_default=True, help="Name at most so many dossiers of each kind.")
@click.option("--drop", type=click.IntRange(min=1), metavar="N", help="Delete version N, once no worker has it.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def command(
    files: tuple[Path, ...],
    to: int | None,
    since: datetime | None,
    limit: int,
    drop: int | None,
    *,
    comparing: bool,
    yes: bool,
) -> None:
    """Build a new version of the state beside the running one; the workers go on meanwhile.

    From the archived events in FILES (NDJSON), if given, and then from the topics, as far as the workers have read.
    Nothing is written but the new version. What is interrupted goes on when the same command is given again. Workers
    that are restarted with DUNGHAN_STATE_VERSION=N have the new version. See docs/replay.md.

    Example: dunghan replay --compare
    """
    settings = load_settings()
    if drop is not None:
        if files or to or since or comparing:
            raise UserError("--drop deletes, and nothing else; leave the other options out")
        _drop(settings, drop, yes=yes)
        return
    if since is not None and not files:
        raise UserError("--since leaves out what came before, so that must be in files; give them, or leave it out")
    new = of_version(settings, to or settings.state_version + 1)
    _prepare(settings, new)
    rulebook = running_rulebook(settings)
    order = Order(running=settings, new=new, rulebook=rulebook, files=files, since=since, comparing=comparing)
    gc.set_threshold(100_000, 50, 100)  # as in a worker: dossiers live long
    with shown() as progress:
        built = asyncio.run(build(order, SystemClock(), progress))
    print_built(built, settings.state_version, new.state_version, console())
    if built.comparison is not None:
        print_comparison(built.comparison, settings.state_version, new.state_version, limit, console())


def _prepare(settings: Settings, new: Settings) -> None:
    """Make the topics of the new version, if no worker has it yet."""
    version = new.state_version
    if version == settings.state_version:
        raise UserError(f"version {version} is the one in the settings ({PREFIX}STATE_VERSION); build another one")
    try:
        _refuse_in_use(settings, version, "built")
        create_topics(new)
    except TopicsError as error:
        raise UserError(str(error)) from error


def _refuse_in_use(settings: Settings, version: int, done: str) -> None:
    if workers := versions_in_use(settings)[version]:
        raise UserError(
            f"version {version} is in use by {workers} worker{'s' if workers > 1 else ''}, so it cannot be {done}; "
            f"restart them with another {PREFIX}STATE_VERSION"
        )


def _drop(settings: Settings, version: int, *, yes: bool) -> None:
    try:
        versions = existing_versions(settings)
        if version not in versions:
            there = ", ".join(map(str, versions)) or "none"
            raise UserError(f"there is no version {version}; there are: {there}")
        if version == settings.state_version:
            raise UserError(
                f"version {version} is the one in the settings; set {PREFIX}STATE_VERSION to the one that stays"
            )
        _refuse_in_use(settings, version, "deleted")
        if not yes:
            click.confirm(f"Delete version {version} of the state? It can only be built again.", abort=True, err=True)
        for topic in delete_changelogs(settings, version):
            click.echo(f"deleted: {topic}")
    except TopicsError as error:
        raise UserError(str(error)) from error

"""`dunghan view`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import Progress

from alerts.redis.rebuild import agency_views, connect, delete_view, dossiers_on, wait_until_written
from alerts.redis.view import LISTS
from config.settings import Settings, load_settings
from dunghan.errors import UserError


@click.group(name="view")
def command() -> None:
    """Show or rebuild the Redis view of open, overdue and unsynced dossiers.

    Example: dunghan view show
    """


@command.command()
@click.option("--timeout", type=float, default=60.0, show_default=True, help="Seconds to wait for the workers.")
def rebuild(timeout: float) -> None:
    """Delete the view and have the running workers write it anew from their states.

    Example: dunghan view rebuild
    """
    settings = load_settings()
    with _redis(settings) as client, Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("partitions", total=settings.partitions)
        delete_view(client, settings.app)
        missing = wait_until_written(client, settings, timeout, lambda done: bar.update(task, completed=done))
    if missing:
        raise UserError(
            f"no worker wrote partitions {', '.join(map(str, sorted(missing)))}: start one (dunghan worker); "
            "a worker fills the view of its partitions when it starts"
        )
    print(f"view rebuilt: {settings.partitions} partitions")


@command.command()
@click.option("--agency", help="List the dossiers of this agency instead of counting.")
@click.option("--list", "name", type=click.Choice(LISTS), default="overdue", show_default=True, help="Which list.")
def show(agency: str | None, name: str) -> None:
    """Count the dossiers on each agency's lists, or list those of one agency, the most pressing first.

    Example: dunghan view show --agency H42.01 --list overdue
    """
    settings = load_settings()
    with _redis(settings) as client:
        if agency is not None:
            for code in dossiers_on(client, settings.app, name, agency):
                print(code)
            return
        print("\t".join(("agency", *LISTS)))
        for view in agency_views(client, settings.app):
            print(f"{view.agency}\t{view.open}\t{view.overdue}\t{view.unsynced}")


@contextmanager
def _redis(settings: Settings) -> Iterator[Redis]:
    client = connect(settings)
    try:
        yield client
    except RedisError as error:
        raise UserError(f"Redis: {error}; start it (make stack-up) or set DUNGHAN_REDIS") from error
    finally:
        client.close()

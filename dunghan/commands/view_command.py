"""`dunghan view`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import Progress

from agents.indicators.windows import WINDOWS, Window
from alerts.redis.index import read_counts
from alerts.redis.rebuild import agency_views, connect, delete_view, dossiers_on, wait_until_written
from alerts.redis.rows import LISTS
from config.clock import SystemClock
from config.index import load_indexes
from config.settings import Settings, load_settings
from dunghan.errors import UserError
from dunghan.index_view import document, page, unit_index
from dunghan.texts import console


@click.group(name="view")
def command() -> None:
    """Show or rebuild the Redis view of the dossiers that staff should see, and of the index.

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
            print("\t".join((view.agency, *(str(getattr(view, name)) for name in LISTS))))


@command.command("index")
@click.argument("agency", required=False)
@click.option("--province", help="The sums of a province's agencies.  [default: the only province there is]")
@click.option(
    "--window",
    type=click.Choice([window.value for window in WINDOWS]),
    default=Window.YEAR.value,
    show_default=True,
    help="The days, ending today, that are counted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
def index_command(agency: str | None, province: str | None, window: str, *, as_json: bool) -> None:
    """Show the index of an agency or a province as the running workers count it.

    Each indicator with its numerator, denominator, ratio and score; then by which version of the definition, as of
    when, and whether every partition is in it.

    Example: dunghan view index --province H42 --window month
    """
    settings = load_settings()
    with _redis(settings) as client:
        counted = read_counts(client, settings, Window(window))
    found = unit_index(counted, load_indexes(), SystemClock(), agency, province)
    if as_json:
        print(document(found, counted))
    else:
        console().print(page(found, counted))


@contextmanager
def _redis(settings: Settings) -> Iterator[Redis]:
    client = connect(settings)
    try:
        yield client
    except RedisError as error:
        raise UserError(f"Redis: {error}; start it (make stack-up) or set DUNGHAN_REDIS") from error
    finally:
        client.close()

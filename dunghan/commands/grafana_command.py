"""`dunghan grafana`: write the dashboards' files, check that they are current, bring them into a Grafana."""

from pathlib import Path

import click

import config
from alerts.grafana.board import Dashboard
from alerts.grafana.client import Grafana, GrafanaError
from alerts.grafana.dashboards import dashboards
from alerts.grafana.push import push
from config.index import load_indexes
from config.policy_file import load_policies
from config.settings import load_settings
from dunghan.errors import UserError

DASHBOARDS = Path(config.__file__).parent / "grafana" / "dashboards"

_index = click.option("--index", "index_file", default="", help="The index file.  [default: the program's own]")
_directory = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=DASHBOARDS,
    help="Where the files are.  [default: the program's own]",
    show_default=False,
)


@click.group(name="grafana")
def command() -> None:
    """The dashboards of Grafana: made from the index file and the policy.

    Example: dunghan grafana push
    """


@command.command("write")
@_index
@_directory
def write_command(index_file: str, directory: Path) -> None:
    """Write the files that are not current.

    Example: dunghan grafana write
    """
    changed = stale(index_file, directory)
    for path, text in changed.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; choose another --directory") from error
        print(path)
    print(f"{len(changed)} files changed" if changed else "all files were current")


@command.command("check")
@_index
@_directory
def check_command(index_file: str, directory: Path) -> None:
    """Fail if a file is not what the index file and the policy make of it.

    Example: dunghan grafana check
    """
    files = stale(index_file, directory)
    if files:
        raise UserError(f"not current: {', '.join(map(str, files))}; run: dunghan grafana write")
    print("all files are current")


@command.command("push")
@_index
@click.option(
    "--datasource-url", default="", help="Make the data source of Prometheus, at this address as Grafana sees it."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def push_command(index_file: str, datasource_url: str, *, dry_run: bool) -> None:
    """Make the Grafana of DUNGHAN_GRAFANA hold the dashboards. What is as it should be is left alone.

    By DUNGHAN_GRAFANA_TOKEN (of a service account), or DUNGHAN_GRAFANA_USER and DUNGHAN_GRAFANA_PASSWORD.

    Example: dunghan grafana push --datasource-url http://127.0.0.1:19090
    """
    try:
        settings = load_settings()
        grafana = Grafana(settings)
        made = _made(index_file, settings.policy_file)
        print(f"{grafana.address}: Grafana {grafana.version()}{', rehearsed only' if dry_run else ''}")
        for what, deed in push(grafana, made, datasource_url=datasource_url, dry_run=dry_run):
            print(f"{deed:<10}  {what}")
    except GrafanaError as error:
        raise UserError(str(error)) from error


def stale(index_file: str, directory: Path) -> dict[Path, str]:
    """Return the files that are missing or out of date, and what they should be."""
    wanted = {directory / f"{one.uid.removeprefix('dunghan-')}.json": one.text() for one in _made(index_file)}
    return {path: text for path, text in wanted.items() if _read(path) != text}


def _made(index_file: str, policy_file: str = "") -> list[Dashboard]:
    return list(dashboards(load_indexes(index_file), load_policies(policy_file)))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; choose another --directory") from error

"""`dunghan worker`."""

import tempfile
from datetime import datetime
from pathlib import Path

import click
import msgspec

from config.clock import FixedClock, SystemClock
from config.settings import load_settings
from dunghan.errors import UserError
from dunghan.options import INSTANT
from dunghan.worker import Worker
from streams.acls import Role
from streams.rights import check_topics_and_rights
from streams.topics import TopicsError


@click.command(name="worker")
@click.option("--metrics-port", type=int, help="Port of /metrics, on loopback by default.  [default: 19101]")
@click.option("--instance-id", help="Static member id: a restart under it within the session moves no partition.")
@click.option("--at", type=INSTANT, help="Let the clock stand still at INSTANT, to judge a historic log.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where Faust keeps its small files.")
@click.option(
    "--loglevel", default="WARNING", show_default=True, type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"])
)
def command(
    metrics_port: int | None, instance_id: str | None, at: datetime | None, data_dir: Path | None, loglevel: str
) -> None:
    """Process dossier events and expose metrics, until SIGTERM or Ctrl-C.

    Start as many as there are cores to use, each with its own port; they share the partitions, and take over from one
    that dies.

    Example: dunghan worker --metrics-port 19101 --instance-id worker-1
    """
    settings = load_settings()
    if metrics_port is not None:
        settings = msgspec.structs.replace(settings, metrics_port=metrics_port)
    try:
        check_topics_and_rights(settings, Role.WORKER)
    except TopicsError as error:
        raise UserError(str(error)) from error
    clock = FixedClock(at) if at else SystemClock()
    with tempfile.TemporaryDirectory(prefix="dunghan-") as scratch:
        worker = Worker(settings, clock, data_dir=data_dir or Path(scratch), instance_id=instance_id)
        try:
            worker.run(loglevel=loglevel)
        except OSError as error:
            address = f"{settings.metrics_host}:{settings.metrics_port}"
            raise UserError(f"metrics on {address}: {error.strerror}; choose another with --metrics-port") from error

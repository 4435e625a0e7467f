"""`dunghan deliver`."""

import asyncio
import logging
import signal
from collections.abc import Sequence

import click
import msgspec

from alerts.alertmanager.sink import AlertmanagerSink
from alerts.delivery.progress import DeliveryCollector
from alerts.delivery.running import run_sinks
from alerts.delivery.sink import Sink
from alerts.grafana.annotations import GrafanaAnnotations
from alerts.grafana.client import Grafana, GrafanaError
from alerts.prometheus.metrics import serve
from alerts.webhook.sink import WebhookSink
from config.clock import SystemClock
from config.settings import PREFIX, Settings, load_settings
from dunghan.errors import UserError
from streams.acls import Role
from streams.rights import check_topics_and_rights
from streams.topics import TopicsError

_SINKS = ("alertmanager", "webhook", "grafana")


@click.command()
@click.option("--to", "names", multiple=True, type=click.Choice(_SINKS), help="Deliver to this one; may be repeated.")
@click.option("--metrics-port", type=int, help="Port of /metrics, on loopback by default.  [default: 19106]")
@click.option(
    "--loglevel", default="WARNING", show_default=True, type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"])
)
def command(names: tuple[str, ...], metrics_port: int | None, loglevel: str) -> None:
    """Deliver alerts from Kafka to Alertmanager, a webhook and Grafana, until SIGTERM or Ctrl-C.

    Without --to: to Alertmanager, to DUNGHAN_WEBHOOK_URL if it is set (signed with DUNGHAN_WEBHOOK_SECRET or the secret
    in DUNGHAN_WEBHOOK_SECRET_FILE), and to DUNGHAN_GRAFANA if it is set. One that is down delays its own alerts only.

    A webhook gets every step from the first start of this command on, each once.

    Example: dunghan deliver --to alertmanager --to webhook
    """
    settings = load_settings()
    if metrics_port is not None:
        settings = msgspec.structs.replace(settings, deliver_metrics_port=metrics_port)
    sinks = [_sink(name, settings) for name in names or _configured(settings)]
    try:
        check_topics_and_rights(settings, Role.DELIVER)
    except TopicsError as error:
        raise UserError(str(error)) from error
    logging.basicConfig(level=loglevel, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _deliver(sinks, settings)


def _configured(settings: Settings) -> list[str]:
    is_set = {"alertmanager": settings.alertmanager, "webhook": settings.webhook_url, "grafana": settings.grafana}
    return [name for name, address in is_set.items() if address]


def _sink(name: str, settings: Settings) -> Sink:
    clock = SystemClock()
    if name == "alertmanager":
        return AlertmanagerSink(settings, clock)
    if name == "webhook":
        if not settings.webhook_url:
            raise UserError(f"--to webhook: {PREFIX}WEBHOOK_URL is not set; set it to the receiver's address")
        return WebhookSink(settings, clock)
    try:
        return GrafanaAnnotations(settings, clock, Grafana(settings))
    except GrafanaError as error:
        raise UserError(str(error)) from error


def _deliver(sinks: Sequence[Sink], settings: Settings) -> None:
    collector = DeliveryCollector([sink.progress for sink in sinks])
    try:
        stop_metrics = serve(collector, settings.metrics_host, settings.deliver_metrics_port)
    except OSError as error:
        address = f"{settings.metrics_host}:{settings.deliver_metrics_port}"
        raise UserError(f"metrics on {address}: {error.strerror}; choose another with --metrics-port") from error
    try:
        asyncio.run(_until_told(sinks))
    finally:
        stop_metrics()


async def _until_told(sinks: Sequence[Sink]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_sinks(sinks, stop)

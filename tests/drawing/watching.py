"""A Prometheus and an Alertmanager of their own: what other tests left in those of the stack would be drawn, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from free_stack import stack_config

from config.settings import Settings
from dunghan.stack import StackConfig
from dunghan.stack.config import CONFIG_FILES, HOST
from dunghan.stack.process import spawn, stop
from dunghan.stack.prometheus import Alertmanager, Prometheus
from support.quick_rules import quicken
from support.workers import wait_until

TIMES = 10  # rules wait so many times less; nobody wants to wait ten minutes for a picture


def quick_rules(folder: Path) -> Path:
    """Return the folder, in this one, of Prometheus's files with rules that wait less."""
    quick = folder / "prometheus"
    quicken(CONFIG_FILES / "prometheus", quick, TIMES)
    return quick


@contextmanager
def watching(settings: Settings, folder: Path) -> Iterator[tuple[StackConfig, Settings]]:
    """Run both, with rules that say what the shipped ones say, only sooner; the settings lead to them."""
    config = stack_config(folder / "watching", prometheus_files=quick_rules(folder))
    services = Alertmanager(config), Prometheus(config)
    processes = []
    try:
        for service in services:
            service.prepare()
            processes.append(spawn(service.command(), log=service.log, ports=service.ports().values()))
        wait_until(lambda: all(service.is_ready(service.port) for service in services), 60, "both to be ready")
        address = {service.name: f"http://{HOST}:{service.port}" for service in services}
        yield config, msgspec.structs.replace(settings, **address)
    finally:
        stop(processes, limit_seconds=20)

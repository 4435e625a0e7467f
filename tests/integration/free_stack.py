"""The choices of a stack that disturbs no other: on free ports, with the jars fetched once."""

from pathlib import Path
from typing import Any

from dunghan.stack import StackConfig
from dunghan.stack.ports import free_ports

LIBS = Path(__file__).parents[2] / "var" / "stack" / "kafka" / "libs"  # fetched by `dunghan stack install`


def stack_config(folder: Path, **choices: Any) -> StackConfig:
    """Return the choices of a stack in this folder, on ports that are free now."""
    kafka, controller, redis, prometheus, alertmanager, api, deliver, *workers = free_ports(11)
    return StackConfig(
        **{
            "dir": folder,
            "kafka_libs": LIBS,
            "kafka_port": kafka,
            "kafka_controller_port": controller,
            "redis_port": redis,
            "prometheus_port": prometheus,
            "alertmanager_port": alertmanager,
            "worker_ports": tuple(workers),
            "api_port": api,
            "deliver_port": deliver,
        }
        | choices
    )

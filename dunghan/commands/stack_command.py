"""`dunghan stack`: the local stack, without a container engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dunghan.stack import Stack, StackConfig, State, install

DEFAULT = StackConfig()
PORT = click.IntRange(1, 65535)

folder = click.option(
    "--dir",
    "dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/stack"),
    show_default=True,
    help="Folder of all data, configuration, logs and pid files.",
)


def port(name: str, what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option that chooses a port."""
    default = getattr(DEFAULT, name)
    flag = f"--{name.replace('_', '-')}"
    return click.option(flag, name, type=PORT, default=default, show_default=True, help=what)


@click.group()
def command() -> None:
    """The local stack: Kafka, Redis, Prometheus and Alertmanager on loopback, without a container engine.

    Example: dunghan stack install && dunghan stack up
    """


@command.command("install")
@folder
def install_command(**choices: Any) -> None:
    """Install what is missing (as root on Debian or Ubuntu; elsewhere: say what to install).

    Example: dunghan stack install
    """
    install(StackConfig(**choices))


@command.command()
@folder
@port("kafka_port", "Kafka, for clients.")
@port("kafka_controller_port", "Kafka's controller, for the broker only.")
@port("redis_port", "Redis.")
@port("prometheus_port", "Prometheus.")
@port("alertmanager_port", "Alertmanager.")
@click.option("--kafka-heap", default=DEFAULT.kafka_heap, show_default=True, help="Memory of the broker's heap.")
def up(**choices: Any) -> None:
    """Start what does not run, and wait until all answer.

    Prints the settings by which the other commands find the stack; they matter only where ports were chosen.

    Example: dunghan stack up --kafka-port 29092
    """
    stack = Stack(StackConfig(**choices))
    if not stack.up():
        click.echo(f"The stack in {stack.config.dir} already runs; nothing was started.", err=True)
    for name, value in stack.config.environment().items():
        click.echo(f"{name}={value}")


@command.command()
@folder
def down(**choices: Any) -> None:
    """Stop what this folder's stack started, and nothing else.

    Example: dunghan stack down
    """
    stack = Stack(StackConfig(**choices))
    if not stack.down():
        click.echo(f"Nothing runs in {stack.config.dir}.", err=True)


@command.command()
@folder
@click.pass_context
def status(context: click.Context, /, **choices: Any) -> None:
    """Say how each service is; exit code 1 unless all run.

    Example: dunghan stack status
    """
    services = Stack(StackConfig(**choices)).status()
    for service in services:
        pid = f"pid {service.pid}" if service.pid else ""
        click.echo(f"{service.name:<13} {service.state:<15} {service.address:<16} {pid}".rstrip())
    context.exit(0 if all(service.state is State.RUNNING for service in services) else 1)

"""Ports of loopback: which are taken, and which are free."""

import os
import socket
from collections.abc import Iterator, Sequence

from dunghan.stack.config import HOST
from dunghan.stack.errors import StackError
from dunghan.stack.service import Service

# Below the range from which the kernel takes the local ends of outgoing connections: those come and go.
FIRST_FREE, LAST_FREE = 20000, 32000


def is_free(port: int) -> bool:
    """Tell whether a service could listen on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that just closed does not matter
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return ports that are free now; two processes that ask at the same time start looking at different places."""
    found: list[int] = []
    for port in _candidates():
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise StackError(f"no {count} free ports between {FIRST_FREE} and {LAST_FREE}")


def _candidates() -> Iterator[int]:
    span = LAST_FREE - FIRST_FREE
    start = os.getpid() * 37 % span
    return (FIRST_FREE + (start + step) % span for step in range(span))


def check_distinct(services: Sequence[Service]) -> None:
    """Refuse one port for two services.

    Raises:
        StackError: naming both options.
    """
    seen: dict[int, str] = {}
    for service in services:
        for option, port in service.ports().items():
            if port in seen:
                raise StackError(f"{seen[port]} and {option} are both {port}; give each a port of its own")
            seen[port] = option


def check_free(services: Sequence[Service]) -> None:
    """Refuse to start on a port that another program holds.

    Raises:
        StackError: naming the port, the service, and the option that chooses another.
    """
    for service in services:
        for option, port in service.ports().items():
            if not is_free(port):
                raise StackError(
                    f"port {port}, wanted for {service.title}, is taken by another program: "
                    f"choose another with {option}, or stop that program"
                )

"""Ports of loopback: which are taken, and which are free."""

import os
import socket
from collections.abc import Iterator, Sequence
from itertools import count, islice

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


def free_ports(number: int) -> list[int]:
    """Return ports that are free now and were not returned before, for some are taken up only later."""
    found = list(islice(filter(is_free, islice(_candidates, LAST_FREE - FIRST_FREE)), number))
    if len(found) < number:
        raise StackError(f"no {number} free ports between {FIRST_FREE} and {LAST_FREE}")
    return found


def _round() -> Iterator[int]:
    """Yield the ports in turn for ever, from a place of this process's own: the golden section keeps these apart."""
    span = LAST_FREE - FIRST_FREE
    start = os.getpid() * round(0.618 * span)
    return (FIRST_FREE + place % span for place in count(start))


_candidates = _round()


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

"""The API as a process: its socket, its limits, and a stop that lets answers in hand be finished."""

import signal
import socket
from ipaddress import ip_address

import uvicorn
from litestar import Litestar

_AT_ONCE = 100  # requests; more are told to come again
_HEADER_BYTES = 16_384  # of a request: its only part that means anything here
_STOP_SECONDS = 10


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """Return the socket to serve on.

    Raises:
        OSError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256)


def serve(app: Litestar, on: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT. No access log: it would name dossiers."""
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn stops in good order, then raises them once more
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=_AT_ONCE,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        http="h11",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[on])

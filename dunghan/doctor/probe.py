"""Does anything listen there? Told in no time, where a client library would try for seconds."""

import socket

from config.settings import Settings

_CONNECT_SECONDS = 1.5


def listens(settings: Settings) -> bool:
    """Tell whether anything listens where Kafka should be."""
    return any(connects(address) for address in settings.kafka.split(","))


def connects(address: str) -> bool:
    """Tell whether anything listens at host:port."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True

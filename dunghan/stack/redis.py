"""Redis: a view that can be rebuilt, so nothing is kept on disk."""

import shutil
import socket

from dunghan.stack.config import HOST
from dunghan.stack.service import PROBE_SECONDS, Service


class Redis(Service):
    """The Redis server."""

    name = "redis"
    title = "Redis"

    def ports(self) -> dict[str, int]:
        """Return its one port."""
        return {"--redis-port": self.config.redis_port}

    def lacks(self) -> str | None:
        """Return the server, if it is not on PATH."""
        return None if shutil.which("redis-server") else "redis-server"

    def prepare(self) -> None:
        """Make the working folder."""
        self.home.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """Return its command line: everything it would otherwise take from a file of the system is said here."""
        options = {
            "bind": HOST,
            "port": str(self.config.redis_port),
            "dir": str(self.home),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
        }
        return ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]

    def is_ready(self, port: int) -> bool:
        """Send PING and wait for PONG."""
        try:
            with socket.create_connection((HOST, port), timeout=PROBE_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

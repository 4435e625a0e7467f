"""What every service of the stack has in common: a folder, a log, a pid file, a command line and a health check."""

from abc import ABC, abstractmethod
from http.client import HTTPConnection, HTTPException
from typing import ClassVar

from dunghan.stack.config import HOST, StackConfig

PROBE_SECONDS = 2.0


class Service(ABC):
    """One service, not yet started."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, config: StackConfig) -> None:
        self.config = config
        self.home = config.dir / self.name
        self.log = config.logs / f"{self.name}.log"
        self.pid_file = config.dir / "pids" / f"{self.name}.json"

    @abstractmethod
    def ports(self) -> dict[str, int]:
        """Return the ports it listens on, by the option of `dunghan stack up` that chooses each; the main one first."""

    @abstractmethod
    def lacks(self) -> str | None:
        """Return what is not installed, or None."""

    @abstractmethod
    def prepare(self) -> None:
        """Write what the program reads when it starts."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the program and its arguments."""

    @abstractmethod
    def is_ready(self, port: int) -> bool:
        """Ask the service on this port whether it can serve; answers within a few seconds, whatever happens."""

    @property
    def port(self) -> int:
        """Return the port where clients find it."""
        return next(iter(self.ports().values()))


def http_ready(port: int) -> bool:
    """Tell whether `/-/ready` on this port of loopback answers 200 (Prometheus and Alertmanager alike)."""
    connection = HTTPConnection(HOST, port, timeout=PROBE_SECONDS)  # no proxy of the environment stands between
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200  # noqa: PLR2004 - HTTP's own number
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()

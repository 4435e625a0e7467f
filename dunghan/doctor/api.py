"""The JSON API, if it is in use here."""

from config.settings import Settings
from dunghan.doctor.checks import Result, ok, skipped
from dunghan.doctor.http import HttpService
from dunghan.doctor.probe import connects

_EVERYWHERE = ("0.0.0.0", "::")  # nosec # noqa: S104 - what somebody may have set; we do not listen there
_RESTART = "restart it: dunghan api"


class ApiChecks:
    """The checks of the JSON API."""

    def __init__(self, settings: Settings) -> None:
        host = "127.0.0.1" if settings.api_host in _EVERYWHERE else settings.api_host
        self._place = f"[{host}]:{settings.api_port}" if ":" in host else f"{host}:{settings.api_port}"
        self._http = HttpService("the JSON API", f"http://{self._place}", _RESTART)
        self._ready = HttpService(
            "the JSON API",
            f"http://{self._place}",
            "it cannot tell all: see redis.view and redis.counts above",
        )

    def health(self) -> Result:
        """Ask whether it is up, if anything listens."""
        if not connects(self._place):
            return skipped(f"not in use: nothing listens at {self._place}")
        self._http.get("/health")
        return ok(f"http://{self._place} is up")

    def ready(self) -> Result:
        """Ask whether it can tell all."""
        self._ready.get("/ready")
        return ok("it can tell all")

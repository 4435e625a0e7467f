"""Grafana's HTTP API, by way of grafana-api: the one module that knows it.

grafana-api 1.0.3 is older than today's Grafana, so only those of its calls are made that Grafana 13 still answers: by
uid, never by id. Of data sources the library knows the list but no uid; to change one its session is used as it is.

    GrafanaError
    ├── UnreachableError   nothing answers, or only errors of the server's own
    ├── NotGrafanaError    something else answers at this address
    ├── RefusedError       who we are is not known, or may not do this
    ├── ConflictError      somebody else was faster, or the name is taken
    └── RejectedError      it will not take what it was given

No message holds a token or a password.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaClientError, GrafanaServerError
from grafana_api.grafana_face import GrafanaFace

from alerts.grafana.queries import Json
from config.settings import PREFIX, Settings

T = TypeVar("T")

_TIMEOUT_SECONDS = 10.0
_WAITS = (0.5, 1.0, 2.0)  # a Grafana that restarts is back within seconds; who waits for longer wants to be told
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TAKEN = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})


class GrafanaError(Exception):
    """Grafana did not do what it was asked to."""


class UnreachableError(GrafanaError):
    """Nothing answers."""


class NotGrafanaError(GrafanaError):
    """Something else answers."""


class RefusedError(GrafanaError):
    """We may not."""


class ConflictError(GrafanaError):
    """Somebody else was faster, or the name is taken."""


class RejectedError(GrafanaError):
    """It will not take what it was given."""


class Grafana:
    """One Grafana, as whoever the settings say."""

    def __init__(self, settings: Settings, wait: Callable[[float], None] = time.sleep) -> None:
        """Prepare; nothing is asked yet.

        Args:
            settings: Where it is, and who we are.
            wait: Waits for so many seconds.

        Raises:
            GrafanaError: the settings do not say it.
        """
        self.address = _address(settings.grafana)
        parts = urlsplit(self.address)
        prefix = parts.path.strip("/")
        self._face = GrafanaFace(
            auth=_auth(settings),
            host=parts.netloc,
            protocol=parts.scheme,
            url_path_prefix=f"{prefix}/" if prefix else "",
            timeout=_TIMEOUT_SECONDS,
        )
        if parts.hostname in _LOOPBACK:  # a proxy of the environment has no business between us and loopback
            self._face.api.s.trust_env = False
        self._wait = wait

    def version(self) -> str:
        """Return which version answers.

        Raises:
            GrafanaError: none does.
        """
        health = self._found("say how it is", lambda: self._face.api.GET("/health"))
        if not isinstance(health, dict) or "database" not in health:
            raise NotGrafanaError(f"{self.address} answers, but is no Grafana; correct {PREFIX}GRAFANA")
        return str(health.get("version", "of a version that it does not tell"))

    def folder(self, uid: str) -> Json | None:
        """Return a folder, whatever its title is now; None if there is none."""
        return self._found("show a folder", lambda: self._face.folder.get_folder(uid))

    def create_folder(self, uid: str, title: str) -> Json:
        """Make a folder.

        Raises:
            GrafanaError: it is not made.
        """
        made: Json = self._ask(f"make the folder {title!r}", lambda: self._face.folder.create_folder(title, uid))
        return made

    def dashboard(self, uid: str) -> Json | None:
        """Return a dashboard with its `meta`; None if there is none."""
        return self._found("show a dashboard", lambda: self._face.dashboard.get_dashboard(uid))

    def save_dashboard(self, dashboard: Json, folder: Json) -> None:
        """Save a dashboard into a folder, if nobody saved another version since the one whose number it has.

        Raises:
            GrafanaError: it is not saved.
        """
        request = {
            "dashboard": dashboard,
            "folderUid": folder["uid"],
            "folderId": folder.get("id", 0),  # Grafana 7.5 knows no other way to say it; since 8.0 the uid counts
            "overwrite": False,
            "message": "dunghan grafana push",
        }
        self._ask(f"save {dashboard['title']!r}", lambda: self._face.dashboard.update_dashboard(request))

    def datasource(self, uid: str) -> Json | None:
        """Return a data source; None if there is none."""
        listed: list[Json] = self._ask("list its data sources", self._face.datasource.list_datasources)
        return next((one for one in listed if one.get("uid") == uid), None)

    def create_datasource(self, datasource: Json) -> None:
        """Make a data source.

        Raises:
            GrafanaError: it is not made.
        """
        self._ask("make the data source", lambda: self._face.datasource.create_datasource(datasource))

    def update_datasource(self, datasource: Json) -> None:
        """Change a data source, which Grafana knows to do by uid since 9.0.

        Raises:
            GrafanaError: it is not changed.
        """
        path = f"/datasources/uid/{datasource['uid']}"
        changed = self._found("change the data source", lambda: self._face.api.PUT(path, json=datasource))
        if changed is None:
            raise RejectedError(f"{self.address} is too old to be told a data source's address; change it by hand")

    def annotate(self, *, at: datetime, text: str, tags: Sequence[str], end_at: datetime | None = None) -> None:
        """Make a mark in the graphs of all dashboards that show these tags.

        Once, without another try: an answer that was lost would become a second mark.

        Raises:
            GrafanaError: it is not made.
        """
        span = {"time_from": _milliseconds(at), "time_to": None if end_at is None else _milliseconds(end_at)}
        self._once("make an annotation", lambda: self._face.annotations.add_annotation(**span, tags=[*tags], text=text))

    def _found(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return self._ask(what, call)
        except _NotFoundError:
            return None

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        """Ask, and ask again while nothing answers: everything asked so comes to the same if it is done twice."""
        for seconds in _WAITS:
            try:
                return self._once(what, call)
            except UnreachableError:
                self._wait(seconds)
        return self._once(what, call)

    def _once(self, what: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except GrafanaServerError as error:
            raise UnreachableError(f"{self.address} cannot {what}: {error}; look at Grafana's log") from error
        except GrafanaClientError as error:
            raise self._refusal(what, error) from error
        except requests.exceptions.JSONDecodeError as error:
            raise NotGrafanaError(f"{self.address} answers, but not as Grafana; correct {PREFIX}GRAFANA") from error
        except requests.RequestException as error:
            what = f"does not answer ({type(error).__name__})"
            raise UnreachableError(f"{self.address} {what}; is Grafana up? See {PREFIX}GRAFANA") from error

    def _refusal(self, what: str, error: Any) -> GrafanaError:
        """Return what a client error means, in the words of whoever has to mend it."""
        status = error.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            given = f"{PREFIX}GRAFANA_TOKEN, or {PREFIX}GRAFANA_USER and _PASSWORD"
            return RefusedError(f"{self.address} does not know who we are; correct {given}")
        if status == HTTPStatus.FORBIDDEN:
            role = "the role Editor, and Admin for data sources"
            return RefusedError(f"{self.address}: we may not {what}; it takes {role}")
        if status == HTTPStatus.NOT_FOUND:
            return _NotFoundError(f"{self.address} cannot {what}: not found")
        kind = ConflictError if status in _TAKEN else RejectedError
        return kind(f"{self.address} did not {what}: {_said(error.response)}")


class _NotFoundError(RejectedError):
    """There is none."""


def _said(response: object) -> str:
    message = response.get("message") if isinstance(response, dict) else response
    return " ".join(str(message).split())[:200]


def _address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise GrafanaError(f"{PREFIX}GRAFANA says no address; set it, e.g. to http://127.0.0.1:13000")
    if parts.username is not None:
        raise GrafanaError(f"{PREFIX}GRAFANA holds a user; put it into {PREFIX}GRAFANA_USER and _PASSWORD")
    return address.rstrip("/")


def _auth(settings: Settings) -> str | tuple[bytes, bytes]:
    token = settings.grafana_token.strip()
    if token:
        if not token.isascii() or not token.isprintable():
            raise RefusedError(f"{PREFIX}GRAFANA_TOKEN holds characters that no token has")
        return token
    if settings.grafana_user and settings.grafana_password:
        return settings.grafana_user.encode(), settings.grafana_password.encode()
    raise RefusedError(f"no token: set {PREFIX}GRAFANA_TOKEN, or {PREFIX}GRAFANA_USER and {PREFIX}GRAFANA_PASSWORD")


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)

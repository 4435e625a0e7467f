"""Asking a service over HTTP: within a limit, without a proxy, and without its password in what is said."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests

from dunghan.doctor.checks import Unwell

T = TypeVar("T")
_TIMEOUT_SECONDS = 4.0
_UNAUTHORISED = (401, 403)


class HttpService:
    """One service, and what to do when it does not answer."""

    def __init__(self, title: str, address: str, remedy: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self.title = title
        self._timeout_seconds = timeout_seconds
        self._address = address.rstrip("/")
        self._remedy = remedy

    @property
    def where(self) -> str:
        """Return its address, without user and password."""
        parts = urlsplit(self._address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> requests.Response:
        """Ask for a path.

        Raises:
            Unwell: it does not answer, or with an error.
        """
        try:
            with requests.Session() as session:
                session.trust_env = False  # a proxy of the environment has no business here
                response = session.get(f"{self._address}{path}", params=parameters, timeout=self._timeout_seconds)
        except requests.RequestException as error:
            raise Unwell(
                f"{self.title} at {self.where} does not answer ({type(error).__name__})", self._remedy
            ) from error
        if response.status_code in _UNAUTHORISED:
            raise Unwell(
                f"{self.title} at {self.where} refuses us ({path}: {response.status_code})",
                "give an account that may read: by its address, or its token in the environment",
            )
        if not response.ok:
            raise Unwell(f"{self.title} at {self.where} answers {response.status_code} to {path}", self._remedy)
        return response

    def ask(self, path: str, type_: type[T], parameters: Mapping[str, Any] | None = None) -> T:
        """Ask for a path and read the JSON.

        Raises:
            Unwell: it does not answer, or with something else.
        """
        try:
            return msgspec.json.decode(self.get(path, parameters).content, type=type_)
        except msgspec.MsgspecError as error:
            raise Unwell(
                f"{self.title} at {self.where} answers {path} with something else ({error})",
                "is it that service, and one that this version knows? See the address in the environment",
            ) from error

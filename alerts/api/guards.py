"""What is looked at before a route is called: who asks, and whether all that was asked for means something."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from alerts.api.tokens import Tokens

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_Connection = ASGIConnection[Any, Any, Any, Any]


def token_guard(tokens: Tokens) -> Guard:
    """Return what refuses whoever has no token."""

    async def guard(connection: _Connection, _: BaseRouteHandler) -> None:
        scheme, _space, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or tokens.holder(token.strip()) is None:
            raise NotAuthorizedException(
                "a token is needed: Authorization: Bearer TOKEN; `dunghan api token new NAME` makes one",
                status_code=HTTPStatus.UNAUTHORIZED,
                headers={"WWW-Authenticate": "Bearer"},
            )

    return guard


async def from_this_machine(connection: _Connection, _: BaseRouteHandler) -> None:
    """Refuse what was asked of another host's name: a page in a browser may have its own name lead to this machine.

    Raises:
        PermissionDeniedException: the name is not this machine's.
    """
    if urlsplit(f"//{connection.headers.get('host', '')}").hostname not in _LOOPBACK:
        raise PermissionDeniedException("without tokens, ask 127.0.0.1 or localhost")


async def known_parameters(connection: _Connection, handler: BaseRouteHandler) -> None:
    """Refuse a query parameter that the route does not know, or one given twice: a filter that is none misleads.

    Raises:
        ValidationException: naming them.
    """
    declared = handler.parsed_fn_signature.parameters.keys()
    known = declared - handler.resolve_dependencies().keys() - connection.path_params.keys()
    given = list(connection.query_params.multi_items())
    names = [name for name, _ in given]
    faults = [{"key": name, "message": "no such parameter"} for name in dict.fromkeys(names) if name not in known]
    faults += [{"key": name, "message": "given twice"} for name in sorted(known) if names.count(name) > 1]
    if faults:
        raise ValidationException(extra=faults)

"""The API, put together: routes, who may call them, headers, problems, and the OpenAPI document."""

from importlib.metadata import version

import msgspec
from litestar import Litestar, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Guard, Message, Scope

from alerts.api import routes
from alerts.api.guards import from_this_machine, known_parameters, token_guard
from alerts.api.problems import HANDLERS
from alerts.api.reading import Reading
from alerts.api.tokens import Tokens

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_BEARER = "token"

_V1 = (routes.agencies, routes.agency, routes.indicators, *routes.LISTS, routes.dossier)


def create_app(reading: Reading | None, tokens: Tokens | None) -> Litestar:
    """Return the API.

    Args:
        reading: What it answers; None where only its document is wanted.
        tokens: Who may ask; None is anybody on this machine.
    """
    who: Guard = from_this_machine if tokens is None else token_guard(tokens)
    return Litestar(
        route_handlers=[
            Router("/v1", route_handlers=_V1, guards=[who, known_parameters], security=[{_BEARER: []}]),
            Router("/", route_handlers=[routes.health, routes.ready], guards=[known_parameters]),
        ],
        dependencies={"reading": Provide(lambda: reading, sync_to_thread=False)},
        before_send=[_add_headers],
        exception_handlers=HANDLERS,
        openapi_config=_document(),
        logging_config=None,
    )


def openapi_document() -> bytes:
    """Return the OpenAPI document, as it is committed."""
    document = create_app(None, None).openapi_schema.to_schema()
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


async def _add_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers[name] = value


def _document() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Đúng Hạn",
        version=version("dunghan"),
        description="Dossiers that are overdue, due soon or unknown to the national portal; agencies; the index.",
        path="/openapi.json",
        render_plugins=[JsonRenderPlugin(path="/")],  # and no page that loads a program from elsewhere
        components=Components(
            security_schemes={_BEARER: SecurityScheme(type="http", scheme="bearer", description="A token of this API.")}
        ),
    )

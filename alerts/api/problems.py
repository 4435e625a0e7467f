"""What went wrong, as RFC 9457 has it: one clear line, and never what a stack trace holds."""

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = "5"


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, and what to do about it."""

    type: str
    title: str
    status: int
    detail: str


class UnavailableError(HTTPException):
    """What was asked for cannot be told now, but soon."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE


def of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the API or the framework refuses."""
    if error.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return of_fault(request, error)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = _RETRY_SECONDS
    return _response(error.status_code, _detail(error), headers)


def of_redis(_: Request[Any, Any, Any], error: RedisError) -> Response[Problem]:
    """Answer while Redis cannot be asked."""
    log.warning("Redis: %s", error)
    detail = "Redis, which holds the view, does not answer; try again in a moment"
    return _response(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": _RETRY_SECONDS})


def of_fault(_: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer a fault of ours; what it was is in the log."""
    log.error("a request failed", exc_info=error)
    return _response(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of this API; it is in its log", {})


def responses(*statuses: HTTPStatus) -> dict[int, ResponseSpec]:
    """Return what the OpenAPI document says of these problems."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            generate_examples=False,
            description=status.phrase,
            media_type=MEDIA_TYPE,
        )
        for status in statuses
    }


def _detail(error: HTTPException) -> str:
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return "; ".join(f"{one.get('key', 'request')}: {one['message']}" for one in error.extra)
    return error.detail or HTTPStatus(error.status_code).phrase


def _response(status: int, detail: str, headers: dict[str, str]) -> Response[Problem]:
    problem = Problem("about:blank", HTTPStatus(status).phrase, status, detail)
    return Response(problem, status_code=status, headers=headers, media_type=MEDIA_TYPE)


HANDLERS: Any = {HTTPException: of_http, RedisError: of_redis, Exception: of_fault}

"""Asking a service over HTTP, with an end to the patience, and naming it without its password."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

PATIENCE_SECONDS = 10.0
"""For one request. The services answer in milliseconds; what takes longer is down for all that we can do."""

# Its line for each request would show the whole address, and a query may hold a token.
logging.getLogger("httpx").setLevel(logging.WARNING)


class UnansweredError(Exception):
    """The service did not answer, or not in time; the message says which and why."""


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Open a client. It follows no redirect, and no proxy of the environment comes between."""
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as opened:
        yield opened


async def ask(opened: httpx.AsyncClient, method: str, url: str, **request: Any) -> httpx.Response:
    """Return the answer, whatever it is.

    Raises:
        UnansweredError: there is none. httpx limits each part of the exchange, this limits the whole.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await opened.request(method, url, **request)
    except (httpx.HTTPError, TimeoutError, OSError) as error:
        raise UnansweredError(f"{bare(url)} does not answer: {str(error) or type(error).__name__}") from error


def bare(url: str) -> str:
    """Return an address as logs may show it: without user and password, and without a query, which may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

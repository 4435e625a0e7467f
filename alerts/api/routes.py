"""Where each answer is asked for."""

from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, PathParameter, QueryParameter

from agents.indicators.windows import Window
from alerts.api import answers
from alerts.api.cursors import CursorError, place_of
from alerts.api.problems import responses
from alerts.api.reading import Reading
from alerts.redis.pages import BEGINNING

_LONGEST_CODE = 100  # as the event contract has it
_LONGEST_CURSOR = 700  # a code of 100 characters may have 400 bytes
MOST_DOSSIERS = 1000

_REFUSED = HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE
Source = NamedDependency[Reading]
# Of the type `path`, since a code may hold a slash; it comes with the one before it, which the document passes over.
Code = Annotated[
    str, PathParameter(min_length=1, max_length=_LONGEST_CODE + 1, schema_extra={"max_length": _LONGEST_CODE})
]
AgencyChoice = Annotated[
    str, QueryParameter(max_length=_LONGEST_CODE, description="Only this agency's; empty is the same as left out.")
]
Cursor = Annotated[
    str,
    QueryParameter(
        max_length=_LONGEST_CURSOR,
        pattern="^[A-Za-z0-9_-]*$",
        description="What the page before gave as `next`; empty is the first page.",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_DOSSIERS, description="How many dossiers a page has at most.")]


@get(
    "/agencies",
    sync_to_thread=True,
    summary="How many dossiers each agency has on each list",
    responses=responses(*_REFUSED),
)
def agencies(reading: Source) -> answers.AgencyList:
    """Every agency of which a dossier was seen."""
    return reading.agencies()


@get(
    "/agencies/{code:path}",
    sync_to_thread=True,
    summary="One agency",
    responses=responses(*_REFUSED, HTTPStatus.NOT_FOUND),
)
def agency(reading: Source, code: Code) -> answers.AgencyDetail:
    """The counts of one agency, its oldest overdue dossier and its next appointment."""
    return reading.agency(code.removeprefix("/"))


@get(
    "/indicators",
    sync_to_thread=True,
    summary="The index of an agency, or of every province",
    responses=responses(*_REFUSED, HTTPStatus.NOT_FOUND),
)
def indicators(
    reading: Source, agency: AgencyChoice = "", window: FromQuery[Window] = Window.YEAR
) -> answers.IndicatorList:
    """Each indicator with its numerator, denominator, ratio and score, and by which definition."""
    return reading.indicators(agency or None, window)


def _list(path: str, name: str, summary: str, description: str) -> HTTPRouteHandler:
    """Return the route of one list of dossiers."""

    @get(
        path,
        sync_to_thread=True,
        name=name,
        operation_id=name,
        summary=summary,
        description=description,
        responses=responses(*_REFUSED, HTTPStatus.NOT_FOUND),
    )
    def dossiers(
        reading: Source, agency: AgencyChoice = "", cursor: Cursor = "", limit: Limit = 100
    ) -> answers.DossierList:
        try:
            place = place_of(cursor) if cursor else BEGINNING
        except CursorError as error:
            raise NotFoundException(f"cursor: {error}") from error
        return reading.dossiers(name, agency or None, place, limit)

    return dossiers


LISTS = (
    _list("/overdue", "overdue", "Overdue dossiers", "Those overdue for longest first."),
    _list("/due-soon", "due_soon", "Dossiers that are due soon", "The nearest appointment first."),
    _list(
        "/unsynced",
        "unsynced",
        "Dossiers of which the national portal has not acknowledged all",
        "Those beyond the limit, the longest missing first.",
    ),
    _list(
        "/diverged",
        "diverged",
        "Dossiers that the national portal shows otherwise than the agency",
        "Those that differ for longest first.",
    ),
)


@get(
    "/dossiers/{code:path}",
    sync_to_thread=True,
    summary="One dossier, and why it stands so",
    responses=responses(*_REFUSED, HTTPStatus.NOT_FOUND),
)
def dossier(reading: Source, code: Code) -> answers.DossierDetail:
    """Facts, intervals, arithmetic to the due instant, sync ledger and alerts, each with its rule and source."""
    return reading.dossier(code.removeprefix("/"))


@get("/health", sync_to_thread=False, summary="The process is up", responses=responses(HTTPStatus.BAD_REQUEST))
def health() -> answers.Health:
    """Say that the process is up, whatever Redis and the workers do."""
    return answers.Health(status="up", version=version("dunghan"))


@get(
    "/ready",
    sync_to_thread=True,
    summary="Redis answers, and every partition is in the view and fresh",
    responses=responses(HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE),
)
def ready(reading: Source) -> answers.Readiness:
    """Say whether all can be told, and if not why."""
    return reading.readiness()

"""Answers, as the view in Redis has them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from litestar.exceptions import NotFoundException
from redis import Redis

from agents.dossiers.dossier import load
from agents.dossiers.explain import explain
from agents.indicators.windows import Window
from alerts.api import answers
from alerts.api.cursors import cursor_of
from alerts.api.problems import UnavailableError
from alerts.redis.calendar import ViewRulebook
from alerts.redis.index import IndexCounts, UnitIndex, agency_index, province_index, read_counts
from alerts.redis.pages import Pages, Place
from alerts.redis.rebuild import AgencyView, agency_view, agency_views
from alerts.redis.rows import Row
from alerts.redis.written import Written, everything_written, name_of, view_written
from config.clock import Clock
from config.index import Indexes
from config.settings import Settings
from streams.sources import dossiers

_FRESH = timedelta(seconds=60)  # workers say at least every 15 seconds of when their counts are


class Reading:
    """What the routes answer. Threads share it."""

    def __init__(self, client: Redis, settings: Settings, indexes: Indexes, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._indexes = indexes
        self._clock = clock
        self._pages = Pages(client, settings)
        self._rulebook = ViewRulebook(client, settings)

    def agencies(self) -> answers.AgencyList:
        """Return every agency of which a dossier was seen."""
        found = agency_views(self._client, self._settings.app)
        return answers.AgencyList(agencies=tuple(map(self._agency, found)), **self._about())

    def agency(self, code: str) -> answers.AgencyDetail:
        """Return one agency.

        Raises:
            NotFoundException: no dossier of it was seen.
        """
        found = agency_view(self._client, self._settings.app, code)
        if found is None:
            raise NotFoundException(f"{code}: no dossier of such an agency was seen; /v1/agencies has those there are")
        return answers.AgencyDetail(
            agency=self._agency(found),
            oldest_overdue_since=self._pages.first_at("overdue", code),
            next_due_at=self._pages.first_at("due_soon", code),
            **self._about(),
        )

    def _agency(self, view: AgencyView) -> answers.Agency:
        level = self._indexes.agencies.level(view.agency)
        return answers.Agency(level=level, **msgspec.structs.asdict(view))

    def indicators(self, agency: str | None, window: Window) -> answers.IndicatorList:
        """Return the index of an agency, or of every province there is.

        Raises:
            NotFoundException: nothing is counted of the agency.
            UnavailableError: nothing is counted at all.
        """
        counted = read_counts(self._client, self._settings, window)
        if not counted.completeness.present:
            raise UnavailableError(detail="no worker has written its counts yet; try again in a moment")
        at = counted.completeness.judged_at or self._clock.now()
        index = self._indexes.at(at)
        return answers.IndicatorList(
            window=window,
            definition=answers.Definition(effective_from=index.day, source=index.source),
            indicators=tuple(row for unit in self._units(counted, at, agency) for row in _indicators(unit)),
            **_about_counts(counted),
        )

    def _units(self, counted: IndexCounts, at: datetime, agency: str | None) -> list[UnitIndex]:
        if agency is None:
            return [province_index(counted, self._indexes, at, province) for province in counted.provinces]
        if agency not in counted.counts:
            raise NotFoundException(f"{agency}: nothing is counted of such an agency")
        return [agency_index(counted, self._indexes, at, agency)]

    def dossiers(self, name: str, agency: str | None, place: Place, limit: int) -> answers.DossierList:
        """Return a page of a list."""
        page = self._pages.read(name, agency, place, limit)
        return answers.DossierList(
            total=page.total,
            dossiers=tuple(_dossier(code, row) for code, row in page.rows),
            next=None if page.last is None else cursor_of(page.last),
            **self._about(),
        )

    def dossier(self, code: str) -> answers.DossierDetail:
        """Return one dossier, and why it stands so.

        Raises:
            NotFoundException: staff need not see it, or there is none.
            UnavailableError: the partition in which it lives is not in the view.
        """
        written = view_written(self._client, self._settings)
        home = name_of(dossiers(self._settings), self._pages.home(code))
        stored = self._pages.dossier(code)
        if stored is None and home in {*written.missing, *written.writing}:
            raise UnavailableError(detail=f"{code}: partition {home} is not in the view yet; try again in a moment")
        at = written.judged_of(home) or self._clock.now()
        explanation = None if stored is None else explain(load(stored.facts), at, self._rulebook.read())
        if stored is None or explanation is None:
            raise NotFoundException(
                f"{code}: no dossier that is open or asks for attention; `dunghan explain` knows those that ended, too"
            )
        told = answers.explained(explanation)
        return answers.DossierDetail(dossier=_dossier(code, stored.row), explanation=told, **_about(written))

    def readiness(self) -> answers.Readiness:
        """Return that all can be told.

        Raises:
            UnavailableError: saying what cannot, and why.
        """
        written = everything_written(self._client, self._settings)
        reasons = list(self._not_ready(written))
        as_of = written.as_of
        if reasons or as_of is None:
            raise UnavailableError(detail="; ".join(reasons) or "no partition is served")
        return answers.Readiness(status="ready", as_of=as_of)

    def _not_ready(self, written: Written) -> Iterator[str]:
        if written.missing:
            yield f"not in the view: {', '.join(written.missing)} (start a worker: dunghan worker)"
        if written.writing:
            yield f"being written: {', '.join(written.writing)}"
        oldest_at = self._clock.now() - _FRESH
        stale = [name for name, one in written.applied.items() if one.as_of < oldest_at]
        if stale:
            yield f"no word for {_FRESH.total_seconds():.0f} s of: {', '.join(stale)} (is their worker running?)"

    def _about(self) -> dict[str, Any]:
        return _about(view_written(self._client, self._settings))


def _about(written: Written) -> dict[str, Any]:
    """Return of when the lists are, and whether they are whole."""
    return {
        "as_of": written.as_of,
        "judged_at": written.judged_at,
        "completeness": answers.Completeness(
            complete=not (written.missing or written.writing or written.catching_up),
            partitions=written.expected,
            missing=written.missing,
            writing=written.writing,
            catching_up=written.catching_up,
            waiting=written.waiting,
        ),
    }


def _about_counts(counted: IndexCounts) -> dict[str, Any]:
    """Return of when the counts are, and whether they are whole."""
    found = counted.completeness
    return {
        "as_of": found.as_of,
        "judged_at": found.judged_at,
        "completeness": answers.Completeness(
            complete=not (found.missing or found.catching_up),
            partitions=found.expected,
            missing=found.missing,
            writing=(),
            catching_up=found.catching_up,
            waiting=found.waiting,
        ),
    }


def _indicators(unit: UnitIndex) -> Iterator[answers.Indicator]:
    for code, score in unit.scores.items():
        yield answers.Indicator(
            unit=unit.unit,
            level=unit.level,
            indicator=code,
            numerator=score.numerator,
            denominator=score.denominator,
            ratio=_number(score.ratio),
            score=_number(score.points),
            max=float(unit.index.indicators[code].max),
        )


def _number(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _dossier(code: str, row: Row) -> answers.Dossier:
    told = msgspec.structs.asdict(row)
    told["breaches"] = tuple(
        answers.Breach(rule=one.rule, since=one.since, severity=one.severity) for one in row.breaches
    )
    return answers.Dossier(code=code, **told)

"""Why does a dossier stand as it does? All that its standing was derived from, told in full.

Pure: the facts, the instant and what is in force; for `dunghan explain`, and for whatever serves the same as JSON.
"""

from collections.abc import Iterator
from datetime import datetime

from agents.dossiers.arithmetic import reckon
from agents.dossiers.case import Case, case_of
from agents.dossiers.deadline import received_of
from agents.dossiers.dossier import Dossier
from agents.dossiers.explanation import (
    Alert,
    Apology,
    ApologyState,
    Expected,
    Explanation,
    Given,
    NewDate,
    Stage,
    Sync,
    Version,
)
from agents.dossiers.history import facts_of, ledger_of
from agents.dossiers.rules import (
    acceptance,
    apology,
    processing_deadline,
    step_deadline,
    sync_missing,
)
from agents.dossiers.standing import Standing, State, Violation, standing_of
from agents.facts import value
from agents.rules import rule
from config.calendar import Calendar
from config.clock import VIETNAM
from config.policy import Policy
from config.rulebook import Rulebook


def explain(dossier: Dossier, at: datetime, rulebook: Rulebook) -> Explanation | None:
    """Return why a dossier stands as it does at `at`; None while its agency or its status is not known yet."""
    case, standing = case_of(dossier, at, rulebook), standing_of(dossier, at, rulebook)
    if case is None or standing is None:
        return None
    law = rulebook.at(case.ended_at or at)
    reckoning = reckon(case, law)
    return Explanation(
        code=dossier.code,
        agency=case.agency,
        procedure=value(dossier.procedure),
        at=at,
        state=standing.contribution.state,
        received_at=received_of(dossier),
        ended_at=case.ended_at,
        basis=case.deadline.basis,
        due_at=case.deadline.due_at,
        overdue_since=standing.overdue_since,
        policy=_policy(law.policy),
        calendar=_calendar(law.calendar),
        facts=facts_of(dossier),
        intervals=reckoning.intervals,
        arithmetic=reckoning.steps,
        new_dates=tuple(_new_dates(case)),
        apology=_apology(case, standing),
        sync=_sync(case),
        expectations=tuple(_expectations(case)),
        alerts=tuple(_alerts(standing)),
    )


def _policy(policy: Policy) -> Version:
    day = f"{policy.effective_from.astimezone(VIETNAM):%Y-%m-%d}"
    return Version(id=day, effective_from=policy.effective_from, sources=(policy.source,))


def _calendar(calendar: Calendar) -> Version:
    return Version(id=calendar.id, effective_from=calendar.effective_from, sources=calendar.sources)


def _new_dates(case: Case) -> Iterator[NewDate]:
    """Yield the new dates that were given, in order.

    The first extension moves the appointment; an apology never does.
    """
    dossier = case.dossier
    extensions = [(said_at, date, Given.EXTENSION) for said_at, date in dossier.extensions]
    apologies = [(sent_at, date[0], Given.APOLOGY) for sent_at, *date in dossier.apologies if date]
    given = sorted(extensions + apologies)
    for said_at, date, by in given:
        yield NewDate(
            said_at=said_at,
            new_due_at=date,
            by=by,
            moves=(said_at, date, by) == extensions[0] if extensions else False,
            one_too_many=date != given[0][1],
        )


def _apology(case: Case, standing: Standing) -> Apology:
    violations = standing.contribution.violations
    late = standing.overdue_since is not None or standing.contribution.state is State.FINISHED_LATE
    state = ApologyState.ON_TIME if late else ApologyState.NOT_OWED
    if Violation.APOLOGY_MISSING in violations:
        state = ApologyState.MISSING
    elif Violation.APOLOGY_LATE in violations:
        state = ApologyState.LATE
    sent_at = tuple(sent[0] for sent in case.dossier.apologies)
    return Apology(state=state, owed_by=apology.expect(case).due_at, sent_at=sent_at)


def _sync(case: Case) -> Sync:
    since, stages = sync_missing.missing(case)
    return Sync(
        ledger=ledger_of(case.dossier),
        missing_since=since,
        stages=tuple(Stage(after=at, severity=severity) for at, severity in stages),
        limits_source=case.rulebook.at(since or case.at).policy.source,
    )


def _expectations(case: Case) -> Iterator[Expected]:
    for one, expectation in (
        (acceptance.RULE, acceptance.expect(case)),
        (step_deadline.RULE, step_deadline.expect(case)),
        (processing_deadline.RULE, processing_deadline.expect(case)),
        (apology.RULE, apology.expect(case)),
    ):
        if expectation is not None:
            yield Expected(
                rule=one.id,
                title=one.title,
                due_at=expectation.due_at,
                met_at=expectation.met_at,
                verdict=expectation.verdict(case.at),
            )


def _alerts(standing: Standing) -> Iterator[Alert]:
    for breach in standing.breaches:
        by = rule(breach.rule)
        yield Alert(rule=by.id, title=by.title, since=breach.since, severity=breach.severity, source=by.source)

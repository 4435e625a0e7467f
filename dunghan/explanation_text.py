"""An explanation as a person reads it: sections of short tables, and the sources at the foot."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, RenderableType

from agents.dossiers.explanation import Explanation, Fact, Interval, NewDate, Reported, Step
from agents.dossiers.rules import apology, second_extension, sync_missing
from agents.rules import rule
from dunghan.texts import Notes, Row, duration_text, interval_table, local_text, plain_table
from streams.events import Status


def print_explanation(told: Explanation, out: Console) -> None:
    """Print all of an explanation."""
    notes = Notes()
    for line in _head(told, notes):
        out.print(line)
    for title, *parts in _sections(told, notes):
        out.print(f"\n{title}", style="bold")
        for part in parts:
            out.print(part)
    out.print("\nSources", style="bold")
    out.print(notes.table())


def _head(told: Explanation, notes: Notes) -> Iterator[str]:
    overdue = f", overdue since {local_text(told.overdue_since)}" if told.overdue_since else ""
    yield f"{told.code}, agency {told.agency}, procedure {told.procedure or 'not said'}"
    yield f"as of {local_text(told.at)}: {_words(told.state)}, due {local_text(told.due_at)}{overdue}"
    for name, version in (("calendar", told.calendar), ("policy", told.policy)):
        mark = notes.mark(f"{name} {version.id} rests on: {'; '.join(version.sources)}")
        yield f"judged by {name} {version.id}, in force from {local_text(version.effective_from)} {mark}"


def _sections(told: Explanation, notes: Notes) -> Iterator[tuple[RenderableType, ...]]:
    yield "What was said", plain_table((), map(_fact, told.facts))
    rows = (Row(one.start, one.end, one.clock, one.reason, _by(one)) for one in told.intervals)
    yield "Intervals", interval_table(rows, notes) if told.intervals else "none: nothing was promised"
    yield "Arithmetic", plain_table((), map(_step, told.arithmetic))
    if told.new_dates:
        mark = notes.mark(_rule(second_extension.RULE.id))
        yield f"New dates {mark}", plain_table(("given", "by", "new date", ""), map(_new_date, told.new_dates))
    yield from _obligations(told, notes)
    yield from _sync(told, notes)
    alerts = (
        (one.severity, one.rule, local_text(one.since), one.title, notes.mark(_rule(one.rule))) for one in told.alerts
    )
    yield "Alerts", plain_table(("severity", "rule", "since", "", "by"), alerts) if told.alerts else "none"


def _obligations(told: Explanation, notes: Notes) -> Iterator[tuple[RenderableType, ...]]:
    rows = (
        (one.rule, local_text(one.due_at), local_text(one.met_at), _words(one.verdict), notes.mark(_rule(one.rule)))
        for one in told.expectations
        if one.rule != apology.RULE.id
    )
    yield "By when must what have happened", plain_table(("rule", "due", "met", "verdict", "by"), rows)
    sent = ", ".join(map(local_text, told.apology.sent_at)) or "none sent"
    owed_by = f"on time until {local_text(told.apology.owed_by)}" if told.apology.owed_by else "no date to apologise by"
    mark = notes.mark(_rule(apology.RULE.id))
    yield f"Apology {mark}", f"{_words(told.apology.state)}: {sent}; {owed_by}"


def _sync(told: Explanation, notes: Notes) -> Iterator[tuple[RenderableType, ...]]:
    sync, mark = told.sync, notes.mark(_rule(sync_missing.RULE.id))
    line = "nothing is missing: the portal has acknowledged all of it"
    if sync.missing_since is not None:
        stages = ", ".join(f"{one.severity} after {local_text(one.after)}" for one in sync.stages)
        limits = notes.mark(f"limits by policy: {sync.limits_source}")
        line = f"missing since {local_text(sync.missing_since)}: {stages} {limits}"
    names = ("fact", "status", "sent", "rejected", "acknowledged")
    yield f"Sync with the national portal {mark}", plain_table(names, map(_reported, sync.ledger)), line


def _fact(fact: Fact) -> tuple[str, str, str]:
    said = local_text(fact.said) if isinstance(fact.said, datetime) else str(fact.said)
    return local_text(fact.at), fact.what, _status(int(said)) if fact.what == "status" else said.replace("_", " ")


def _step(step: Step) -> tuple[str, str, str]:
    span = "" if step.span is None else duration_text(step.span, step.passing)
    return step.what, span, "" if step.at is None else local_text(step.at)


def _new_date(given: NewDate) -> tuple[str, str, str, str]:
    effect = "moves the appointment" if given.moves else "moves nothing"
    verdict = f"{effect}; one new date too many" if given.one_too_many else effect
    return local_text(given.said_at), given.by, local_text(given.new_due_at), verdict


def _reported(fact: Reported) -> tuple[str, ...]:
    rejected = f"{local_text(fact.rejected_at)} {fact.error_code}".rstrip()
    return (
        local_text(fact.at),
        _status(fact.status),
        local_text(fact.sent_at),
        rejected,
        local_text(fact.acknowledged_at),
    )


def _by(interval: Interval) -> str:
    return f"rule {interval.rule}, calendar {interval.calendar}: {interval.source}"


def _rule(rule_id: str) -> str:
    return f"rule {rule_id}: {rule(rule_id).source}"


def _status(code: int) -> str:
    return f"{code} {_words(Status(code).name.lower())}"


def _words(name: str) -> str:
    return name.replace("_", " ")

"""Which rules alert, subject by subject: the policy chooses among those that can.

A rule's id is also that of its page, `docs/rules/<id>.md`. Nothing obliges an agency to refuse a petition or to ask
back (petition-refusal, petition-ask-back), so neither can be overdue: they are counted, and alert nobody.
"""

from collections.abc import Iterable

_REMINDERS = frozenset({"due-soon"})  # of what is not late: shown as lists, unless a policy wants an alert of each
CAN_ALERT = frozenset(
    {
        "processing-deadline",
        "acceptance",
        "step-deadline",
        "due-soon",
        "apology",
        "second-extension",
        "sync-missing",
        "sync-diverged",
        "petition-processing",
        "petition-publication",
        "procedure-announcement",
        "procedure-publication",
    }
)
DEFAULT = CAN_ALERT - _REMINDERS
"""What a policy that says nothing of it means."""


def alert_rules(ids: Iterable[str]) -> frozenset[str]:
    """Return these rules.

    Raises:
        ValueError: one is none, or can never alert.
    """
    rules = frozenset(ids)
    for unknown in sorted(rules - CAN_ALERT):
        raise ValueError(f"{unknown} is no rule that can alert (known: {', '.join(sorted(CAN_ALERT))})")
    return rules

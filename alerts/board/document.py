"""A snapshot as one JSON document, for programs. Pure."""

import msgspec

from alerts.board.figures import figures_from
from alerts.board.firing import dossiers_told_of, firing_groups
from alerts.board.snapshot import Snapshot


def document_from(snapshot: Snapshot) -> str:
    """Write the board's figures, the alerts by name, and who did not answer."""
    document = {
        "at": snapshot.at,
        "focus": snapshot.focus,
        "figures": figures_from(snapshot.samples) if snapshot.samples else None,
        "alerts": firing_groups(snapshot.alerts),
        "dossiers_told_of": dossiers_told_of(snapshot.alerts),
        "faults": snapshot.faults,
    }
    return msgspec.json.encode(document).decode()

"""The live board: what Prometheus and Alertmanager know, in a terminal.

`BoardSource` reads (I/O), `figures_from` adds up and `board_from`, `line_from`, `document_from` draw (pure), `show`
repeats. A `Focus` says what it is about: the days that the index counts, and one agency or all.
"""

from alerts.board.document import document_from
from alerts.board.figures import AgencyFigures, Figures, figures_from
from alerts.board.live import show
from alerts.board.render import board_from, line_from
from alerts.board.snapshot import Alert, AlertState, Focus, Sample, Snapshot
from alerts.board.source import BoardSource

__all__ = [
    "AgencyFigures",
    "Alert",
    "AlertState",
    "BoardSource",
    "Figures",
    "Focus",
    "Sample",
    "Snapshot",
    "board_from",
    "document_from",
    "figures_from",
    "line_from",
    "show",
]

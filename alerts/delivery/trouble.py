"""Saying that a service does not take what it is given: once, not at every try."""

import logging

log = logging.getLogger(__name__)


class Trouble:
    """What is wrong with one sink at present."""

    def __init__(self, sink: str) -> None:
        self._sink = sink
        self._told: str | None = None

    def is_now(self, message: str) -> None:
        """Log it, unless it is what was logged last."""
        if message != self._told:
            log.warning("%s: %s; trying again until it is mended, nothing is lost", self._sink, message)
            self._told = message

    def is_over(self) -> None:
        """Log that it is, if there was any."""
        if self._told is not None:
            log.warning("%s: answers again", self._sink)
            self._told = None

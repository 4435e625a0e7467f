"""Ctrl-C, `kill` and a closed terminal all ask the demo to end, once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While in this context, the first signal raises KeyboardInterrupt; those after it change nothing.

    So the end of the demo, once begun, is not interrupted by an impatient second Ctrl-C.
    """

    def __init__(self) -> None:
        self._asked = False
        self._held = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals until the end of the context."""
        before = [(number, signal.signal(number, self._ask)) for number in SIGNALS]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a signal back to the end of the context: a process just started must be written down first."""
        self._held, asked = True, self._asked
        try:
            yield
        finally:
            self._held = False
        if self._asked and not asked:
            raise KeyboardInterrupt

    def ignore(self) -> None:
        """From now on, change nothing: the end has begun."""
        self._asked = True

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            return
        self._asked = True
        if not self._held:
            raise KeyboardInterrupt

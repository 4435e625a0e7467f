"""How long to wait before the next try."""


class Backoff:
    """Twice as long after each failure, up to a limit; short again after a success.

    One process sends to one address, so there is no herd to be spread by chance.
    """

    def __init__(self, first: float, most: float) -> None:
        self._first = first
        self._most = most
        self._next = first

    def failed(self) -> float:
        """Return how many seconds to wait now."""
        seconds, self._next = self._next, min(self._next * 2, self._most)
        return seconds

    def succeeded(self) -> None:
        """Begin again with the first."""
        self._next = self._first

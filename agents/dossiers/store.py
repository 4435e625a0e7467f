"""Where the stored bytes of a partition's dossiers are: a dictionary, or what is as good as one.

In memory it is a plain `dict`; where `DUNGHAN_STORE_DIR` is set, an `agents.dossiers.disk_store.DiskStore`.
Whichever it is, it is no truth: each start makes it anew from the changelog.
"""

from collections.abc import Iterator, MutableMapping

Store = MutableMapping[str, bytes]  # by the dossier's code


def walk(store: Store) -> Iterator[str]:
    """Yield all codes of now, at whatever pace, while the store changes: on disk a pass sees it as it was."""
    return iter(list(store) if isinstance(store, dict) else store)


class Stores:
    """The stores of one process, by topic and partition: in memory, and forgotten with the states they belong to."""

    def open(self, topic: str, partition: int) -> Store:  # noqa: ARG002 - a dictionary needs no name
        """Return a new, empty store."""
        return {}

    def drop(self, topic: str, partition: int) -> None:
        """Remove the store of a partition, if there is one."""

    def close(self) -> None:
        """Remove everything."""


class StoreError(Exception):
    """A store cannot be read or written. Nothing is lost by that: what it held is in the changelog."""


class StoreClosedError(StoreError):
    """The store's partition is this worker's no more."""

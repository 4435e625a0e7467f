"""Stores on disk: RocksDB holds the dossiers' bytes, and memory only what is asked for often.

A database a partition, all in one folder that is this process's own. It is a cache of the changelog, made anew at each
start: nothing is logged ahead or waited for, and what a former process left behind is removed, never read
(docs/decisions/0024).
"""

import fcntl
import os
from collections.abc import ItemsView, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import TracebackType
from typing import Any

from rocksdict import (
    BlockBasedOptions,
    Cache,
    DbClosedError,
    DBCompressionType,
    Options,
    Rdict,
    WriteBufferManager,
    WriteOptions,
)

from agents.dossiers.store import Store, StoreClosedError, StoreError, Stores
from config.settings import PREFIX, SettingsError

_MIB = 1 << 20
_CACHE = 64 * _MIB  # of blocks read, indexes and filters: of all partitions together, and so is
_UNWRITTEN = 32 * _MIB  # what is not in a file yet
_FILTER_BITS = 10  # a key: of the dossiers that are not there, one in a hundred is looked for in a file
_OPEN_FILES = 64  # of a partition
_NAME = "dunghan-store-"  # whatever has such a name may be removed


class DiskStores(Stores):
    """The stores of one process, by topic and partition."""

    def __init__(self, root: Path) -> None:
        """Take a folder of its own within `root`, which other workers may use, too.

        Raises:
            SettingsError: there is none to be had.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._folder, self._lock = _own_folder(root)
        except OSError as error:
            raise SettingsError(
                f"{PREFIX}STORE_DIR: {error.filename or root}: {error.strerror}; give a folder that may be written to"
            ) from error
        self._options = _options()
        self._open: dict[tuple[str, int], DiskStore] = {}

    def open(self, topic: str, partition: int) -> Store:
        """Return a new, empty store.

        Raises:
            StoreError: the disk is full, or broken.
        """
        self.drop(topic, partition)
        store = self._open[topic, partition] = DiskStore(self._folder, f"{topic}-{partition}-", self._options)
        return store

    def drop(self, topic: str, partition: int) -> None:
        """Close and remove the store of a partition, if there is one."""
        store = self._open.pop((topic, partition), None)
        if store is not None:
            store.close()

    def close(self) -> None:
        """Remove everything."""
        for one in list(self._open):
            self.drop(*one)
        rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


class DiskStore(Store):
    """The dossiers of one partition. A read takes µs; each may raise `StoreError`."""

    def __init__(self, parent: Path, prefix: str, options: Options) -> None:
        self._count = 0  # RocksDB could only guess
        self._trouble = _Trouble(parent)
        with self._trouble:
            self._folder = mkdtemp(prefix=prefix, dir=parent)
            self._rows: Any = Rdict(self._folder, options)  # its annotations are wrong here and there
            write: Any = WriteOptions()
            write.disable_wal = True
            self._rows.set_write_options(write)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, code: object) -> bool:
        with self._trouble:
            return isinstance(code, str) and code.encode() in self._rows

    def __getitem__(self, code: str) -> bytes:
        with self._trouble:
            stored: bytes | None = self._rows.get(code.encode())
        if stored is None:
            raise KeyError(code)
        return stored

    def __setitem__(self, code: str, stored: bytes) -> None:
        key = code.encode()
        with self._trouble:
            is_new = key not in self._rows
            self._rows[key] = stored
        self._count += is_new

    def __delitem__(self, code: str) -> None:
        if code not in self:
            raise KeyError(code)
        with self._trouble:
            del self._rows[code.encode()]
        self._count -= 1

    def __iter__(self) -> Iterator[str]:
        return (code for code, _ in self.items())

    def items(self) -> ItemsView[str, bytes]:
        """Return all rows, by code, as they stand when they are first asked for."""
        return _Items(self)

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Yield all of them in one pass. The client ends it without a word at what it cannot read."""
        expected, seen = self._count, 0
        with self._trouble:
            for key, stored in self._rows.items():
                yield key.decode(), stored
                seen += 1
            if seen != expected:
                raise OSError(f"of {expected} dossiers {seen} can be read")

    def close(self) -> None:
        """Close and remove the database. Whoever asks for something later is told that it is closed."""
        with suppress(Exception):  # it would write what it holds in memory; on a full disk it cannot, and need not
            self._rows.close()
        rmtree(self._folder, ignore_errors=True)  # what is left has another name than any store to come


class _Items(ItemsView[str, bytes]):
    """A pass over the rows, where the one of `Mapping` would look for each."""

    _mapping: DiskStore

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return self._mapping.rows()


class _Trouble:
    """Tells of what RocksDB and the disk say, as one line that says where; from then on, to everyone.

    A disk may have space again. But nobody knows by then what the store lacks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: StoreError | None = None

    def __enter__(self) -> None:
        if self._told is not None:
            raise self._told

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None) -> None:
        if isinstance(error, DbClosedError):
            raise StoreClosedError(f"{self._folder}: the partition's store is closed") from error
        if isinstance(error, Exception):  # the client has no narrower type
            said = " ".join(str(error).split())
            self._told = StoreError(
                f"{PREFIX}STORE_DIR: the store in {self._folder} is of no use any more: {said}; see to the disk, and "
                "start again: it is made anew"
            )
            raise self._told from error


def _options() -> Options:
    """Return the options by which the partitions share what they hold in memory."""
    table = BlockBasedOptions()
    table.set_block_cache(Cache(_CACHE))
    table.set_cache_index_and_filter_blocks(True)
    table.set_bloom_filter(_FILTER_BITS, False)
    options = Options(raw_mode=True)
    options.set_block_based_table_factory(table)
    options.set_write_buffer_manager(WriteBufferManager(_UNWRITTEN, False))
    options.set_compression_type(DBCompressionType.lz4())
    options.set_max_open_files(_OPEN_FILES)
    options.set_keep_log_file_num(1)
    options.set_stats_dump_period_sec(0)
    options.set_stats_persist_period_sec(0)
    return options


def _own_folder(root: Path) -> tuple[Path, int]:
    """Make a folder in `root` that stays locked while this process lives; remove those of processes that are gone."""
    beginning = _locked(root, fcntl.LOCK_EX)  # one at a time, else a folder could go before it is locked
    try:
        for other in root.glob(f"{_NAME}*"):
            with suppress(BlockingIOError, FileNotFoundError):  # its process lives, or is just removing it
                lock = _locked(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                try:
                    rmtree(other)
                finally:
                    os.close(lock)
        folder = Path(mkdtemp(prefix=_NAME, dir=root))
        return folder, _locked(folder, fcntl.LOCK_EX)
    finally:
        os.close(beginning)


def _locked(folder: Path, how: int) -> int:
    """Open a folder and lock it; the kernel lets go of it when it is closed, or the process ends, however it ends."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, how)
    except OSError:
        os.close(opened)
        raise
    return opened

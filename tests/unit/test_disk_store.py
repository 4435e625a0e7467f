"""The store on disk: it does what a dictionary does, in a folder of its own, and says what it cannot read or write."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path

import pytest
from career_strategies import CAREERS
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dossiers.disk_store import DiskStores
from agents.dossiers.store import Store, StoreClosedError, StoreError
from builders import DAY, records
from config.settings import SettingsError
from history_strategies import HISTORIES, START, deliveries, quick
from partition import Partition
from streams.events import Event

TOPIC = "dossier-events"
AT_ONCE = 8  # stores that a test may look at beside each other: the next one takes the place of the first
CODES = ("H42.17-261102-0001", "H42.17-261102-0002", "Hồ sơ 3")
MANY = 40_000  # of 1 kB each: more than is held in memory before it goes to a file
STEPS = st.lists(st.tuples(st.sampled_from(CODES), st.none() | st.binary(max_size=9)), max_size=20)  # None: remove it
END = START + 60 * DAY

few = settings(quick, max_examples=30)  # a store is opened in some 10 ms


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[DiskStores]:
    made = DiskStores(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Store]]:
    stores, places = DiskStores(tmp_path_factory.mktemp("stores")), cycle(range(AT_ONCE))
    yield lambda: stores.open(TOPIC, next(places))
    stores.close()


def filled(stores: DiskStores) -> Store:
    store = stores.open(TOPIC, 0)
    write_on(store, range(MANY))
    return store


def write_on(store: Store, numbers: Iterable[int]) -> None:
    for number in numbers:
        store[f"{number:06}"] = os.urandom(1000)


# -- a dictionary -----------------------------------------------------------------------------------------------------


@given(steps=STEPS)
@few
def test_it_holds_what_a_dictionary_holds(
    steps: list[tuple[str, bytes | None]], new_store: Callable[[], Store]
) -> None:
    store, expected = new_store(), dict[str, bytes]()
    for code, stored in steps:
        if stored is None:
            assert store.pop(code, None) == expected.pop(code, None)
        else:
            store[code] = expected[code] = stored
        assert (len(store), dict(store.items()), set(store)) == (len(expected), expected, set(expected))
        assert [(code in store, store.get(code)) for code in CODES] == [
            (code in expected, expected.get(code)) for code in CODES
        ]


def test_what_is_not_there_is_a_key_error_as_in_a_dictionary(new_store: Callable[[], Store]) -> None:
    store = new_store()
    with pytest.raises(KeyError, match="D-1"):
        store["D-1"]
    with pytest.raises(KeyError, match="D-1"):
        del store["D-1"]
    assert not store


def test_more_than_memory_takes_is_read_from_files(stores: DiskStores, tmp_path: Path) -> None:
    store = filled(stores)
    first = store["000000"]
    store["000000"] = b"later"
    assert list(tmp_path.rglob("*.sst"))
    assert (len(store), sum(1 for _ in store.items())) == (MANY, MANY)
    assert (len(first), store["000000"], store.get("none")) == (1000, b"later", None)


@given(deliveries(HISTORIES | CAREERS), st.data())
@few
def test_a_partition_on_disk_ends_as_one_in_memory_whatever_the_chunks_and_wherever_it_restarts(
    new_store: Callable[[], Store], delivery: tuple[list[Event], list[Event]], data: st.DataObject
) -> None:
    in_memory, on_disk = Partition(START), Partition(START, new_store=new_store)
    log = records(delivery[1])
    while (start := in_memory.processor.position + 1) < len(log):
        chunk = log[start : start + data.draw(st.integers(1, 12))]
        restarts = data.draw(st.booleans())
        at = START + data.draw(st.integers(0, 12)) * DAY
        for one in (in_memory, on_disk):
            one.take(chunk)
            if restarts:
                one.restart(compacted=True)
            one.advance(at)
    for one in (in_memory, on_disk):
        one.settle(END)

    assert on_disk.state == in_memory.state
    assert on_disk.changelog == in_memory.changelog
    assert on_disk.standings == in_memory.standings
    assert on_disk.reports == in_memory.reports


# -- a folder of its own ----------------------------------------------------------------------------------------------


def test_a_partition_that_comes_back_begins_with_nothing(stores: DiskStores) -> None:
    stores.open(TOPIC, 0)["D-1"] = b"old"
    stores.drop(TOPIC, 0)
    assert not stores.open(TOPIC, 0)


def test_a_store_that_was_dropped_leaves_nothing_on_disk_and_says_that_it_is_closed(
    stores: DiskStores, tmp_path: Path
) -> None:
    dropped, other = stores.open(TOPIC, 0), stores.open(TOPIC, 1)
    dropped["D-1"] = other["D-1"] = b"facts"
    stores.drop(TOPIC, 0)
    stores.drop("catalogue-events", 1)  # which has none on disk

    (folder,) = tmp_path.glob("*/*")
    assert folder.name.startswith(f"{TOPIC}-1-")
    assert other["D-1"] == b"facts"
    with pytest.raises(StoreClosedError):
        dropped["D-1"]


def test_workers_may_share_a_folder_and_the_next_one_removes_what_a_dead_one_left(tmp_path: Path) -> None:
    program = "import os, sys; from pathlib import Path; from agents.dossiers.disk_store import DiskStores\n"
    program += f"DiskStores(Path(sys.argv[1])).open('{TOPIC}', 0)['D-1'] = b'facts'; os._exit(9)"
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()

    one = DiskStores(tmp_path)
    assert not left.exists()
    store = one.open(TOPIC, 0)
    store["D-1"] = b"mine"
    two = DiskStores(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert not two.open(TOPIC, 0)
    assert store["D-1"] == b"mine"

    one.close()
    two.close()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_had_is_named_in_one_line_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError) as refused:
        DiskStores(tmp_path / "file" / "store")
    assert str(refused.value).startswith(f"DUNGHAN_STORE_DIR: {tmp_path}/file/store: Not a directory; give a folder")


# -- a disk that fails ------------------------------------------------------------------------------------------------


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let writes beyond so many bytes fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_in_one_line_with_what_to_do_and_to_everyone_even_once_there_is_space(
    stores: DiskStores,
) -> None:
    store = stores.open(TOPIC, 0)
    with files_no_larger_than(1 << 20), pytest.raises(StoreError) as failed:
        write_on(store, count())
    with pytest.raises(StoreError, match="of no use any more"):
        store["000000"]
    assert str(failed.value).startswith("DUNGHAN_STORE_DIR: the store in ")
    assert "File too large; see to the disk, and start again" in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda store: list(store.items()), rf"of {MANY} dossiers \d+ can be read"),
        (lambda store: [store[f"{number:06}"] for number in range(MANY)], "Corruption"),
    ],
    ids=["in one pass", "one by one"],
)
def test_a_broken_file_is_told_by_whoever_reads_it_and_never_taken_for_the_end(
    read: Callable[[Store], object], said: str, stores: DiskStores, tmp_path: Path
) -> None:
    store = filled(stores)
    (file, *_) = tmp_path.rglob("*.sst")
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(bytes(100_000))

    with pytest.raises(StoreError, match=said):
        read(store)

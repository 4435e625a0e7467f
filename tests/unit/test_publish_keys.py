"""The key of an event is its dossier, in every accepted form; a broken event has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.publish import STRUCTURED, Address, address

CLOUD_EVENT = b'{"specversion":"1.0","type":"t","source":"s","id":"1","subject":"D-1","data":{"subject":"no"}}'


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (CLOUD_EVENT, "D-1"),
        (b'  {"subject": "D-1"}', "D-1"),
        (b'{"specversion":"1.0","type":"vn.dvcqg.DongBoHoSoMC","data":[{"MaHoSo":"D-1"}]}', "D-1"),
        ('{"MaHoSo":"D-1","ChuHoSo":"Nguyễn"}'.encode(), "D-1"),
        (b'[{"MaHoSo":"D-1"}]', "D-1"),
        (b' [{"MaHoSo":"D-1"},{"MaHoSo":"D-1"}]', "D-1"),
        (b'{"session":"s","madonvi":"H42.01","data":[{"MaHoSo":"D-1"}]}', "D-1"),
        (b'[{"MaHoSo":"D-1"},{"MaHoSo":"D-2"}]', None),
        (b'{"data":[{"MaHoSo":"D-1"},{"MaHoSo":"D-2"}]}', None),
        (b"[]", None),
        (b'{"error_code":"0","message":"ok"}', None),
        (b'{"subject":7}', None),
        (b'{"subject":""}', None),
        (b'{"subject":"D-1"', None),
        (b"\xff\xfe", None),
        (b"", None),
        (b'"text"', None),
    ],
)
def test_the_key_is_found_in_every_form(line: bytes, key: str | None) -> None:
    assert address(line).key == key


def test_a_structured_cloud_event_is_marked_as_one() -> None:
    assert address(CLOUD_EVENT) == Address("D-1", STRUCTURED, "t")
    assert address(b'{"MaHoSo":"D-1"}').headers is None


@given(st.binary())
def test_whatever_the_bytes_are_there_is_an_address(line: bytes) -> None:
    assert isinstance(address(line), Address)

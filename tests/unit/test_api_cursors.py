"""Where a page begins: cursors are taken back as they were given, and nothing else is."""

from base64 import urlsafe_b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.api.cursors import CursorError, cursor_of, place_of
from alerts.redis.pages import Place

PLACES = st.builds(
    Place,
    score=st.floats(allow_nan=False, allow_infinity=False),
    code=st.text(min_size=1, max_size=100),
)


@given(PLACES)
def test_a_cursor_that_was_given_leads_back_to_its_place(place: Place) -> None:
    cursor = cursor_of(place)

    assert place_of(cursor) == place
    assert len(cursor) <= 700
    assert cursor.isascii()
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(CursorError, match="not a cursor"):
        place_of(text)


@pytest.mark.parametrize("place", [(float("nan"), "A"), (float("inf"), "A"), (1.0,), ("A", 1.0), (1.0, "A", 2), [], 7])
def test_what_is_no_place_is_refused(place: object) -> None:
    with pytest.raises(CursorError):
        place_of(urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("="))


def test_a_place_has_one_cursor() -> None:
    cursor = cursor_of(Place(1.5, "A"))
    for other in (f"{cursor}=", f" {cursor}", f"{cursor}\n", cursor[:-1]):
        with pytest.raises(CursorError):
            place_of(other)

"""Where the next page begins, as text that means something to this API only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isfinite

import msgspec

from alerts.redis.pages import Place

_CODER = msgspec.msgpack.Encoder()
_PLACE = msgspec.msgpack.Decoder(Place)


class CursorError(ValueError):
    """A cursor that this API has not given."""


def cursor_of(place: Place) -> str:
    """Return the cursor of a place."""
    return urlsafe_b64encode(_CODER.encode(place)).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Return the place of a cursor.

    Raises:
        CursorError: it is none.
    """
    try:
        place = _PLACE.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, msgspec.MsgspecError):
        raise CursorError("not a cursor that this API has given; begin at the first page, without one") from None
    if not isfinite(place.score) or cursor_of(place) != cursor:
        raise CursorError("not a cursor that this API has given; begin at the first page, without one")
    return place

"""The national portal's own messages (Cổng DVC quốc gia, DVCQG), read as they are and turned into canonical events.

So that one merge logic exists: the rest of the monitor never sees a portal message.
"""

from streams.dvcqg.origin import ANSWER, PORTAL_TYPES, PROGRESS, SYNC, Origin
from streams.dvcqg.reading import read, recognise

__all__ = ["ANSWER", "PORTAL_TYPES", "PROGRESS", "SYNC", "Origin", "read", "recognise"]

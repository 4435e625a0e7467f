"""The two requests of Alertmanager's API v2 that are needed."""

import logging
from collections.abc import Sequence

import httpx
import msgspec

from alerts.alertmanager.post import Post
from alerts.delivery.http import UnansweredError, ask, bare
from alerts.delivery.sink import Outcome

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_JSON = {"content-type": "application/json"}
_SHOWN = 300  # characters of what it says of what it refuses


class _Status(msgspec.Struct):
    uptime: str
    """The instant at which it was started."""


class AlertmanagerClient:
    """One Alertmanager."""

    def __init__(self, opened: httpx.AsyncClient, address: str) -> None:
        self._client = opened
        self._api = f"{address.rstrip('/')}/api/v2"

    async def started_at(self) -> str:
        """Return since when it runs: another answer means that it has forgotten all alerts.

        Raises:
            UnansweredError: it does not answer as it should.
        """
        answer = await ask(self._client, "GET", f"{self._api}/status")
        try:
            return msgspec.json.decode(answer.content, type=_Status).uptime
        except msgspec.MsgspecError as error:
            raise UnansweredError(f"{bare(self._api)} is no Alertmanager: HTTP {answer.status_code}") from error

    async def post(self, posts: Sequence[Post]) -> Outcome:
        """Post alerts. Those it finds invalid it refuses for good, and takes the others of the same request.

        Raises:
            UnansweredError: it took none.
        """
        answer = await ask(self._client, "POST", f"{self._api}/alerts", content=_encode(posts), headers=_JSON)
        if answer.is_success:
            return Outcome.DELIVERED
        if answer.status_code == httpx.codes.BAD_REQUEST:
            log.error("%s refuses alerts, and they are passed over: %s", bare(self._api), answer.text[:_SHOWN])
            return Outcome.REFUSED
        raise UnansweredError(f"{bare(self._api)} answers HTTP {answer.status_code}")

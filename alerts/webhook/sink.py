"""The webhook sink: each step of each alert in a POST of its own, as it is on the topic, signed.

The signature is that of Standard Webhooks 1.0. `webhook-id` is the same however often a step is sent, so a receiver
that keeps ids can tell what it has seen. It is made from the step's own id, which stands in the body: that one holds
codes of upstream systems, with full stops, and the specification forbids those in an id, since they are what separates
the signed parts. Steps of one alert come in their order.

What an answer means:

- 2xx: taken.
- 400, 410, 413, 415, 422 and other 4xx: this message is not wanted, and will not be the next time. It is logged and
  counted as refused, and the next one goes: one that nobody can read must not hold up all that come after it.
- 401, 403, 404, 405 and 407 say nothing of the message: secret, address or door is wrong, and every message would be
  lost until somebody mends it. They wait, as for a receiver that is down.
- 408, 429, 5xx, a redirect (a signed message goes nowhere but where it was meant to), no answer within 10 s: down. It
  is tried again, ever more slowly, for as long as it takes.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from alerts.delivery.courier import Courier
from alerts.delivery.http import UnansweredError, ask, bare, client
from alerts.delivery.progress import Progress
from alerts.delivery.sink import Outcome
from alerts.delivery.steps import Step, one_by_one
from alerts.delivery.trouble import Trouble
from alerts.webhook.secret import signer
from config.clock import Clock
from config.settings import PREFIX, Settings, SettingsError

log = logging.getLogger(__name__)

NAME = "webhook"

_MOST_SECONDS = 30.0  # after its return a receiver waits so long at most
_NOT_ABOUT_THE_MESSAGE = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


class WebhookSink:
    """Sends steps to one address."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Prepare.

        Raises:
            SettingsError: address or secret cannot be used.
        """
        self.progress = Progress(NAME, clock)
        self._url = _checked(settings.webhook_url)
        self._signer = signer(settings)
        self._clock = clock
        self._trouble = Trouble(NAME)
        self._courier = Courier(settings, self.progress, self._deliver, one_by_one, most=_MOST_SECONDS)
        self._client: httpx.AsyncClient | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set."""
        async with client() as self._client:
            await self._courier.run(stop)

    async def _deliver(self, steps: Sequence[Step]) -> Outcome:
        """Offer one step."""
        (step,) = steps
        assert self._client is not None  # noqa: S101 - it runs
        try:
            answer = await ask(
                self._client, "POST", self._url, content=step.value, headers=headers(self._signer, step, self._clock)
            )
        except UnansweredError as error:
            self._trouble.is_now(str(error))
            return Outcome.FAILED
        outcome = outcome_of(answer.status_code)
        if outcome is Outcome.FAILED:
            self._trouble.is_now(f"{bare(self._url)} answers HTTP {answer.status_code}")
            return outcome
        self._trouble.is_over()
        if outcome is Outcome.REFUSED:
            log.error("%s refuses %s: HTTP %s; passed over", bare(self._url), step.event.id, answer.status_code)
        return outcome


def outcome_of(status: int) -> Outcome:
    """Say what an answer means for the message."""
    if httpx.codes.is_success(status):
        return Outcome.DELIVERED
    if httpx.codes.is_client_error(status) and status not in _NOT_ABOUT_THE_MESSAGE:
        return Outcome.REFUSED
    return Outcome.FAILED


def headers(key: Webhook, step: Step, clock: Clock) -> dict[str, str]:
    """Return the headers of a message that is sent now."""
    now, message_id = clock.now(), message_id_of(step.event.id)
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": key.sign(message_id, now, step.value.decode()),
    }


def message_id_of(step_id: str) -> str:
    """Return the `webhook-id` of a step."""
    return "msg_" + hashlib.sha256(step_id.encode()).hexdigest()[:32]


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SettingsError(f"{PREFIX}WEBHOOK_URL is not an address: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SettingsError(f"{PREFIX}WEBHOOK_URL is not an address; write e.g. https://example.gov.vn/alerts")
    return url

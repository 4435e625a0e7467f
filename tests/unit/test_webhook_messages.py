"""What a webhook is sent, what its answers mean, and what the settings must say."""

from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.delivery.sink import Outcome
from alerts.delivery.steps import Step
from alerts.webhook.secret import signer
from alerts.webhook.sink import WebhookSink, headers, message_id_of, outcome_of
from config.clock import FixedClock, SystemClock
from config.settings import Settings, SettingsError
from streams.alerts import AlertEvent, encode_alert
from support.alert_events import AT, MINUTE, raised, resolved

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's own example


def step(event: AlertEvent) -> Step:
    return Step(event, encode_alert(event))


def test_a_receiver_can_tell_that_it_was_us() -> None:
    message = step(raised("H42.17-261102-0001"))
    sent = headers(signer(Settings(webhook_secret=SECRET)), message, SystemClock())

    assert sent["content-type"] == "application/cloudevents+json"
    assert Webhook(SECRET).verify(message.value, sent)["subject"] == "H42.17-261102-0001"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(message.value + b" ", sent)


def test_sent_again_it_has_the_same_id_and_a_new_time() -> None:
    message, clock = step(raised("D-1")), FixedClock(AT)
    first = headers(Webhook(SECRET), message, clock)
    clock.set(AT + MINUTE)
    second = headers(Webhook(SECRET), message, clock)

    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60


def test_every_step_has_an_id_of_its_own_that_needs_no_care_in_a_header() -> None:
    event = raised("H42.17-hồ sơ")
    ids = {message_id_of(one.id) for one in (event, resolved(event, at=AT), raised("H42.18-hồ sơ"))}

    assert len(ids) == 3
    assert all(
        one.isascii() and one.replace("_", "").isalnum() for one in ids
    )  # no full stop: it separates what is signed


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_receiver_that_says_yes_has_it(status: int) -> None:
    assert outcome_of(status) is Outcome.DELIVERED


@pytest.mark.parametrize("status", [400, 409, 410, 413, 415, 422])
def test_a_message_that_is_not_wanted_is_passed_over(status: int) -> None:
    assert outcome_of(status) is Outcome.REFUSED


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 405, 407, 408, 429, 500, 502, 503, 504])
def test_what_says_nothing_of_the_message_makes_it_wait(status: int) -> None:
    assert outcome_of(status) is Outcome.FAILED


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({}, "DUNGHAN_WEBHOOK_SECRET nor _FILE"),
        ({"webhook_secret": "not base64!"}, "DUNGHAN_WEBHOOK_SECRET is not whsec_"),
        ({"webhook_secret": "whsec_c2hvcnQ="}, "shorter than 24 bytes"),
        ({"webhook_secret_file": "/nowhere/secret"}, "DUNGHAN_WEBHOOK_SECRET_FILE /nowhere/secret"),
        ({"webhook_secret": SECRET, "webhook_url": "ftp://example.vn"}, "DUNGHAN_WEBHOOK_URL is not an address"),
    ],
)
def test_settings_at_fault_are_named(choices: dict[str, str], says: str) -> None:
    settings = Settings(**({"webhook_url": "https://example.vn/alerts"} | choices))

    with pytest.raises(SettingsError, match=says) as caught:
        WebhookSink(settings, SystemClock())
    assert "c2hvcnQ" not in str(caught.value)


def test_the_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    message = step(raised("D-1"))

    sent = headers(signer(Settings(webhook_secret_file=str(file))), message, SystemClock())

    assert Webhook(SECRET).verify(message.value, sent)["id"] == message.event.id

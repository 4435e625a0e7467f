"""`dunghan deliver`: what it lacks it says in one line, before it connects to anything."""

from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.settings import PREFIX
from dunghan.commands.deliver_command import command
from support.deliver import SECRET


def deliver(monkeypatch: pytest.MonkeyPatch, *arguments: str, **settings: str) -> Result:
    for name, value in settings.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize(
    ("sink", "settings", "says"),
    [
        ("webhook", {}, "DUNGHAN_WEBHOOK_URL is not set"),
        ("webhook", {"webhook_url": "https://example.vn"}, "DUNGHAN_WEBHOOK_SECRET nor _FILE is"),
        ("webhook", {"webhook_url": "example.vn", "webhook_secret": SECRET}, "DUNGHAN_WEBHOOK_URL is not an address"),
        ("grafana", {}, "DUNGHAN_GRAFANA says no address"),
        ("grafana", {"grafana": "http://127.0.0.1:3000"}, "DUNGHAN_GRAFANA_TOKEN"),
    ],
)
def test_what_a_sink_lacks_is_named(
    monkeypatch: pytest.MonkeyPatch, sink: str, settings: dict[str, Any], says: str
) -> None:
    result = deliver(monkeypatch, "--to", sink, **settings)

    assert result.exit_code != 0
    assert says in (result.stderr or str(result.exception))
    assert SECRET not in result.output


def test_a_sink_that_is_configured_is_delivered_to_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    result = deliver(monkeypatch, webhook_url="https://example.vn", webhook_secret="short")

    assert "DUNGHAN_WEBHOOK_SECRET" in str(result.exception)

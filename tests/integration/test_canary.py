"""Personal data ends at the decoder: a made-up person, told in every message, is nowhere that people or programs look.

The events topic and the values of the dead letters hold messages as they came: that is their contract.
"""

import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis

from config.clock import SystemClock
from config.settings import Settings
from streams.dead_letters import PREFIX
from streams.publish import Publisher
from streams.scan import scan
from streams.sources import sources
from support.api import Serving, serving
from support.canary import AGENCY, WORDS, accepted, betrays, broken, code
from support.deliver import DeliverProcess
from support.workers import wait_until

pytestmark = pytest.mark.stack

NOW = SystemClock().now()
APPLIED = sorted(code(number) for number in range(1, 6))
TOLD = [*accepted(NOW), *broken(NOW)]


@pytest.fixture(scope="module")
def served(make_settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Everything told, applied or refused, delivered and served."""
    settings: Settings = make_settings(partitions=2)
    with Publisher(settings) as publisher:
        for one in TOLD:
            publisher.send(one.value, one.key, [(name, value) for name, value in one.headers])
    with serving(settings, tmp_path_factory.mktemp("canary"), []) as found:
        yield found


@pytest.fixture(scope="module")
def deliver(served: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeliverProcess]:
    deliver = DeliverProcess(served.settings, tmp_path_factory.mktemp("deliver"), "alertmanager")
    try:
        wait_until(lambda: code(1) in alertmanager(served.settings), 60, "the alerts in Alertmanager")
        yield deliver
    finally:
        deliver.stop()


def alertmanager(settings: Settings) -> str:
    """Return what Alertmanager says of the agency."""
    return requests.get(f"{settings.alertmanager}/api/v2/alerts", {"filter": f"agency={AGENCY}"}, timeout=5).text


def clean(text: str | bytes, where: str) -> str:
    """Check that a text betrays nobody; return it."""
    text = text if isinstance(text, str) else text.decode(errors="replace")
    word = betrays(text)
    assert word is None, f"{where}: {word} in …{text[max(text.casefold().find(word or ''), 0) :][:200]}"
    return text


def test_every_word_would_be_found() -> None:
    for one in (told.value for told in TOLD if told.value[:1] in b"{["):
        assert betrays(one.decode()) is not None
    assert [word for word in WORDS if betrays(f"x {word.upper()} x") != word] == []


def test_all_of_it_was_applied_or_refused(served: Serving) -> None:
    assert sorted(served.api.codes("overdue", agency=AGENCY)) == APPLIED
    assert sum(told.is_broken for told in TOLD) > 50
    letters = list(scan(served.settings, served.settings.dead_letters_topic))
    assert sorted(letter.value for letter in letters) == sorted(told.value for told in TOLD if told.is_broken)


def test_nobody_is_in_what_the_headers_of_dead_letters_say(served: Serving) -> None:
    for letter in scan(served.settings, served.settings.dead_letters_topic):
        for name, value in letter.headers:
            if name.startswith(PREFIX):
                clean(value, f"{name} of {letter.value!r}")


def test_nobody_is_in_redis(served: Serving) -> None:
    with closing(Redis.from_url(served.settings.redis)) as client:
        found = {key: clean(b"\n".join(values_of(client, key)), key) for key in keys_of(client, served.settings)}
    for kind in ("view:0", "facts:0", "counts:", "overdue", "calendar"):
        assert any(kind in key for key in found), kind
    assert any(code(1) in text for text in found.values())


def keys_of(client: Any, settings: Settings) -> list[str]:
    return [clean(key, "key") for key in client.scan_iter(f"{settings.app}:*")]


def values_of(client: Any, key: str) -> Iterator[bytes]:
    """Yield all that a key holds."""
    kind = client.type(key).decode()
    if kind == "hash":
        for pair in client.hgetall(key).items():
            yield from pair
    elif kind == "string":
        yield client.get(key)
    else:
        yield from {"zset": lambda: client.zrange(key, 0, -1), "set": lambda: client.smembers(key)}[kind]()


def test_nobody_is_in_the_stored_state_or_in_the_alerts(served: Serving) -> None:
    settings = served.settings
    topics = [settings.alerts_topic, *(source.changelog for source in sources(settings))]
    seen = {topic: list(records(settings, topic)) for topic in topics}

    assert any(code(1) in record for record in seen[settings.alerts_topic])
    assert any(code(1) in record for record in seen[settings.changelog_topic])


def records(settings: Settings, topic: str) -> Iterator[str]:
    """Yield all that the records of a topic hold."""
    for record in scan(settings, topic):
        headers = b"\n".join(name.encode() + b":" + (value or b"") for name, value in record.headers)
        yield clean(b"\n".join([record.key or b"", record.value or b"", headers]), f"{topic}, {record.key!r}")


def test_nobody_is_in_what_the_api_answers(served: Serving) -> None:
    paths = ["agencies", f"agencies/{AGENCY}", "indicators", "overdue", "due-soon", "unsynced", "diverged"]
    for path in [*paths, *(f"dossiers/{one}" for one in APPLIED)]:
        answer = served.api.answer(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        clean(answer.text, path)
        clean(str(answer.headers), path)


def test_nobody_is_in_the_metrics(served: Serving, deliver: DeliverProcess) -> None:
    for port in (served.worker.port, deliver.port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert "tthc_" in clean(answer.read(), f"metrics at {port}")


def test_nobody_is_in_alertmanager(served: Serving, deliver: DeliverProcess) -> None:
    assert AGENCY in clean(alertmanager(served.settings), "Alertmanager")


def test_nobody_is_in_the_logs(served: Serving, deliver: DeliverProcess) -> None:
    logs: dict[str, Path] = {"worker": served.worker.log, "deliver": deliver.log, "api": served.api.log}
    for name, log in logs.items():
        clean(log.read_bytes(), name)
    assert served.worker.log.stat().st_size > 0

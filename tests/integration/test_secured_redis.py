"""Redis by TLS, with the users of SECURITY.md: each may do what its process does, and no more."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from free_stack import LIBS
from redis.exceptions import NoPermissionError, ResponseError

from builders import DAY, HOUR, status
from config.clock import SystemClock
from config.settings import Settings
from dunghan.doctor import Verdict
from dunghan.doctor.clocks import clocks
from dunghan.doctor.redis import RedisChecks
from dunghan.stack import StackConfig
from dunghan.stack.ports import free_ports
from streams.events import Event
from support.api import ApiProcess, publish
from support.program import run
from support.secured import SecuredRedis, make_certificates, running
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

NOW = SystemClock().now().replace(microsecond=0)
LATE, GOOD = "H42.17-261102-0001", "H42.17-261102-0002"


class Secured(NamedTuple):
    """A worker that fills the view and an API that reads it, each as its own user."""

    redis: SecuredRedis
    settings: Settings
    worker: WorkerProcess
    api: ApiProcess


def told() -> Iterator[Event]:
    yield status(NOW - 20 * DAY, 4, code=LATE, due_at=NOW - DAY)
    yield status(NOW - 20 * DAY, 4, code=GOOD, due_at=NOW + 90 * DAY)


@pytest.fixture(scope="module")
def secured(make_settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured-redis")
    settings: Settings = make_settings(partitions=2)
    redis_port, worker_port = free_ports(2)
    config = StackConfig(dir=folder, kafka_libs=LIBS, redis_port=redis_port)
    redis = SecuredRedis(config, make_certificates(folder / "tls"), settings.app)
    publish(settings, told())
    with running(redis):
        worker = WorkerProcess(redis.settings_of("worker", settings), folder, "worker", worker_port)
        try:
            wait_until_applied(settings, [worker])
            api = ApiProcess(redis.settings_of("api", settings), folder)
            try:
                wait_until(api.is_ready, 30, "the API to be ready")
                yield Secured(redis, settings, worker, api)
            finally:
                api.stop()
        finally:
            assert worker.stop() == 0


def test_each_process_does_its_work_and_is_refused_nothing(secured: Secured) -> None:
    redis, settings, worker, api = secured
    assert api.codes("overdue") == [LATE]
    assert api.get("/v1/agencies")["agencies"]
    assert api.get(f"/v1/dossiers/{LATE}")
    publish(settings, [status(NOW - HOUR, 9, code=LATE, finished_at=NOW - HOUR)])
    wait_until(lambda: api.codes("overdue") == [], 30, "what has ended to leave the list")

    tools = redis.settings_of("tools", settings)
    run("view", "rebuild", settings=tools)
    assert LATE in run("explain", LATE, settings=tools).stdout
    checks = RedisChecks(tools, SystemClock())
    asked = (checks.reachable, checks.view, checks.counts)
    wait_until(lambda: {check().verdict for check in asked} == {Verdict.OK}, 30, "all to be written anew")
    assert "Redis" in clocks(tools, SystemClock()).found

    with closing(redis.client("admin")) as admin:
        assert admin.acl_log() == []
    assert sum(value for _, value in worker.metrics()["tthc_view_failures_total"]) == 0


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("api", ("SET", "{app}:calendar", "[]")),
        ("api", ("DEL", "{app}:agencies")),
        ("api", ("HSET", "{app}:view:0", LATE, "{}")),
        ("api", ("EVAL", "return redis.call('DEL', KEYS[1])", "1", "{app}:agencies")),
        ("worker", ("GET", "another:calendar")),
        ("worker", ("SET", "another:calendar", "[]")),
        ("tools", ("SET", "{app}:calendar", "[]")),
        *(
            (user, command)
            for user in ("worker", "api", "tools")
            for command in (
                ("FLUSHALL",),
                ("CONFIG", "GET", "*"),
                ("KEYS", "*"),
                ("ACL", "LIST"),
                ("SHUTDOWN",),
                ("MONITOR",),
            )
        ),
    ],
)
def test_nobody_does_more(secured: Secured, user: str, command: tuple[str, ...]) -> None:
    words = [word.replace("{app}", secured.settings.app) for word in command]

    with closing(secured.redis.client(user)) as client, pytest.raises(NoPermissionError):
        client.execute_command(*words)


def test_a_script_of_the_apis_user_cannot_write_either(secured: Secured) -> None:
    script = "return redis.call('DEL', KEYS[1])"

    with closing(secured.redis.client("api")) as client:
        digest = client.script_load(script)
        with pytest.raises(ResponseError, match=r"can't run this command|ACL failure in script"):
            client.evalsha(digest, 1, f"{secured.settings.app}:agencies")


def test_a_wrong_password_a_wrong_authority_and_no_tls_are_one_clear_line(secured: Secured, tmp_path: Path) -> None:
    tools = secured.redis.settings_of("tools", secured.settings)
    other = make_certificates(tmp_path / "tls")
    wrong = {
        "password": msgspec.structs.replace(tools, redis=tools.redis.replace("tools:", "tools:x")),
        "authority": msgspec.structs.replace(tools, redis_ca_file=str(other.authority)),
        "no TLS": msgspec.structs.replace(tools, redis=tools.redis.replace("rediss:", "redis:"), redis_ca_file=""),
        "nobody": msgspec.structs.replace(tools, redis=f"rediss://{tools.redis.partition('@')[2]}"),
    }
    for settings in wrong.values():
        told = run("view", "rebuild", settings=settings, code=2).stderr
        assert told.startswith("Error: Redis: ")
        assert len(told.splitlines()) == 1
        assert secured.redis.passwords["tools"] not in told

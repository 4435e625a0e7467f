"""The rights by role: the least, and the commands that give them."""

import shlex
from typing import Any

import pytest
from click.testing import CliRunner

from config.settings import Settings
from dunghan.cli import main
from streams.acls import Operation, Pattern, Resource, Role, command_lines, grants
from streams.sources import sources
from streams.topics import topic_specs

SETTINGS = Settings(app="ninh-binh")
EVENTS = {source.topic for source in sources(SETTINGS)}
CHANGELOGS = {source.changelog for source in sources(SETTINGS)}
STATE = ("ninh-binh-dossiers-", "ninh-binh-procedures-", "ninh-binh-petitions-", "ninh-binh-v")
ALL = {spec.name for spec in topic_specs(SETTINGS)}


def names(role: Role, resource: Resource, operation: Operation) -> set[str]:
    """Return with what of a kind the role may do so."""
    return {
        name
        for grant in grants(role, SETTINGS)
        if grant.resource is resource and operation in grant.operations
        for name in grant.names
    }


def test_upstream_may_write_events_and_do_nothing_else() -> None:
    assert {operation for grant in grants(Role.UPSTREAM, SETTINGS) for operation in grant.operations} == {"Write"}
    assert names(Role.UPSTREAM, Resource.TOPIC, Operation.WRITE) == EVENTS


def test_nobody_but_a_worker_writes_dead_letters_or_alerts_and_state_only_it_and_a_replay() -> None:
    for role in set(Role) - {Role.WORKER, Role.REPLAY}:
        assert names(role, Resource.TOPIC, Operation.WRITE) <= EVENTS | {SETTINGS.calendar_topic}
        assert not names(role, Resource.TRANSACTIONAL_ID, Operation.WRITE)
    assert names(Role.REPLAY, Resource.TOPIC, Operation.WRITE) == CHANGELOGS | {"ninh-binh-v"}
    worker = names(Role.WORKER, Resource.TOPIC, Operation.WRITE)
    assert {name for name in ALL if name in worker or name.startswith(STATE)} == ALL - {SETTINGS.calendar_topic}


@pytest.mark.parametrize(
    "name", ["ninh-binh-v2-dossiers-changelog", "ninh-binh-v12-petitions-changelog", "ninh-binh-dossiers-told"]
)
def test_a_worker_needs_no_new_rights_for_a_new_version_of_the_state(name: str) -> None:
    for operation in (Operation.READ, Operation.WRITE, Operation.DESCRIBE_CONFIGS):
        granted = [one for one in grants(Role.WORKER, SETTINGS) if operation in one.operations]
        assert any(name.startswith(one.names) for one in granted if one.pattern is Pattern.PREFIXED)
    assert not SETTINGS.calendar_topic.startswith(STATE)


def test_only_a_replay_makes_and_deletes_topics_and_only_those_of_state() -> None:
    for operation in (Operation.CREATE, Operation.DELETE):
        makers = {role: made for role in Role if (made := names(role, Resource.TOPIC, operation))}
        assert makers == {Role.REPLAY: CHANGELOGS | {"ninh-binh-v"}}


def test_only_people_read_dead_letters() -> None:
    letters = {source.dead_letters for source in sources(SETTINGS)}
    readers = {role for role in Role if letters & names(role, Resource.TOPIC, Operation.READ)}

    assert readers == {Role.TOOLS}


def test_only_people_change_the_calendar() -> None:
    writers = {role for role in Role if SETTINGS.calendar_topic in names(role, Resource.TOPIC, Operation.WRITE)}

    assert writers == {Role.TOOLS}


def test_whoever_delivers_reads_alerts_only() -> None:
    assert names(Role.DELIVER, Resource.TOPIC, Operation.READ) == {SETTINGS.alerts_topic}
    assert not names(Role.DELIVER, Resource.TOPIC, Operation.WRITE)


def test_nothing_that_has_a_prefix_reaches_another_apps_groups() -> None:
    prefixed = [one for role in Role for one in grants(role, SETTINGS) if one.pattern is Pattern.PREFIXED]

    assert prefixed
    assert all(name.startswith(SETTINGS.app) for grant in prefixed for name in grant.names)


@pytest.mark.parametrize("role", Role)
def test_the_commands_say_what_the_grants_say(role: Role) -> None:
    lines = [_options(line) for line in command_lines(role, SETTINGS, "somebody")]

    for options, grant in zip(lines, grants(role, SETTINGS), strict=True):
        assert options["--allow-principal"] == ["User:somebody"]
        assert options["--operation"] == list(grant.operations)
        assert options[f"--{grant.resource}"] == list(grant.names)
        assert options.get("--resource-pattern-type", ["literal"]) == [grant.pattern]


def _options(line: str) -> dict[str, list[str]]:
    program, *words = shlex.split(line)
    assert program == "kafka-acls.sh"
    assert "--add" in words
    words.remove("--add")
    options: dict[str, list[Any]] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        options.setdefault(name, []).append(value)
    return options


def test_the_command_prints_them_for_a_user_of_ones_own_or_the_roles() -> None:
    for arguments, user in (([], "dunghan-upstream"), (["--user", "mot-cua"], "mot-cua")):
        done = CliRunner().invoke(main, ["topics", "acls", "--role", "upstream", *arguments])
        assert done.exit_code == 0, done.output
        assert done.output.splitlines() == list(command_lines(Role.UPSTREAM, Settings(), user))

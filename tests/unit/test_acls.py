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


def test_nobody_but_a_worker_writes_state_dead_letters_or_alerts() -> None:
    for role in set(Role) - {Role.WORKER}:
        assert names(role, Resource.TOPIC, Operation.WRITE) <= EVENTS | {SETTINGS.calendar_topic}
        assert not names(role, Resource.TRANSACTIONAL_ID, Operation.WRITE)
    assert names(Role.WORKER, Resource.TOPIC, Operation.WRITE) == ALL - {SETTINGS.calendar_topic}


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

"""A command line at fault: one line that names what is wrong and where help is, exit code 2; for every command."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from dunghan.cli import main

Path = tuple[str, ...]


def every_command(path: Path = (), command: click.Command = main) -> Iterator[tuple[Path, click.Command]]:
    """Yield each command and group with the words by which it is called."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from every_command((*path, name), found)


ALL = dict(every_command())
GROUPS = [path for path, command in ALL.items() if isinstance(command, click.Group)]
NEEDY = [
    path
    for path, command in ALL.items()
    if any(isinstance(one, click.Argument) and one.required for one in command.params)
]


def called(path: Path) -> str:
    return " ".join(("dunghan", *path))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="dunghan")


def refusal(result: Result) -> str:
    """Return the one line of a refusal."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("path", ALL, ids=called)
def test_an_option_that_does_not_exist_is_named(path: Path) -> None:
    line = refusal(run(*path, "--zzz"))
    assert line == f"Error: {called(path)}: No such option: --zzz; see {called(path)} --help"


@pytest.mark.parametrize("path", GROUPS, ids=called)
def test_a_command_that_does_not_exist_is_named(path: Path) -> None:
    line = refusal(run(*path, "no-such-command"))
    assert line == f"Error: {called(path)}: No such command 'no-such-command'; see {called(path)} --help"


@pytest.mark.parametrize("path", NEEDY, ids=called)
def test_an_argument_that_is_missing_is_named(path: Path) -> None:
    line = refusal(run(*path))
    assert line.startswith(f"Error: {called(path)}: Missing ")
    assert line.endswith(f"; see {called(path)} --help")


def test_a_value_that_cannot_be_used_is_named() -> None:
    wanted = "Invalid value for '--loglevel': 'LOUD' is not one of 'DEBUG', 'INFO', 'WARNING', 'ERROR'"
    assert refusal(run("worker", "--loglevel", "LOUD")) == f"Error: dunghan worker: {wanted}; see dunghan worker --help"


def test_a_group_alone_shows_its_help() -> None:
    result = run("topics")
    assert result.exit_code == 2
    assert "create  Create the topics that are missing" in result.stderr

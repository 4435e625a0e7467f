"""`dunghan policy check`: a policy is tried before it is in use."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.policy_file import DEFAULT_FILE
from dunghan.cli import main

SHIPPED = DEFAULT_FILE.read_text()


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["policy", "check", *map(str, arguments)])


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def test_a_policy_that_can_be_obeyed_is_told_by_version(tmp_path: Path) -> None:
    later = SHIPPED.partition("versions:\n")[2].replace("2000-01-01", "2026-07-01")
    one, two = written(tmp_path / "1.yaml", SHIPPED), written(tmp_path / "2.yaml", SHIPPED + later)

    assert run(one).stdout == f"{one}: 1 version, in force from 2000-01-01: no contradiction\n"
    assert run(two).stdout.splitlines() == [
        f"{two}: version 1 of 2, in force from 2000-01-01: no contradiction",
        f"{two}: version 2 of 2, in force from 2026-07-01: no contradiction",
    ]


def test_without_a_file_the_policy_in_use_is_checked(tmp_path: Path) -> None:
    mine = written(tmp_path / "mine.yaml", SHIPPED)

    assert run().stdout.startswith(f"{DEFAULT_FILE}: 1 version")
    assert run(DUNGHAN_POLICY_FILE=str(mine)).stdout.startswith(f"{mine}: 1 version")


@pytest.mark.parametrize(
    ("said", "instead", "named"),
    [
        ("clock_stops_at: [5]", "clock_stops_at: [5, 4]", "clock_stops_at: status 4 may not stop the clock"),
        ("violation: closing", "violation: 10m", "sync_limits.default: critical never ends before violation"),
        ("- apology", "- apologies", "alerts: apologies is no rule that can alert (known: acceptance, apology, "),
        ("acceptance: 8wh", "acceptance: soon", "acceptance: not a span of time: 'soon'"),
        ("versions:", "version:", "version"),
        ("versions:", "versions: [", "while parsing"),
    ],
)
def test_one_that_cannot_is_refused_in_one_line(tmp_path: Path, said: str, instead: str, named: str) -> None:
    file = written(tmp_path / "policy.yaml", SHIPPED.replace(said, instead))
    result = run(file)
    (line,) = result.stderr.splitlines()

    assert (result.exit_code, result.stdout) == (2, "")
    assert line.startswith(f"Error: {file}: ")
    assert named in line


def test_the_calendar_in_use_is_the_one_it_is_checked_under(tmp_path: Path) -> None:
    result = run(DUNGHAN_CALENDAR_DIR=str(tmp_path))

    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr


def test_help_shows_an_example() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert "Example: dunghan policy check policy.yaml" in result.stdout

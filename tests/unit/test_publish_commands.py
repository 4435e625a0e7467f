"""Commands that put events somewhere: exit codes and one clear line, and files as they were asked for."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dunghan.cli import main
from streams.publish import paced

SIMULATE = ("simulate", "--dossiers", "50", "--days", "10", "--until", "2026-11-24T15:00")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_simulate_writes_the_same_to_a_file_and_to_standard_output(tmp_path: Path) -> None:
    out = tmp_path / "events.ndjson"
    to_file, to_stdout = run(*SIMULATE, "--out", str(out)), run(*SIMULATE, "--out", "-")
    assert to_file.exit_code == to_stdout.exit_code == 0
    assert out.read_bytes() == to_stdout.stdout_bytes
    lines = out.read_bytes().splitlines()
    assert f"{len(lines):,} events (" in to_file.stderr
    assert all(lines)


def test_a_reader_that_stops_reading_is_no_error_to_speak_of() -> None:
    program = [sys.executable, "-c", "from dunghan.cli import main; main()"]
    with subprocess.Popen(
        [*program, *SIMULATE, "--dossiers", "2000", "--out", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("command", [("publish", "/no/such/file"), (*SIMULATE, "--out", "/no/such/folder/file")])
def test_a_file_that_cannot_be_used_is_named(command: tuple[str, ...]) -> None:
    result = run(*command)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "/no/such/f" in line


def test_following_needs_a_whole_history() -> None:
    result = run(*SIMULATE, "--events", "100", "--follow")
    assert result.exit_code == 2
    assert "--dossiers" in result.stderr


def test_a_rate_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    assert list(paced(range(101), 10)) == list(range(101))
    assert now[0] == pytest.approx(10)


def test_without_a_rate_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waited"))
    assert list(paced(range(5), None)) == list(range(5))

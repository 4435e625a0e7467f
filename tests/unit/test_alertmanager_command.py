"""`dunghan alertmanager`: the generated sections are written, and checked."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import local
from config.clock import FixedClock
from dunghan.commands import alertmanager_command
from dunghan.commands.alertmanager_command import command
from dunghan.errors import UserError
from support.tools import ALERTMANAGER

NOVEMBER = local("2026-11-24 09:00")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copied = tmp_path / "alertmanager.yml"
    copied.write_text(ALERTMANAGER.read_text())
    return copied


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    clock = FixedClock(NOVEMBER)
    monkeypatch.setattr(alertmanager_command, "SystemClock", lambda: clock)
    return clock


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)])


def refusal(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == UserError.exit_code, result.output
    assert len(result.output.splitlines()) == 1
    return result.output


def test_a_current_file_passes_and_is_not_written(file: Path) -> None:
    before = file.stat().st_mtime_ns
    assert run("check", "--file", file).output == f"{file}: current\n"
    assert run("write", "--file", file).output == f"{file}: was current\n"
    assert file.stat().st_mtime_ns == before


def test_a_file_that_is_not_is_refused_and_written(file: Path) -> None:
    file.write_text(file.read_text().replace('"07:00"', '"06:00"'))
    assert "not current with the working calendar; run: dunghan alertmanager write" in refusal("check", "--file", file)
    assert run("write", "--file", file).output == f"{file}: written\n"
    assert file.read_text() == ALERTMANAGER.read_text()


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ("2027-10-31 23:00", None),
        ("2027-11-01 00:30", "2028"),  # still October in UTC
        ("2028-01-01 09:00", "2028"),
        ("2028-11-01 09:00", "2028, 2029"),
    ],
)
def test_next_years_days_are_missed_from_1_november_on(
    file: Path, clock: FixedClock, now: str, missing: str | None
) -> None:
    clock.set(local(now))
    if missing is None:
        assert run("check", "--file", file).exit_code == 0
    else:
        assert f"the days of {missing} are missing; run: dunghan alertmanager write" in refusal("check", "--file", file)
    assert run("write", "--file", file).exit_code == 0
    assert run("check", "--file", file).exit_code == 0


def test_a_new_year_alone_makes_no_file_stale(file: Path, clock: FixedClock) -> None:
    clock.set(local("2027-01-01 00:10"))
    assert run("check", "--file", file).output == f"{file}: current\n"


def test_the_calendar_of_the_settings_is_the_one_written(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar/offices.yaml").write_text(
        "source: ours\neffective_from: 2000-01-01\nhours:\n  default: {mon-sat: [08:00-16:00]}\n"
    )
    monkeypatch.setenv("DUNGHAN_CALENDAR_DIR", str(tmp_path / "calendar"))
    assert run("write", "--file", file).exit_code == 0
    assert 'weekdays: ["monday:saturday"]' in file.read_text()
    assert 'times: [{"start_time": "08:00", "end_time": "16:00"}]' in file.read_text()


def test_a_file_that_is_not_there_or_lost_its_marks_is_named(file: Path, tmp_path: Path) -> None:
    assert f"{tmp_path / 'none.yml'}: no such file" in refusal("check", "--file", tmp_path / "none.yml")
    file.write_text(file.read_text().replace("# >>> office-routes", "#"))
    assert "no section `# >>> office-routes` … `# <<<`; put its two marks back" in refusal("write", "--file", file)

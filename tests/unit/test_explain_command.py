"""`dunghan explain`: from files, as text and as JSON."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_explain import DISPUTED

from agents.dossiers.dossier import Dossier
from builders import CODE, dossier, local, status
from config.rulebook import load_rulebook
from dunghan.cli import main
from dunghan.commands import explain_command
from streams.decode import encode

AT = "2026-11-13T10:00"


def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], input=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(map(encode, DISPUTED)))
    return file


def test_the_text_reads_well_at_100_columns_and_has_every_section(file: Path) -> None:
    result = run(CODE, "--events", file, "--at", AT)
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert max(map(len, lines)) <= 100
    for section in ("What was said", "Intervals", "Arithmetic", "New dates", "Apology", "Sync", "Alerts", "Sources"):
        assert any(line.startswith(section) for line in lines), section


def test_instants_are_in_local_time_and_every_mark_has_its_source(file: Path) -> None:
    text = run(CODE, "--events", file, "--at", AT).stdout
    _, sources = text.split("\nSources\n")

    assert "due Sun 2026-11-15 23:00, overdue since Tue 2026-11-10" in text
    assert "Wed 2026-11-04 09:00  Thu 2026-11-05 15:00  1 d 6 h   suspended  papers requested (1)" in text
    marks = {word for word in text.replace("\n", " ").split() if word.startswith("[") and word.endswith("]")}
    assert marks == {line.split()[0] for line in sources.splitlines() if line.startswith("[")}
    assert "rule processing-deadline, calendar 2026-11-01-" in sources


def test_json_tells_the_same_to_a_program(file: Path) -> None:
    told = json.loads(run(CODE, "--events", file, "--at", AT, "--json").stdout)

    assert (told["code"], told["state"], told["due_at"]) == (CODE, "in_progress", "2026-11-15T16:00:00Z")
    assert {interval["clock"] for interval in told["intervals"]} == {"running", "suspended"}
    assert all(interval["calendar"] and interval["rule"] and interval["source"] for interval in told["intervals"])
    assert [given["by"] for given in told["new_dates"]] == ["extension", "apology"]


def test_what_happened_after_the_instant_has_not_happened(file: Path) -> None:
    told = json.loads(run(CODE, "--events", file, "--at", "2026-11-04T10:00", "--json").stdout)

    assert (told["state"], told["due_at"], told["new_dates"]) == ("suspended", None, [])


def test_several_files_and_standard_input_are_one_history(tmp_path: Path) -> None:
    first = tmp_path / "first.ndjson"
    first.write_bytes(encode(DISPUTED[0]))
    told = json.loads(
        run(
            CODE, "--events", first, "--events", "-", "--json", "--at", AT, stdin=b"\n".join(map(encode, DISPUTED))
        ).stdout
    )

    assert len(told["facts"]) == 11


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("H42.17-261102-9999", "--at", AT), "H42.17-261102-9999: no event up to 2026-11-13T10:00:00+07:00"),
        ((CODE, "--at", "2026-11-01"), "no event up to"),
        ((CODE, "--at", "soon"), "not an instant"),
        ((CODE, "--events", "missing.ndjson"), "missing.ndjson: No such file"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(file: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, "--events", file)

    assert result.exit_code == 2
    assert said in result.stderr.splitlines()[-1]


def test_a_dossier_whose_agency_is_not_known_cannot_be_judged(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(encode(DISPUTED[1]))  # a message to the portal, and nothing else

    assert "no event has said its agency" in run(CODE, "--events", file).stderr


def test_rejected_lines_are_counted_for_they_may_be_what_is_missing(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\n{broken")
    result = run(CODE, "--events", file, "--at", AT)

    assert result.exit_code == 0
    assert f"1 lines rejected, the first at {file}:{len(DISPUTED) + 1}" in result.stderr


def stored(monkeypatch: pytest.MonkeyPatch, facts: Dossier | None) -> None:
    """Let the running workers have stored these facts."""
    monkeypatch.setattr(explain_command, "running_rulebook", lambda *_: load_rulebook())
    monkeypatch.setattr(explain_command, "stored_dossier", lambda *_: facts)


def test_without_files_it_is_explained_as_the_workers_have_stored_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(monkeypatch, dossier(*DISPUTED))

    assert "due Sun 2026-11-15 23:00" in run(CODE).stdout


def test_of_what_is_stored_an_earlier_instant_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(monkeypatch, dossier(*DISPUTED, status(local("2026-11-16 10:00"), 9)))
    result = run(CODE, "--at", "2026-11-12")

    assert result.exit_code == 2
    assert "what is stored goes up to 2026-11-16T10:00:00+07:00" in result.stderr
    assert "--events FILE" in result.stderr


def test_a_code_that_nobody_stored_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(monkeypatch, None)

    assert run(CODE).stderr.startswith(f"Error: {CODE}: the running workers have stored no such dossier")

"""A log or mapping at fault is refused with one line that names file, line and field, and not what stood there."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dunghan.cli import main

HEADER = "case,start,due,end,office,channel\n"
GOOD = "A,2026-03-02 08:00:00,2026-03-09 17:00:00,,Office,web\n"
MAPPING = """
source: log/test
note: none
case: case
received: start
appointment: due
finished: end
agency: {column: office}
procedure: {constant: P}
channel: {column: channel, values: {web: 2}}
"""
XES = '<log><trace><string key="concept:name" value="A"/>{}</trace></log>'


def refused(folder: Path, log: str | bytes, mapping: str = MAPPING, name: str = "log.csv") -> str:
    file, mapping_file = folder / name, folder / "map.yaml"
    file.write_bytes(log if isinstance(log, bytes) else log.encode())
    mapping_file.write_text(mapping, encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "--mapping", str(mapping_file), str(file), "--out", "-"])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("B,yesterday,2026-03-09 17:00:00,,Office,web\n", "log.csv:3: start: not an instant"),
        ("B,2026-02-30 08:00:00,2026-03-09 17:00:00,,Office,web\n", "log.csv:3: start: not an instant"),
        ("B,,2026-03-09 17:00:00,,Office,web\n", "log.csv:3: start: required"),
        (",2026-03-02 08:00:00,2026-03-09 17:00:00,,Office,web\n", "log.csv:3: case: expected a code"),
        ("B,2026-03-02 08:00:00,2026-03-09 17:00:00,,,web\n", "log.csv:3: office: expected a code"),
        ("B,2026-03-02 08:00:00,2026-03-09 17:00:00,,Office,pigeon\n", "log.csv:3: channel: a value that the mapping"),
        ("B,2026-03-02 08:00:00\n", "log.csv:3: 2 fields where the header has 6"),
        (GOOD.replace("Office", "Other"), "log.csv:3: office differs from line 2 of the same case"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field(tmp_path: Path, row: str, problem: str) -> None:
    message = refused(tmp_path, HEADER + GOOD + row)
    assert message.startswith(f"Error: {problem}")
    assert "yesterday" not in message
    assert "pigeon" not in message


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, HEADER.replace("due", "deadline") + GOOD) == (
        "Error: log.csv:1: no column due; the mapping names it"
    )


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    assert "log.csv:1: no column case" in refused(tmp_path, "")


def test_a_log_in_another_encoding_is_refused(tmp_path: Path) -> None:
    assert "log.csv: not UTF-8" in refused(tmp_path, HEADER.encode() + "Sở Xây dựng".encode("utf-16"))


def test_a_log_in_another_format_is_refused(tmp_path: Path) -> None:
    assert "log.xlsx: neither .csv nor .xes" in refused(tmp_path, "", name="log.xlsx")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("received: start\n", ""), "map.yaml: Object missing required field `received`"),
        (("received: start", "recieved: start"), "map.yaml: Object contains unknown field `recieved`"),
        (("{column: office}", "{colum: office}"), "map.yaml: Object contains unknown field `colum` - at `$.agency`"),
        (("{column: office}", "{}"), "map.yaml: give either column or constant - at `$.agency`"),
        (("web: 2", "web: 9"), "map.yaml: Invalid enum value 9 - at `$.channel.values[...]`"),
        (("source: log/test", "source: ["), "map.yaml: "),
    ],
)
def test_a_bad_mapping_is_named_by_field(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    assert refused(tmp_path, HEADER + GOOD, MAPPING.replace(*change)).startswith(f"Error: {problem}")


XES_MAPPING = MAPPING.replace("case: case", "case: case:concept:name").replace("start", "case:start")


@pytest.mark.parametrize(
    ("log", "problem"),
    [
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]>\n<log/>', "log.xes:1: a document type is not accepted"),
        ("<log>\n<trace>\n</log>", "log.xes:3: not XML: mismatched tag"),
        ("<log>", "log.xes:1: not XML: no element found"),
        (XES.format(""), "log.xes:1: office: expected a code"),
    ],
)
def test_a_bad_xes_file_is_named_by_line(tmp_path: Path, log: str, problem: str) -> None:
    assert refused(tmp_path, log, XES_MAPPING, "log.xes").startswith(f"Error: {problem}")


def test_a_missing_log_or_mapping_is_named(tmp_path: Path) -> None:
    for arguments in ([str(tmp_path / "no.yaml"), "x.csv"], ["config/mappings/permit_receipt.yaml", "no.csv"]):
        result = CliRunner().invoke(main, ["import", "--mapping", *arguments])
        assert result.exit_code == 2
        assert "No such file or directory" in result.stderr

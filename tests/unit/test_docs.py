"""What the pages say can be done: links lead somewhere, commands exist, examples are what the program reads."""

import json
import re
import shlex
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from alerts.api.answers import DossierList
from alerts.api.app import openapi_document
from alerts.api.problems import Problem
from config.settings import PREFIX, SECRETS, Settings
from dunghan.cli import COMMANDS, main
from streams.alerts import decode_alert, encode_alert
from streams.decode import Line, decode
from streams.events import CANONICAL_TYPES, INTERNAL_TYPES
from streams.rejection import Reason
from streams.shapes import shape_of
from support.tools import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
INTEGRATION = [ROOT / "docs/integration.md", ROOT / "docs/tich-hop.md"]
API, ON_CALL, READING = ROOT / "docs/api.md", ROOT / "docs/truc-canh-bao.md", ROOT / "docs/van-hanh.md"

any_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
integration = pytest.mark.parametrize("page", INTEGRATION, ids=lambda page: page.stem)

_SEPARATORS = "();<>|&\n"
_OF_OTHERS = {f"{PREFIX}API_TOKEN"}  # read by Grafana


def blocks(page: Path, language: str) -> list[str]:
    """Return what stands in the fences of a language, without the indent of the list they are in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def commands(shell: str) -> Iterator[list[str]]:
    """Yield the words of every `dunghan …` in a piece of shell."""
    bare = re.sub(r"(^|\s)#.*$", "", shell, flags=re.MULTILINE).replace("\\\n", " ")
    words = shlex.shlex(bare, posix=True, punctuation_chars=_SEPARATORS)
    words.whitespace, words.whitespace_split, words.commenters = " \t", True, ""
    command: list[str] = []
    for word in [*words, "\n"]:
        if not set(word) <= set(_SEPARATORS):
            command.append(word)
            continue
        while command and re.match(r"\w+=", command[0]):
            del command[0]
        if command[:1] == ["dunghan"]:
            yield command[1:]
        command = []


def parse(words: Sequence[str], command: click.Command = main, parent: click.Context | None = None) -> None:
    """Parse a command line as the program would, without running it."""
    if not isinstance(command, click.Group):
        command.make_context(command.name, list(words), parent)
        return
    context = click.Context(command, parent=parent, info_name=command.name)
    _, rest, _ = command.make_parser(context).parse_args(list(words))
    if rest:
        _, chosen, rest = command.resolve_command(context, rest)
        assert chosen is not None
        parse(rest, chosen, context)


@any_page
def test_every_link_and_image_leads_to_a_file_of_the_project(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    inside = {link.partition("#")[0] for link in links if not re.match(r"https?:|#", link)}
    assert not {link for link in inside if not (page.parent / link).exists()}


@any_page
def test_every_command_in_a_block_is_one_that_the_program_takes(page: Path) -> None:
    for block in blocks(page, "sh"):
        for words in commands(block):
            parse(words)


@any_page
def test_every_command_named_in_a_sentence_exists(page: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`(dunghan [a-z][^`…]*)`", prose):
        for words in commands(span):
            try:
                parse(words)
            except (click.MissingParameter, click.BadOptionUsage):  # a sentence need not say of what, or when
                continue


def test_a_command_or_an_option_that_does_not_exist_is_found() -> None:
    for line in ("dunghan delivr", "A=b dunghan api --prot 1", "echo x | dunghan topics creat -", "dunghan worker x"):
        with pytest.raises(click.UsageError):
            parse(next(commands(line)))


def test_the_readme_lists_every_command_and_no_other() -> None:
    table = (ROOT / "README.md").read_text().partition("## Commands\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = [span.removeprefix("dunghan ").split()[0] for cell in cells for span in re.findall(r"`([^`]+)`", cell)]
    assert sorted(named) == sorted(COMMANDS)


@any_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__} | _OF_OTHERS
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]\b", page.read_text())) <= known


@integration
def test_every_example_of_an_event_is_read_as_it_stands(page: Path) -> None:
    examples = blocks(page, "json")
    assert examples
    for example in examples:
        decoded = decode(Line(example.encode(), key=b"H42.17-261102-0001", timestamp=time.time_ns() // 1_000_000))
        assert (decoded.rejections, decoded.unknown_fields) == ([], 0), example
        assert decoded.events


def test_the_event_in_the_readme_is_read_as_it_stands() -> None:
    (example,) = re.findall(r"echo '(\{.*?\})' \|", (ROOT / "README.md").read_text(), re.DOTALL)
    decoded = decode(Line(example.replace("\n", "").encode()))
    assert (decoded.rejections, decoded.unknown_fields, len(decoded.events)) == ([], 0, 1)


@integration
def test_the_table_of_types_says_what_each_requires(page: Path) -> None:
    rows = re.findall(r"^\| `(vn\.[\w.]+)` \| [^|]+ \| ([^|]+) \|$", page.read_text(), re.MULTILINE)
    said = {kind: set(re.findall(r"`(\w+)`", required)) for kind, required in rows}
    told = {name: kind for name, kind in CANONICAL_TYPES.items() if kind not in INTERNAL_TYPES}
    assert said == {name: set(shape_of(kind).required) for name, kind in told.items()}
    assert all(f"`{kind.type}`" in page.read_text() for kind in INTERNAL_TYPES), "whoever sends must be told not to"


@integration
def test_the_table_of_reasons_has_every_reason(page: Path) -> None:
    first = [cell for row in page.read_text().splitlines() if (cell := row.partition(" | ")[0]).startswith("| `")]
    named = {word for cell in first for word in re.findall(r"`([a-z_]+)`", cell)}
    assert set(Reason) <= named


def test_both_languages_show_the_same_examples_and_commands() -> None:
    english, vietnamese = INTEGRATION
    for language in ("json", "sh"):
        assert blocks(english, language) == blocks(vietnamese, language)


def test_the_examples_of_the_api_are_answers_it_can_give() -> None:
    of: dict[str, Any] = {"dossiers": DossierList, "detail": Problem}
    for example in blocks(API, "json"):
        given = json.loads(example)
        if given.get("type") == "vn.tthc.alert.v1":
            assert json.loads(encode_alert(decode_alert(example.encode()))) == given
            assert given["id"].startswith(f"{given['data']['rule']}/{given['subject']}/")
            continue
        (kind,) = [kind for field, kind in of.items() if field in given]
        assert msgspec.to_builtins(msgspec.json.decode(example, type=kind)).keys() == given.keys()


def test_the_page_of_the_api_names_every_path() -> None:
    paths = json.loads(openapi_document())["paths"].keys()
    named = re.findall(r"`(/[\w/{}-]+)`", API.read_text().partition("## Pages")[0])
    assert set(named) - {"/openapi.json"} == set(paths)


def test_those_on_call_find_the_runbook_of_every_alert() -> None:
    runbooks = {file.stem for file in (ROOT / "docs/runbooks").glob("Tthc*.md")}
    listed = re.findall(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| [^|]+ \|", ON_CALL.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(runbooks)


def test_the_page_for_staff_names_every_dashboard_by_its_title() -> None:
    boards = (ROOT / "config/grafana/dashboards").glob("*.json")
    table = READING.read_text().partition("## Sáu bảng\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| \*\*([^*]+)\*\*", table, re.MULTILINE)
    assert sorted(named) == sorted(json.loads(board.read_text())["title"] for board in boards)

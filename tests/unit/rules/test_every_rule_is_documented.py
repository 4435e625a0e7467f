"""Each rule has a stable id, one file, one test file, and one page with its legal source."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import agents.dossiers.rules
import agents.petitions.rules
import agents.procedures.rules
from agents.expectations import Rule
from agents.rules import ALL_RULES, rule

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "rules"
INDEX = PAGES / "README.md"
PACKAGES = (agents.dossiers.rules, agents.petitions.rules, agents.procedures.rules)
MODULES = {
    found.name: f"{package.__name__}.{found.name}" for package in PACKAGES for found in iter_modules(package.__path__)
}
IDS = [one.id for one in ALL_RULES]
any_rule = pytest.mark.parametrize("one", ALL_RULES, ids=IDS)


def page_of(one: Rule) -> str:
    return (PAGES / f"{one.id}.md").read_text(encoding="utf-8")


def words(text: str) -> str:
    """Return text without its line breaks."""
    return " ".join(text.split())


def test_every_module_holds_the_rule_of_its_own_name() -> None:
    named = {name.replace("_", "-"): import_module(module).RULE for name, module in MODULES.items()}

    assert {name: one.id for name, one in named.items()} == {name: name for name in named}
    assert sorted(IDS) == sorted(named)


def test_ids_are_kebab_case_and_titles_and_ids_are_unique() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", one) for one in IDS)
    assert len(set(IDS)) == len({one.title for one in ALL_RULES}) == len(IDS)


def test_a_rule_is_found_by_its_id() -> None:
    assert [rule(one.id) for one in ALL_RULES] == list(ALL_RULES)
    with pytest.raises(KeyError):
        rule("no-such-rule")


@any_rule
def test_every_rule_has_a_test_file(one: Rule) -> None:
    tests = Path(__file__).with_name(f"test_{one.id.replace('-', '_')}.py")

    assert "\ndef test_" in tests.read_text(encoding="utf-8")


@any_rule
def test_every_rule_has_a_page_with_its_title_and_its_legal_source(one: Rule) -> None:
    page = words(page_of(one))

    assert page.startswith(f"# {one.id}: {one.title} ")
    assert one.source in page


@any_rule
def test_every_page_names_where_the_rule_stands(one: Rule) -> None:
    file = MODULES[one.id.replace("-", "_")].replace(".", "/") + ".py"

    assert file in page_of(one)
    assert (ROOT / file).is_file()


def test_every_page_is_a_rules() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {INDEX.stem} == set(IDS)


@any_rule
def test_the_index_lists_every_rule_with_its_title(one: Rule) -> None:
    assert f"| [{one.id}]({one.id}.md) | {one.title} |" in INDEX.read_text(encoding="utf-8")


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (PAGES / link).is_file(), f"{page.name}: {link}"

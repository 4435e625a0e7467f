"""`dunghan index`: write what is generated from the definition of the index, or check that it is current."""

from pathlib import Path

import click

import config
from alerts.prometheus.index_rules import index_rule_file
from config.index import load_indexes
from dunghan.errors import UserError
from dunghan.index_page import index_page

_CONFIG = Path(config.__file__).parent
RULES = _CONFIG / "prometheus/rules/index.yml"
PAGE = _CONFIG.parent / "docs/index-766.md"

_index = click.option("--index", "index_file", default="", help="The definition.  [default: the program's own]")
_rules = click.option("--rules", type=click.Path(dir_okay=False, path_type=Path), default=RULES, help="The rule file.")
_page = click.option("--page", type=click.Path(dir_okay=False, path_type=Path), default=PAGE, help="The page.")


@click.group(name="index")
def command() -> None:
    """The recording rules and the page that are generated from the index file (config/index/index.yaml).

    Example: dunghan index write
    """


@command.command("write")
@_index
@_rules
@_page
def write_command(index_file: str, rules: Path, page: Path) -> None:
    """Write the files that are not current.

    Example: dunghan index write --index my-index.yaml --rules rules/index.yml --page index.md
    """
    changed = stale(index_file, rules, page)
    for path, text in changed.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; choose another --rules or --page") from error
        print(path)
    print(f"{len(changed)} files changed" if changed else "all files were current")


@command.command("check")
@_index
@_rules
@_page
def check_command(index_file: str, rules: Path, page: Path) -> None:
    """Fail if the index file is at fault, or if what is generated from it is not current.

    Example: dunghan index check
    """
    files = stale(index_file, rules, page)
    if files:
        raise UserError(f"not current: {', '.join(map(str, files))}; run: dunghan index write")
    print("all files are current")


def stale(index_file: str, rules: Path, page: Path) -> dict[Path, str]:
    """Return the files that are missing or out of date, and what they should be."""
    indexes = load_indexes(index_file)
    wanted = {rules: index_rule_file(indexes), page: index_page(indexes)}
    return {path: text for path, text in wanted.items() if _read(path) != text}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; choose another --rules or --page") from error

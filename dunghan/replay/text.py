"""What a replay has built, and how it differs from the running version, as a person reads it."""

from collections.abc import Iterator

from rich.console import Console

from config.settings import PREFIX
from dunghan.replay.build import Built
from dunghan.replay.comparison import Comparison, Kind
from dunghan.texts import local_text, plain_table


def print_built(built: Built, running: int, new: int, out: Console) -> None:
    """Print what there is now, and what to do with it."""
    out.print(f"version {new} holds {built.dossiers:,} dossiers, as of {local_text(built.at)}")
    out.print(f"read now: {built.records:,} records" + (f", {built.lines:,} lines of files" if built.lines else ""))
    if built.rejected:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(built.rejected.items()))
        out.print(f"{built.rejected.total():,} could not be applied ({reasons}); no dead letters were written again")
    out.print(f"to have it: restart the workers, one after the other, with {PREFIX}STATE_VERSION={new}")
    out.print(f"then:       {PREFIX}STATE_VERSION={new} dunghan replay --drop {running}")


def print_comparison(found: Comparison, running: int, new: int, limit: int, out: Console) -> None:
    """Print counts, agencies, and some codes of each kind."""
    names = _names(running, new)
    out.print(f"\nversion {new} beside version {running}, of {found.dossiers:,} dossiers")
    for kind, name in names.items():
        codes = found.codes(kind)
        out.print(f"{len(codes):>9,} {name}{_some(codes, limit)}")
    rows = list(_agencies(found))
    if rows:
        out.print()
        out.print(plain_table(("agency", *names.values()), rows))


def _names(running: int, new: int) -> dict[Kind, str]:
    return {
        Kind.STANDING: "stand otherwise",
        Kind.FACTS: "only have other facts",
        Kind.MISSING: f"only in version {running}",
        Kind.ADDED: f"only in version {new}",
    }


def _agencies(found: Comparison) -> Iterator[tuple[str, ...]]:
    for agency, counts in found.agencies().items():
        yield agency, *(f"{counts[kind]:,}" for kind in Kind)


def _some(codes: list[str], limit: int) -> str:
    if not codes or limit < 1:
        return ""
    return f": {', '.join(codes[:limit])}{', …' if len(codes) > limit else ''}"

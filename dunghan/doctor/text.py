"""What `dunghan doctor` prints: a table on a terminal, plain lines elsewhere, or JSON. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from rich.table import Table
from rich.text import Text

from dunghan.doctor.checks import Finding, Verdict

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "bold red", Verdict.SKIPPED: "dim"}
_WIDTH = max(map(len, Verdict))


def table(findings: Sequence[Finding]) -> Table:
    """Return the table for a terminal: under what is wrong, how to mend it."""
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for one in findings:
        says = Text(printable(one.found), "dim" if one.verdict is Verdict.SKIPPED else "")
        if one.remedy:
            says.append(f"\n→ {printable(one.remedy)}", "cyan")
        made.add_row(Text(one.verdict, _STYLES[one.verdict]), Text(one.check), says)
    return made


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines for a log: verdict, check, what was found; then how to mend it."""
    for one in findings:
        yield f"{one.verdict:<{_WIDTH}}  {one.check}: {printable(one.found)}"
        if one.remedy:
            yield f"{'':<{_WIDTH}}  → {printable(one.remedy)}"


def summary(findings: Sequence[Finding]) -> str:
    """Count the verdicts."""
    counts = Counter(one.verdict for one in findings)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])


def document(findings: Sequence[Finding]) -> str:
    """Return the JSON document for programs."""
    return msgspec.json.encode({"healthy": is_healthy(findings), "checks": findings}).decode()


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing has failed."""
    return all(one.verdict is not Verdict.FAILED for one in findings)


def printable(text: str) -> str:
    """Keep what others wrote, such as a service's error, on one line and harmless to a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)

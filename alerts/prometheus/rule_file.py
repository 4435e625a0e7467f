"""Recording rules as values, and as the text of a rule file."""

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import NamedTuple

_PLAIN = re.compile(r"[a-z][\w(), ]*")  # to YAML nothing but text


class Rule(NamedTuple):
    """One recording rule."""

    record: str
    expr: str
    labels: dict[str, str]


def rule_file(header: str, group: str, interval: str, rules: Iterable[Rule]) -> str:
    """Return a file of one group, whose rules are evaluated in their order: each reads those before it."""
    comment = [f"# {line}".rstrip() for line in header.strip().splitlines()]
    opening = ["groups:", f"  - name: {group}", f"    interval: {interval}", "    rules:"]
    return "\n".join([*comment, *opening, *(line for rule in rules for line in _lines(rule))]) + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    yield f"      - record: {rule.record}"
    if rule.labels:
        labels = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.labels.items())
        yield f"        labels: {{{labels}}}"
    if _PLAIN.fullmatch(rule.expr):
        yield f"        expr: {rule.expr}"
    else:
        yield "        expr: |-"
        yield indent(rule.expr, " " * 10)

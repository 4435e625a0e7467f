"""The results as Markdown, between two marks of a page that is otherwise written by hand."""

from pathlib import Path

from bench.latency import AGENCIES
from bench.results import Machine, Outcome, Results, ratio

BEGIN, END = "<!-- bench: generated from here -->", "<!-- bench: to here -->"
_GIB, _MB = 1 << 30, 1_000_000
_MICRO = 1_000_000
# (whose, against whose, at least how many times as fast)
AIMS = (("a", "e", 1.0), ("k", "c", 8.0), ("b", "f", 1.2), ("j", "a", 1.6))
LATENCY_AIM_MS = 1000
_NOISE = 0.1  # of the machine's time: above this the figures are not worth much


def write(results: Results, page: Path) -> None:
    """Put the results where the page's old ones are.

    Raises:
        ValueError: the page does not have the marks.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} lacks the lines {BEGIN} and {END}, between which the figures go")
    page.write_text(f"{before}{BEGIN}\n\n{text(results)}\n{END}{after}")


def text(results: Results) -> str:
    """Return the generated part."""
    return "\n".join(
        [
            *_heading(results),
            "",
            *_table(results.outcomes),
            "",
            *_aims(results.outcomes),
            *_latency(results),
            *_limits(results),
            *_remarks(results),
        ]
    )


def _heading(results: Results) -> list[str]:
    machine = results.machine
    events = f"{results.events:,} events of {results.mean_bytes:.0f} bytes, {results.keys:,} keys"
    slow = f"c, d and k: the first {results.events_for_slow:,} of them"
    memory = f"{machine.memory_bytes / _GIB:.0f} GiB"
    return [
        f"{results.at} · {events}, {results.partitions} partitions ({slow}) · medians of {results.rounds}.",
        "",
        f"{machine.cores} cores ({machine.processor}), which the broker shares; {memory}; {machine.kernel}.",
        "",
        f"{_versions(machine)}.",
    ]


def _versions(machine: Machine) -> str:
    return ", ".join(f"{name} {number}" for name, number in machine.versions.items())


def _table(outcomes: list[Outcome]) -> list[str]:
    found = {outcome.letter: outcome for outcome in outcomes}
    lines = [
        "| | | events/s | µs of CPU an event | …of the broker | peak MB | a is | b is |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for outcome in outcomes:
        name = f"| {outcome.letter} | {outcome.title}: {outcome.note} "
        lines.append(name + (_cells(outcome, found) if outcome.counts else f"| {_why(outcome)} | | | | | |"))
    return lines


def _cells(outcome: Outcome, found: dict[str, Outcome]) -> str:
    median = outcome.median
    own, brokers = (seconds / median.records * _MICRO for seconds in (median.cpu_seconds, median.broker_cpu_seconds))
    ratios = " | ".join(_times(ratio(found.get(letter), outcome)) for letter in "ab")
    return f"| {median.rate:,.0f} | {own:.1f} | {brokers:.1f} | {median.peak_bytes / _MB:,.0f} | {ratios} |"


def _times(found: float | None) -> str:
    return "" if found is None else f"{found:.2f} ×"


def _why(outcome: Outcome) -> str:
    if outcome.missing:
        return f"skipped: {outcome.missing}"
    return f"refused: {outcome.refused[0]}" if outcome.refused else "not measured"


def _aims(outcomes: list[Outcome]) -> list[str]:
    found = {outcome.letter: outcome for outcome in outcomes}
    lines = []
    for of, to, least in AIMS:
        times = ratio(found.get(of), found.get(to))
        if times is not None:
            verdict = _verdict(reached=times >= least)
            lines.append(f"- {found[of].title} ÷ {found[to].title}: **{times:.2f}** (aim: {least}, {verdict})")
    return lines


def _verdict(*, reached: bool) -> str:
    return "reached" if reached else "missed"


def _limits(results: Results) -> list[str]:
    """Say what keeps two workers from being twice as fast as one: who used the cores."""
    two = next((outcome for outcome in results.outcomes if outcome.letter == "j" and outcome.counts), None)
    if two is None:
        return []
    cores = results.machine.cores
    own, brokers, others = (seconds / two.median.seconds / cores for seconds in _used(two))
    idle = max(0.0, 1 - own - brokers - others)
    shares = f"they had {own:.0%}, the broker {brokers:.0%}, all else (Redis, the bench, the system) {others:.0%}"
    return ["", f"While two workers ran, of the {cores} cores' time {shares}; {idle:.0%} was idle."]


def _used(outcome: Outcome) -> tuple[float, float, float]:
    median = outcome.median
    return median.cpu_seconds, median.broker_cpu_seconds, median.other_cpu_seconds


def _latency(results: Results) -> list[str]:
    if results.latency_refused:
        return ["", f"Event to metric: refused: {results.latency_refused}"]
    if not results.latency_ms:
        return []
    shown = ", ".join(f"{name} {ms:,.0f} ms" for name, ms in results.latency_ms.items())
    who = f"one worker, {AGENCIES} agencies, {results.latency_rate:,} events/s"
    verdict = _verdict(reached=results.latency_ms["p99"] < LATENCY_AIM_MS)
    return [f"- event to metric, {who}: {shown} (aim: p99 under {LATENCY_AIM_MS:,} ms, {verdict})"]


def _remarks(results: Results) -> list[str]:
    lines = [
        f"{outcome.letter} was measured once more: {why}" for outcome in results.outcomes for why in outcome.repeated
    ]
    lines += [
        f"{outcome.letter} was measured {len(outcome.figures)} times, not {results.rounds}."
        for outcome in results.outcomes
        if outcome.counts and len(outcome.figures) < results.rounds
    ]
    shares = [
        figures.other_cpu_seconds / figures.seconds / results.machine.cores
        for outcome in results.outcomes
        for figures in outcome.figures
    ]
    if shares and max(shares) >= _NOISE:
        lines.append(f"Other programs used up to {max(shares):.0%} of the machine: these figures are not to be quoted.")
    return [part for line in lines for part in ("", line)]

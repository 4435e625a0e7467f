"""What the bench writes for readers."""

from pathlib import Path

import msgspec
import pytest
from test_bench_figures import outcome

from bench import report
from bench.results import Machine, Outcome, Results

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
MACHINE = Machine(cores=2, processor="a processor", memory_bytes=8 << 30, kernel="Linux 6", versions={"Python": "3"})


def results(*outcomes: Outcome) -> Results:
    return Results(
        at="2026-11-24",
        events=1000,
        events_for_slow=100,
        mean_bytes=342.1,
        keys=9,
        partitions=8,
        rounds=3,
        machine=MACHINE,
        outcomes=list(outcomes),
    )


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(results(outcome("a", 100)), page)
    text = page.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\n\n2026-11-24")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "old" not in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a page\n")
    with pytest.raises(ValueError, match="lacks the lines"):
        report.write(results(), page)
    assert page.read_text() == "a page\n"


def test_the_projects_page_has_the_marks_once() -> None:
    text = PAGE.read_text()
    assert (text.count(report.BEGIN), text.count(report.END)) == (1, 1)


def test_the_table_compares_every_contestant_with_the_worker() -> None:
    text = report.text(results(outcome("a", 200), outcome("b", 900), outcome("e", 100)))
    assert "| e | e:  | 100 | 1000.0 | 500.0 | 0 | 2.00 × | 9.00 × |" in text
    assert "**2.00** (aim: 1.0, reached)" in text


def test_an_aim_that_is_missed_is_said_to_be() -> None:
    assert "**0.50** (aim: 1.0, missed)" in report.text(results(outcome("a", 50), outcome("e", 100)))


def test_who_was_skipped_or_refused_has_a_reason_and_no_figure() -> None:
    skipped = msgspec.structs.replace(outcome("f"), missing="javac is not on PATH")
    text = report.text(results(skipped, outcome("e", 100, refused=("1 of 9 keys",))))
    assert "skipped: javac is not on PATH" in text
    assert "refused: 1 of 9 keys" in text
    assert "| 100 |" not in text


def test_figures_of_a_busy_machine_are_marked() -> None:
    busy = outcome("a", 100)
    busy.figures = [msgspec.structs.replace(busy.figures[0], other_cpu_seconds=10.0)]
    assert "not to be quoted" in report.text(results(busy))
    assert "not to be quoted" not in report.text(results(outcome("a", 100)))


def test_the_delay_of_a_metric_stands_among_the_aims() -> None:
    known = msgspec.structs.replace(results(outcome("a", 100)), latency_ms={"p50": 61.0, "p99": 215.0})
    assert "p99 215 ms (aim: p99 under 1,000 ms, reached)" in report.text(known)
    slow = msgspec.structs.replace(known, latency_ms={"p99": 1000.0})
    assert "(aim: p99 under 1,000 ms, missed)" in report.text(slow)
    refused = msgspec.structs.replace(known, latency_refused="it ended by itself")
    assert "Event to metric: refused: it ended by itself" in report.text(refused)


def test_a_run_that_had_to_be_repeated_is_told() -> None:
    again = msgspec.structs.replace(outcome("f", 100, 110), repeated=["it ended by itself"])
    text = report.text(results(again))
    assert "f was measured once more: it ended by itself" in text
    assert "f was measured 2 times, not 3." in text

"""The bench's arithmetic: medians, ratios, and CPU time between two instants."""

import pytest

from bench.latency import percentiles
from bench.meter import Sample, cpu_at
from bench.results import Figures, Outcome, ratio
from bench.samples import applied_in
from streams.events import DossierStatus, ProcedureUsage


def figures(rate: float) -> Figures:
    return Figures(
        records=1000,
        seconds=1000 / rate,
        cpu_seconds=1.0,
        broker_cpu_seconds=0.5,
        other_cpu_seconds=0.0,
        peak_bytes=1,
    )


def outcome(letter: str, *rates: float, refused: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        letter=letter, title=letter, job="", note="", figures=[figures(rate) for rate in rates], refused=list(refused)
    )


def test_the_median_is_a_run_that_took_place() -> None:
    assert outcome("a", 300, 100, 200).median.rate == pytest.approx(200)
    assert outcome("a", 300, 100).median.rate == pytest.approx(100)


def test_a_ratio_is_of_medians() -> None:
    assert ratio(outcome("a", 400, 100, 200), outcome("e", 50, 1, 1000)) == pytest.approx(4)


def test_there_is_no_ratio_to_a_contestant_of_which_one_run_was_refused() -> None:
    assert ratio(outcome("a", 400), outcome("e", 100, refused=("2 of 10 keys",))) is None
    assert ratio(outcome("a", 400), outcome("e")) is None
    assert ratio(outcome("a", 400), None) is None


def test_cpu_time_between_samples_grows_evenly() -> None:
    samples = [Sample(10.0, {"it": 1.0}, 0), Sample(11.0, {"it": 1.5}, 0), Sample(12.0, {"it": 3.5}, 0)]
    assert cpu_at(samples, "it", 10.5) == pytest.approx(1.25)
    assert cpu_at(samples, "it", 11.0) == pytest.approx(1.5)
    assert cpu_at(samples, "it", 11.25) == pytest.approx(2.0)


def test_cpu_time_outside_the_samples_is_that_of_the_nearest() -> None:
    samples = [Sample(10.0, {"it": 1.0}, 0), Sample(11.0, {"it": 2.0}, 0)]
    assert cpu_at(samples, "it", 9.0) == pytest.approx(1.0)
    assert cpu_at(samples, "it", 99.0) == pytest.approx(2.0)


def test_what_the_worker_tells_its_own_catalogue_is_no_event() -> None:
    page = (
        "# TYPE tthc_event_lag_seconds histogram\n"
        'tthc_event_lag_seconds_bucket{le="1"} 90.0\n'
        "tthc_event_lag_seconds_count 100.0\n"
        f'tthc_events_total{{type="{ProcedureUsage.type}",result="applied"}} 7.0\n'
        f'tthc_events_total{{type="{ProcedureUsage.type}",result="duplicate"}} 1.0\n'
        f'tthc_events_total{{type="{DossierStatus.type}",result="applied"}} 50.0\n'
    )
    assert applied_in(page) == 92


def test_delays_are_told_in_milliseconds() -> None:
    told = percentiles([number / 1000 for number in range(1, 101)])
    assert told["p50"] == pytest.approx(50.5)
    assert told["max"] == pytest.approx(100)

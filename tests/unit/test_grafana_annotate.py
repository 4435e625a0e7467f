"""Annotations: one mark for each time it is asked for, in the graphs of every dashboard that shows its tags."""

from collections.abc import Iterator

import pytest

from alerts.grafana.client import Grafana, GrafanaError
from builders import HOUR, local
from support.grafana_double import GrafanaDouble, Version, running

AT = local("2026-11-24 09:00")


@pytest.fixture(params=list(Version))
def grafana(request: pytest.FixtureRequest) -> Iterator[GrafanaDouble]:
    with running(request.param) as double:
        yield double


def client(grafana: GrafanaDouble) -> Grafana:
    return Grafana(grafana.settings(), wait=lambda _: None)


def test_a_mark_has_its_instant_its_text_and_its_tags(grafana: GrafanaDouble) -> None:
    client(grafana).annotate(at=AT, text="H42.05: thêm 2 hồ sơ", tags=("dunghan", "H42.05"))
    (made,) = grafana.annotations
    assert (made["time"], made["timeEnd"]) == (1_795_485_600_000, None)
    assert (made["text"], made["tags"]) == ("H42.05: thêm 2 hồ sơ", ["dunghan", "H42.05"])
    assert made["dashboardId"] is None


def test_a_mark_can_be_a_span(grafana: GrafanaDouble) -> None:
    client(grafana).annotate(at=AT, text="Đọc bù", tags=("dunghan",), end_at=AT + HOUR)
    assert grafana.annotations[0]["timeEnd"] - grafana.annotations[0]["time"] == 3_600_000


def test_a_mark_whose_answer_is_lost_is_not_made_twice_behind_the_callers_back(grafana: GrafanaDouble) -> None:
    grafana.lost_answers = 1
    with pytest.raises(GrafanaError, match="does not answer"):
        client(grafana).annotate(at=AT, text="once", tags=("dunghan",))
    assert len(grafana.annotations) == 1

"""The index of Decision 766 on the board: by group, the points that are known. Pure.

A group's sum is recorded only where all its parts are known, which a province may wait for until the year's first
petition. The board shows what there is, and how much of the group that speaks for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from alerts.board.snapshot import Sample

PROVINCE_SCORE = "province:tthc_indicator_score"
AGENCY_SCORE = "tthc_indicator_score"
MAX_SCORE = "tthc_indicator_max_score"
GROUP_MAX_SCORE = "tthc_group_max_score"
INDEX_SERIES = (PROVINCE_SCORE, AGENCY_SCORE, MAX_SCORE, GROUP_MAX_SCORE)
GROUPS = {
    "CKMB": "Công khai",
    "TDGQ": "Tiến độ",
    "ONLINE": "Trực tuyến",
    "TTTT": "Thanh toán",
    "MDSH": "Số hóa",
    "MDHL": "Hài lòng",
}
"""Titles short enough for one line; the index file has the full ones."""


class GroupScore(msgspec.Struct, frozen=True):
    """The points of one group of indicators."""

    code: str
    points: float
    known_max: float
    """What the indicators that are known could give at most."""
    max: float


class UnitScore(msgspec.Struct, frozen=True):
    """The points of a province or an agency, by group."""

    unit: str
    groups: tuple[GroupScore, ...]

    @property
    def points(self) -> float:
        """Return the points of all groups."""
        return round(sum(group.points for group in self.groups), 2)

    @property
    def known_max(self) -> float:
        """Return the most that the known indicators could give."""
        return sum(group.known_max for group in self.groups)

    @property
    def max(self) -> float:
        """Return the most that all could give."""
        return sum(group.max for group in self.groups)


def unit_scores(samples: Iterable[Sample]) -> tuple[UnitScore, ...]:
    """Return the points of each unit, units in order, groups in that of the index."""
    scores: defaultdict[str, dict[str, float]] = defaultdict(dict)
    max_of: dict[str, tuple[str, float]] = {}
    group_max: dict[str, float] = {}
    for sample in samples:
        labels = sample.labels
        if sample.name in (PROVINCE_SCORE, AGENCY_SCORE):
            scores[labels.get("province") or labels.get("agency") or "?"][labels.get("indicator", "?")] = sample.value
        elif sample.name == MAX_SCORE:
            max_of[labels.get("indicator", "?")] = labels.get("group", "?"), sample.value
        elif sample.name == GROUP_MAX_SCORE:
            group_max[labels.get("group", "?")] = sample.value
    return tuple(UnitScore(unit, _groups(of_unit, max_of, group_max)) for unit, of_unit in sorted(scores.items()))


def _groups(
    scores: Mapping[str, float], max_of: Mapping[str, tuple[str, float]], group_max: Mapping[str, float]
) -> tuple[GroupScore, ...]:
    known = {indicator: of for indicator, of in max_of.items() if indicator in scores}
    return tuple(
        GroupScore(
            group,
            round(sum(scores[indicator] for indicator, (of, _) in known.items() if of == group), 2),
            sum(most for of, most in known.values() if of == group),
            group_max[group],
        )
        for group in sorted(group_max, key=_place)
    )


def _place(group: str) -> tuple[int, str]:
    order = list(GROUPS)
    return order.index(group) if group in order else len(order), group

"""The dated policy: read with care, and refused where it could not be obeyed."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from builders import HOUR, MICROSECOND, MINUTE, local, policy
from config.policy import DEFAULT_FILE, Policies, PolicyError, SyncLimit, duration, load_policies

VERSION = {
    "effective_from": "2026-01-01",
    "source": "a decision",
    "sync_limits": {"default": {"warning": "10m", "critical": "2h"}, "H42.17": {"warning": "1h", "critical": "1d"}},
    "overdue_ages": ["1d", "3d"],
    "watermark_slack": "1d",
    "live_within": "1h",
}


def written(tmp_path: Path, *versions: dict[str, object]) -> Path:
    file = tmp_path / "policy.yaml"
    text = yaml.safe_dump({"versions": list(versions)}).replace("'", "")  # dates as YAML has them
    file.write_text(text)
    return file


def test_the_policy_that_comes_with_the_program_has_the_documented_limits() -> None:
    policy = load_policies().at(local("2026-11-24 08:00"))

    assert policy.sync_limit("H42.17") == SyncLimit(warning=10 * MINUTE, critical=2 * HOUR)
    assert policy.source
    assert load_policies(DEFAULT_FILE).at(local("1999-01-01")) == policy  # also before its first version


def test_a_policy_file_says_what_it_says(tmp_path: Path) -> None:
    policy = load_policies(written(tmp_path, VERSION)).at(local("2026-02-01"))

    assert policy.effective_from == local("2026-01-01 00:00")
    assert policy.sync_limit("H42.17") == SyncLimit(warning=HOUR, critical=24 * HOUR)
    assert policy.sync_limit("H42.18") == SyncLimit(warning=10 * MINUTE, critical=2 * HOUR)
    assert policy.overdue_ages == (timedelta(days=1), timedelta(days=3))


def test_a_version_is_in_force_from_midnight_in_viet_nam() -> None:
    policies = Policies([policy("2026-07-01", source="new"), policy("2026-01-01", source="old")])
    change = local("2026-07-01 00:00")

    assert policies.at(change - MICROSECOND).source == "old"
    assert policies.at(change).source == "new"
    assert policies.at(local("2025-01-01")).source == "old"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("0s", 0)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: int) -> None:
    assert duration(text) == timedelta(seconds=expected)


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "1.5h", "10 m", "1w", "1h30m", "9999999999999d"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(PolicyError, match="duration"):
        duration(text)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sync_limits": {}}, "default"),
        ({"sync_limits": {"default": {"warning": "2h", "critical": "2h"}}}, "sync_limits.default"),
        ({"sync_limits": {"default": {"warning": "2h"}}}, "critical"),
        ({"overdue_ages": ["3d", "1d"]}, "overdue_ages"),
        ({"overdue_ages": ["1d", "24h"]}, "overdue_ages"),
        ({"overdue_ages": []}, "overdue_ages"),
        ({"overdue_ages": ["soon"]}, "'soon'"),
        ({"watermark_slack": "soon"}, "'soon'"),
        ({"live_within": None}, "live_within"),
        ({"effective_from": "tomorrow"}, "effective_from"),
        ({"a_typo": 1}, "a_typo"),
    ],
)
def test_a_policy_that_cannot_be_obeyed_is_refused_by_file_and_field(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    file = written(tmp_path, VERSION | change)
    with pytest.raises(PolicyError) as raised:
        load_policies(file)

    assert str(file) in str(raised.value)
    assert named in str(raised.value)


def test_a_policy_without_a_version_a_file_that_is_no_yaml_and_none_at_all_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("versions: [")
    for file in (written(tmp_path), broken, tmp_path / "none.yaml"):
        with pytest.raises(PolicyError, match=str(file)):
            load_policies(file)

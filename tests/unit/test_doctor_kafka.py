"""What the doctor says of what Kafka answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from config.settings import Settings
from dunghan.doctor import Verdict
from dunghan.doctor.kafka_judged import judge_group, judge_lag, judge_timestamps, protocol_text, unanswered

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WANTED = {"dossier-events": 2, "catalogue-events": 1}
ONE, TWO = TopicPartition("dossier-events", 0), TopicPartition("dossier-events", 1)


def group(*owned: dict[str, list[int]], state: str = "Stable") -> dict[str, Any]:
    members = [
        {"member_assignment": {"assigned_partitions": [{"topic": t, "partitions": p} for t, p in one.items()]}}
        for one in owned
    ]
    return {"group_state": state, "members": members}


def test_every_partition_has_an_owner_among_the_members() -> None:
    found = judge_group(
        "dunghan", group({"dossier-events": [0]}, {"dossier-events": [1], "catalogue-events": [0]}), WANTED
    )
    assert found.verdict is Verdict.OK
    assert found.found == "consumer group dunghan: each of 3 partitions has an owner; members: 2"


def test_a_group_without_members_means_that_nothing_is_processed() -> None:
    found = judge_group("dunghan", group(state="Empty"), WANTED)
    assert found.verdict is Verdict.FAILED
    assert "dunghan worker" in found.remedy


def test_partitions_without_an_owner_are_named() -> None:
    found = judge_group("dunghan", group({"dossier-events": [0]}), WANTED)
    assert found.verdict is Verdict.FAILED
    assert found.found == "2 partitions have no owner: dossier-events/1, catalogue-events/0"


def test_a_member_that_joined_a_moment_ago_owns_nothing_yet() -> None:
    joined = {"group_state": "Stable", "members": [{"member_assignment": None}]}
    assert judge_group("dunghan", joined, WANTED).verdict is Verdict.FAILED


def test_partitions_that_change_hands_are_a_warning_for_a_moment() -> None:
    found = judge_group("dunghan", group({"dossier-events": [0]}, state="PreparingRebalance"), WANTED)
    assert found.verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("first", "then", "verdict", "says"),
    [
        ({ONE: 10}, {}, Verdict.OK, "no record waits; 10 did 2 s ago"),
        ({ONE: 1000}, {ONE: 500}, Verdict.OK, "500 records wait, read within 2 s"),
        ({ONE: 100_000}, {ONE: 99_000}, Verdict.WARNING, "99000 records wait, read in about 0:03:18"),
        ({ONE: 10}, {ONE: 10}, Verdict.FAILED, "10 records wait and none is read in dossier-events/0"),
        ({ONE: 10}, {ONE: 90}, Verdict.FAILED, "90 records wait and none is read in dossier-events/0"),
        ({ONE: 10, TWO: 5}, {ONE: 30, TWO: 1}, Verdict.WARNING, "31 records wait, and more come than are read"),
        ({ONE: 10}, {TWO: 7}, Verdict.OK, "7 records wait, read within 5 s"),
    ],
)
def test_lag_is_judged_by_whether_it_moves(
    first: dict[TopicPartition, int], then: dict[TopicPartition, int], verdict: Verdict, says: str
) -> None:
    found = judge_lag(first, then, 2.0)
    assert (found.verdict, found.found) == (verdict, says)
    assert bool(found.remedy) == (verdict is not Verdict.OK)


def test_a_record_of_the_future_names_the_partition_and_by_how_much() -> None:
    assert judge_timestamps({ONE: AT + timedelta(seconds=1), TWO: AT - timedelta(days=9)}, AT).verdict is Verdict.OK
    found = judge_timestamps({ONE: AT + timedelta(minutes=5)}, AT)
    assert found.verdict is Verdict.WARNING
    assert found.found == "records of the future: dossier-events/0 by 300 s"


def test_a_broker_that_does_not_answer_is_told_with_what_may_be_wrong_by_the_settings() -> None:
    settings = Settings(kafka_security_protocol="SASL_SSL", kafka_username="monitor", kafka_password="hush")
    assert protocol_text(settings) == "SASL_SSL, SCRAM-SHA-512 as monitor"
    found, remedy = unanswered(settings, KafkaTimeoutError("Unable to bootstrap"))
    assert "Unable to bootstrap" in found
    assert "KAFKA_CA_FILE" in remedy
    assert "_PASSWORD" in remedy
    assert "hush" not in found + remedy
    assert "CA_FILE" not in unanswered(Settings(), KafkaTimeoutError("…"))[1]

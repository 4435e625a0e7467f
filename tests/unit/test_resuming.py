"""Reading goes on behind what the state holds; not in a topic that the state was not made of."""

import asyncio

import pytest
from aiokafka import TopicPartition

from streams.resuming import TopicReplacedError, offsets_to_resume_at

PARTITION = TopicPartition("dossier-events", 3)


class Topic:
    """A consumer of a partition that holds the offsets from `first` to before `end`."""

    def __init__(self, first: int, end: int) -> None:
        self._first, self._end = first, end

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self._first)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self._end)


def resume(topic: Topic, *, applied: int) -> int:
    return asyncio.run(offsets_to_resume_at(topic, {PARTITION: applied}))[PARTITION]


@pytest.mark.parametrize(
    ("first", "end", "applied", "offset"),
    [
        (0, 0, -1, 0),  # nothing was published
        (0, 7, -1, 0),  # nothing was applied
        (0, 7, 4, 5),
        (0, 7, 6, 7),  # all was applied
        (7, 7, 6, 7),  # and has been deleted by age
        (5, 7, -1, 5),  # a new monitor of an old topic
        (5, 7, 4, 5),
    ],
)
def test_it_goes_on_behind_the_last_record_applied_and_misses_none(
    first: int, end: int, applied: int, offset: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert resume(Topic(first, end), applied=applied) == offset
    assert caplog.text == ""


def test_records_that_were_deleted_before_they_were_read_are_passed_over_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert resume(Topic(10, 20), applied=4) == 10
    assert "records 5 to 9 are gone and were not read" in caplog.text


@pytest.mark.parametrize("end", [0, 4])
def test_a_topic_that_ends_before_what_was_applied_is_another_one(end: int) -> None:
    with pytest.raises(
        TopicReplacedError, match=rf"dossier-events, partition 3: applied up to offset 4, .* ends at {end}:"
    ):
        resume(Topic(0, end), applied=4)

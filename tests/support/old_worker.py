"""`dunghan`, in a process that has been up for a week as far as Kafka's client can tell: run it as a program."""

from typing import Any

from aiokafka.consumer.subscription_state import SubscriptionState

from dunghan.cli import main

WEEK_SECONDS = 7 * 24 * 60 * 60


class _OfLastWeek(SubscriptionState):  # type: ignore[misc]
    """Of a consumer whose last fetch was a week ago, unless there is another."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._last_fetch_ended -= WEEK_SECONDS


if __name__ == "__main__":
    import aiokafka.consumer.consumer

    aiokafka.consumer.consumer.SubscriptionState = _OfLastWeek
    main()

"""`dunghan`, whose membership of the group ends on what Kafka's client did not expect: run it as a program."""

from itertools import count
from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator

from dunghan.cli import main

HEARTBEATS = 3  # that go well

_do_heartbeat, _number = GroupCoordinator._do_heartbeat, count(1)


async def _fail_after_some(coordinator: Any) -> Any:
    if next(_number) > HEARTBEATS:
        raise AssertionError("Did we not perform bootstrap?")
    return await _do_heartbeat(coordinator)


if __name__ == "__main__":
    GroupCoordinator._do_heartbeat = _fail_after_some
    main()

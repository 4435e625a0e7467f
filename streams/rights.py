"""Whether all is there for a role, and it may do its work: asked once, before anything waits for what it cannot have.

Clients take some refusals for a broker that is not there yet, and try again for ever. So the broker is asked first.
It cannot be asked about transactional ids: who lacks only those is told so when the first chunk is written.
"""

from collections.abc import Iterator
from itertools import chain
from time import monotonic, sleep
from typing import Any

from kafka.errors import CoordinatorNotAvailableError

from config.settings import Settings
from streams.acls import Operation, Pattern, Resource, Role, grants
from streams.kafka_tools import REACH_SECONDS, not_allowed
from streams.topics import TopicsError, admin_client, refuse_wrong_topics

_ASK_AGAIN_SECONDS = 0.2
_Right = tuple[Resource, str, set[Operation]]


def check_topics_and_rights(settings: Settings, role: Role) -> None:
    """Check the topics, and that whoever connects may do with them what the role does; where all is open, all may.

    Raises:
        TopicsError: what is wrong with a topic, or who may not do what, and what to do; or there is no broker.
    """
    with admin_client(settings) as admin:
        topics = refuse_wrong_topics(admin, settings)
        for resource, name, operations in chain(_of_topics(topics), _of_groups(admin, role, settings)):
            for grant in grants(role, settings):
                lacking = [one for one in grant.operations if one not in operations and grant.covers(resource, name)]
                if lacking:
                    raise TopicsError(not_allowed(settings, f"{lacking[0]} {resource} {name}"))


def _of_topics(topics: list[Any]) -> Iterator[_Right]:
    """Yield what may be done with each topic."""
    for topic in topics:
        yield Resource.TOPIC, topic["name"], _operations(topic)


def _of_groups(admin: Any, role: Role, settings: Settings) -> Iterator[_Right]:
    """Yield what may be done with each group of the role that has a name of its own."""
    named = [grant for grant in grants(role, settings) if grant.resource is Resource.GROUP]
    groups = [name for grant in named if grant.pattern is Pattern.LITERAL for name in grant.names]
    for name, group in _described(admin, groups).items():
        if group["authorized_operations"] is not None:  # of a group that nobody is in yet, nothing is said
            yield Resource.GROUP, name, _operations(group)


def _described(admin: Any, groups: list[str]) -> dict[str, Any]:
    """Describe groups. A new broker appoints who knows of them when it is asked, in a second or two."""
    deadline = monotonic() + REACH_SECONDS
    while True:
        try:
            return admin.describe_groups(groups)  # type: ignore[no-any-return]
        except CoordinatorNotAvailableError:
            if monotonic() > deadline:
                raise
            sleep(_ASK_AGAIN_SECONDS)


def _operations(described: dict[str, Any]) -> set[Operation]:
    return {Operation[name] for name in described["authorized_operations"] if name in Operation.__members__}

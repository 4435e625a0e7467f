"""Whether whoever connects has the rights of a role: asked once, before anything waits for what it may not have.

Clients take some refusals for a broker that is not there yet, and try again for ever. So the broker is asked first.
It cannot be asked about transactional ids: who lacks only those is told so when the first chunk is written.
"""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

from kafka.errors import CoordinatorNotAvailableError

from config.settings import Settings
from streams.acls import Operation, Pattern, Resource, Role, grants
from streams.kafka_tools import REACH_SECONDS, not_allowed
from streams.topics import TopicsError, admin_client, topic_specs

_ASK_AGAIN_SECONDS = 0.2


def check_rights(settings: Settings, role: Role) -> None:
    """Check that whoever connects by these settings may do what the role does. Where all is open, everybody may.

    Raises:
        TopicsError: naming who may not do what, and what to do; or the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        for resource, name, operations in _rights(admin, role, settings):
            for grant in grants(role, settings):
                lacking = [one for one in grant.operations if one not in operations and grant.covers(resource, name)]
                if lacking:
                    raise TopicsError(not_allowed(settings, f"{lacking[0]} {resource} {name}"))


def _rights(admin: Any, role: Role, settings: Settings) -> Iterator[tuple[Resource, str, set[Operation]]]:
    """Yield what may be done with each topic, and with each group of the role that has a name of its own."""
    for topic in admin.describe_topics([spec.name for spec in topic_specs(settings)]):
        yield Resource.TOPIC, topic["name"], _operations(topic)
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

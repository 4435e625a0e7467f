"""Who may do what on the broker: the least that each role needs, as grants, and as the lines that make them.

A role is one Kafka user, or several with the same rights, as each upstream system should have its own. Everybody may
ask how the topics are made, for every command looks whether they are as they must be. To make topics, and to give these
rights, is the administrator's.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from config.settings import Settings
from streams.sources import sources
from streams.topics import topic_specs


class Role(StrEnum):
    """Who connects."""

    UPSTREAM = "upstream"  # systems that tell of dossiers, procedures and petitions
    WORKER = "worker"  # dunghan worker
    DELIVER = "deliver"  # dunghan deliver
    TOOLS = "tools"  # people: dead-letters, publish, explain, calendar, doctor, topics check
    REPLAY = "replay"  # a new version of the state beside the running one (docs/decisions/0016)


class Resource(StrEnum):
    """What a right is about, by the name it has among the options of `kafka-acls`."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


class Operation(StrEnum):
    """What may be done. To read or to write something implies to describe it."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DELETE = "Delete"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


class Pattern(StrEnum):
    """How a name is to be taken."""

    LITERAL = "literal"
    PREFIXED = "prefixed"


class Grant(msgspec.Struct, frozen=True):
    """The right to do some operations with some things of one kind."""

    resource: Resource
    names: tuple[str, ...]
    operations: tuple[Operation, ...]
    pattern: Pattern = Pattern.LITERAL

    def covers(self, resource: Resource, name: str) -> bool:
        """Return whether it is about the thing of this name."""
        if self.pattern is Pattern.PREFIXED:
            return resource is self.resource and name.startswith(self.names)
        return resource is self.resource and name in self.names


def grants(role: Role, settings: Settings) -> list[Grant]:
    """Return what a role needs, with the topics and groups of these settings."""
    return _GRANTS[role](settings)


def command_lines(role: Role, settings: Settings, user: str) -> Iterator[str]:
    """Yield the commands by which an administrator gives a user what the role needs."""
    for grant in grants(role, settings):
        words = [f"--add --allow-principal User:{user}", *(f"--operation {name}" for name in grant.operations)]
        words += [f"--{grant.resource} {name}" for name in grant.names]
        if grant.pattern is not Pattern.LITERAL:
            words.append(f"--resource-pattern-type {grant.pattern}")
        yield f"kafka-acls.sh --bootstrap-server {settings.kafka} --command-config admin.properties {' '.join(words)}"


def _upstream(settings: Settings) -> list[Grant]:
    return [_topics(_events(settings), Operation.WRITE)]


def _worker(settings: Settings) -> list[Grant]:
    return [
        *_how_topics_are_made(settings),
        # What one partition has to tell another goes through the topics of the events.
        _topics(_events(settings), Operation.READ, Operation.WRITE),
        _derived(settings, Operation.READ, Operation.WRITE),
        _topics([*_dead_letters(settings), settings.alerts_topic], Operation.WRITE),
        _topics([settings.calendar_topic], Operation.READ),
        Grant(Resource.GROUP, (settings.app, _position(settings)), (Operation.READ,)),
        _transactions(f"{settings.app}-"),
    ]


def _deliver(settings: Settings) -> list[Grant]:
    return [
        *_how_topics_are_made(settings),
        _topics([settings.alerts_topic], Operation.READ),
        Grant(Resource.GROUP, (f"{settings.app}-deliver-",), (Operation.READ,), Pattern.PREFIXED),
    ]


def _tools(settings: Settings) -> list[Grant]:
    """Replaying a dead letter reads it, or its origin where it was too large, and writes it where it came from."""
    return [
        *_how_topics_are_made(settings),
        _topics(_events(settings), Operation.READ, Operation.WRITE),
        _topics(_dead_letters(settings), Operation.READ),
        _derived(settings, Operation.READ),
        _topics([settings.calendar_topic], Operation.READ, Operation.WRITE),
        Grant(Resource.GROUP, (settings.app,), (Operation.DESCRIBE,), Pattern.PREFIXED),
    ]


def _replay(settings: Settings) -> list[Grant]:
    """Another version's changelogs are made, written, and deleted once nobody has it; the first is like any other."""
    every = (Operation.CREATE, Operation.READ, Operation.WRITE, Operation.DELETE)
    return [
        *_how_topics_are_made(settings),
        _topics([*_events(settings), settings.calendar_topic], Operation.READ),
        _derived(settings, Operation.READ),
        _topics([source.changelog for source in sources(settings)], *every),
        Grant(Resource.TOPIC, (_versions(settings),), every, Pattern.PREFIXED),
        Grant(Resource.GROUP, (settings.app, _position(settings)), (Operation.DESCRIBE,)),
        _transactions(_versions(settings)),
    ]


_GRANTS = {
    Role.UPSTREAM: _upstream,
    Role.WORKER: _worker,
    Role.DELIVER: _deliver,
    Role.TOOLS: _tools,
    Role.REPLAY: _replay,
}


def _events(settings: Settings) -> list[str]:
    return [source.topic for source in sources(settings)]


def _dead_letters(settings: Settings) -> list[str]:
    return [source.dead_letters for source in sources(settings)]


def _position(settings: Settings) -> str:
    return f"{settings.app}-position"  # the group in which workers report how far they are (streams/reader.py)


def _versions(settings: Settings) -> str:
    """Return how everything begins that belongs to a later version of the state."""
    return f"{settings.app}-v"


def _derived(settings: Settings, *operations: Operation) -> Grant:
    """Grant what was made of the events: changelogs of every version, and which alerts were told.

    By prefix, so that a new version asks for no new rights. The calendar, which has the app's name too, is not meant.
    """
    kinds = [source.changelog.removesuffix("changelog") for source in sources(settings)]
    return Grant(Resource.TOPIC, (*kinds, _versions(settings)), operations, Pattern.PREFIXED)


def _transactions(prefix: str) -> Grant:
    return Grant(Resource.TRANSACTIONAL_ID, (prefix,), (Operation.WRITE,), Pattern.PREFIXED)


def _how_topics_are_made(settings: Settings) -> list[Grant]:
    operations = (Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
    return [_topics([spec.name for spec in topic_specs(settings)], *operations), _derived(settings, *operations)]


def _topics(names: list[str], *operations: Operation) -> Grant:
    return Grant(Resource.TOPIC, tuple(names), operations)

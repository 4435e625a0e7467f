"""The versions of the state that there are: which workers have, which changelogs exist, and the end of one.

A version is a number (`DUNGHAN_STATE_VERSION`) in the names of the changelogs. Workers tell the group theirs by the
name of their client, so that nothing is built or deleted under their feet (docs/decisions/0016).
"""

import re
from collections import Counter
from contextlib import suppress

import msgspec
from kafka.errors import UnknownTopicOrPartitionError

from config.settings import Settings
from streams.sources import sources
from streams.topics import admin_client

_CLIENT = re.compile(r"state-v(\d+)")


def client_id(settings: Settings) -> str:
    """Return how a worker calls itself in its consumer group."""
    return f"{settings.app}-state-v{settings.state_version}"


def of_version(settings: Settings, version: int) -> Settings:
    """Return the settings of another version of the state."""
    return msgspec.structs.replace(settings, state_version=version)


def changelogs(settings: Settings) -> list[str]:
    """Return the topics that belong to the version of these settings, and to no other."""
    return [source.changelog for source in sources(settings)]


def existing_versions(settings: Settings) -> list[int]:
    """Return the versions of which there is a changelog, in order.

    Raises:
        TopicsError: the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        topics = set(admin.list_topics())
    named = re.compile(rf"{re.escape(settings.app)}-v(\d+)-dossiers-changelog")
    numbers = {1, *(int(found[1]) for topic in topics if (found := named.fullmatch(topic)))}
    return sorted(number for number in numbers if topics.intersection(changelogs(of_version(settings, number))))


def versions_in_use(settings: Settings) -> Counter[int]:
    """Return how many running workers have each version. One of which the name tells nothing has the first.

    Raises:
        TopicsError: the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        members = admin.describe_groups([settings.app])[settings.app]["members"]
    found = (_CLIENT.search(member["client_id"]) for member in members)
    return Counter(int(one[1]) if one else 1 for one in found)


def delete_changelogs(settings: Settings, version: int) -> list[str]:
    """Delete the changelogs of a version; return their names. What was told of alerts belongs to none, and stays.

    Raises:
        TopicsError: the broker cannot be reached, or refuses.
    """
    topics = changelogs(of_version(settings, version))
    with admin_client(settings) as admin:
        there = [topic for topic in topics if topic in set(admin.list_topics())]
        with suppress(UnknownTopicOrPartitionError):  # somebody else was faster
            admin.delete_topics(there)
    return there

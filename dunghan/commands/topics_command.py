"""`dunghan topics`."""

import click

from config.settings import load_settings
from dunghan.errors import UserError
from streams.acls import Role, command_lines
from streams.topics import TopicsError, check_topics, create_topics, topic_specs


@click.group(name="topics")
def command() -> None:
    """Create and check the Kafka topics: events, dead letters, changelog.

    Example: dunghan topics create
    """


@command.command()
def create() -> None:
    """Create the topics that are missing, with their settings, and check the others.

    Example: DUNGHAN_PARTITIONS=8 dunghan topics create
    """
    settings = load_settings()
    try:
        created = create_topics(settings)
    except TopicsError as error:
        raise UserError(str(error)) from error
    for spec in topic_specs(settings):
        print(f"{spec.name}: {spec.partitions} partitions, {'created' if spec.name in created else 'as it must be'}")


@command.command()
def check() -> None:
    """Check that the topics exist and are as they must be.

    Example: dunghan topics check
    """
    settings = load_settings()
    try:
        check_topics(settings)
    except TopicsError as error:
        raise UserError(str(error)) from error
    print("topics: as they must be")


@command.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the user is for.")
@click.option("--user", help="The Kafka user.  [default: dunghan-ROLE]")
def acls(role: str, user: str | None) -> None:
    """Print the commands that give a Kafka user the least its role needs, for an administrator to run.

    Each upstream system should have a user of its own. They are of these settings: another DUNGHAN_APP has other
    topics. See SECURITY.md.

    Example: dunghan topics acls --role upstream --user mot-cua-ninhbinh
    """
    for line in command_lines(Role(role), load_settings(), user or f"{load_settings().app}-{role}"):
        print(line)

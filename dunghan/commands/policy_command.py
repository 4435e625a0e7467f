"""`dunghan policy`."""

import click

from config.policy_file import DEFAULT_FILE
from config.rulebook import load_rulebook
from config.settings import load_settings


@click.group(name="policy")
def command() -> None:
    """Check the policy: dated limits, thresholds and rungs.

    Example: dunghan policy check policy.yaml
    """


@command.command()
@click.argument("file", type=click.Path(), default="")
def check(file: str) -> None:
    """Check a policy file under the working calendar: FILE, or else the policy in use.

    A limit that can never be broken, a clock that would stand still for ever, and a version that can never be in force
    are refused as much as a slip of the pen.

    Example: dunghan policy check policy.yaml
    """
    settings = load_settings()
    file = file or settings.policy_file
    versions = load_rulebook(file, settings.calendar_dir).policies.versions
    for number, version in enumerate(versions, 1):
        which = "1 version" if len(versions) == 1 else f"version {number} of {len(versions)}"
        print(f"{file or DEFAULT_FILE}: {which}, in force from {version.day}: no contradiction")

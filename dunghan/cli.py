"""`dunghan` ("on time"): the command line. Each command's code is loaded when it is called."""

from importlib import import_module
from typing import Any

import click

from config.calendar import CalendarError
from config.index import IndexFileError
from config.policy import PolicyError
from config.settings import SettingsError
from dunghan.errors import UserError, usage_in_one_line

# command → what it is for; its code is dunghan/commands/<command with _>.py
COMMANDS = {
    "worker": "Process dossier events and expose metrics.",
    "topics": "Create and check the Kafka topics.",
    "publish": "Publish events from files to Kafka.",
    "simulate": "Make the events of a believable province.",
    "import": "Turn a historic log into events.",
    "evaluate": "Judge events from files, in memory, at an instant.",
    "score": "Score a table of numerators and denominators by the index of Decision 766.",
    "explain": "Why a dossier stands as it does: facts, intervals, arithmetic, sync, alerts.",
    "due": "When a limit ends, counted by the working calendar.",
    "calendar": "The working calendar: show, check, preview, apply.",
    "replay": "Build a new version of the state beside the running one.",
    "view": "The Redis view of open, overdue and unsynced dossiers.",
    "dead-letters": "List, show and replay rejected events.",
    "policy": "Check the policy before it is in use.",
    "index": "Write the recording rules and the page of the index, or check them.",
    "schemas": "Write the event contract's JSON Schemas and AsyncAPI document.",
    "deliver": "Deliver alerts by dossier to Alertmanager, a webhook and Grafana.",
    "api": "Serve the JSON API, and make its tokens.",
    "grafana": "Write, check and push the dashboards.",
    "alertmanager": "The hours in which agencies are told of alerts: write or check them.",
    "watch": "A live board in the terminal.",
    "doctor": "Check every part of the running monitor, and say how to mend it.",
    "stack": "The local stack: Kafka, Redis, Prometheus, Alertmanager.",
    "demo": "The whole monitor on a simulated province.",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is needed, so `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the table's order, which is the order of a newcomer's needs."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"dunghan.commands.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the options before the command."""
        with usage_in_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what is a person's to mend (command line, settings, policy…) is no traceback."""
        try:
            with usage_in_one_line():
                return super().invoke(ctx)
        except (SettingsError, PolicyError, CalendarError, IndexFileError) as error:
            raise UserError(str(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="dunghan")
def main() -> None:
    """Đúng Hạn: are the province's dossiers on time, and does the national portal know of them?

    Example: dunghan evaluate events.ndjson --at 2026-11-24T17:00+07:00
    """

"""Errors that a person can mend."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


class UserError(click.ClickException):
    """One clear line on standard error, saying what is wrong and what to do next; exit code 2, never a traceback."""

    exit_code = 2


@contextmanager
def usage_in_one_line() -> Iterator[None]:
    """Tell of a command line at fault in one line, where click takes four and begins with what is not at fault.

    A group that is called alone still shows all of its help.
    """
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "dunghan"
        found = " ".join(error.format_message().split())  # a list of choices comes on lines of its own
        raise UserError(f"{command}: {found.rstrip('.')}; see {command} --help") from error

"""Errors that a person can mend."""

import click


class UserError(click.ClickException):
    """One clear line on standard error, saying what is wrong and what to do next; exit code 2, never a traceback."""

    exit_code = 2

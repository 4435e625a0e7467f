"""Options that several commands share."""

import click

from config.clock import parse_instant


class InstantType(click.ParamType):
    """An RFC 3339 instant; without an offset it is Vietnamese local time."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read the instant, or say what is wrong with it."""
        try:
            return parse_instant(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an instant; write e.g. 2026-11-24T17:00+07:00", param, ctx)


INSTANT = InstantType()

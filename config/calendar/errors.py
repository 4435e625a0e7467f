"""The one error of this package."""


class CalendarError(ValueError):
    """A calendar document says something that cannot be obeyed; the text names the file and the field."""

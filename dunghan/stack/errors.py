"""What can go wrong with the local stack."""

from dunghan.errors import UserError


class StackError(UserError):
    """The stack cannot do what it was asked; the message says which service, why, and what to do next."""

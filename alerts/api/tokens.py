"""Who may ask: bearer tokens, of which the API stores only a digest.

A token is 32 random bytes, so one pass of SHA-256 is enough: there is nothing to guess. The file has a line
`name:digest` for each holder; empty lines and those that begin with `#` are passed over.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

_LINE = re.compile(r"(?P<name>[\w.-]{1,64}):(?P<digest>[0-9a-f]{64})", re.ASCII)
_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PREFIX = "dunghan_"  # whoever finds one in a log or in a repository sees what it is
_BYTES = 32


class TokensError(ValueError):
    """A file of tokens cannot be used."""


class Tokens:
    """The holders of tokens, by name."""

    def __init__(self, digests: Mapping[str, str]) -> None:
        self._digests = dict(digests)

    def holder(self, token: str) -> str | None:
        """Return whose token this is. How long that takes does not depend on it."""
        asked = digest_of(token)
        found = None
        for name, digest in self._digests.items():
            if compare_digest(asked, digest):
                found = name
        return found


def new_token() -> str:
    """Return a token that nobody has."""
    return f"{_PREFIX}{token_urlsafe(_BYTES)}"


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode(errors="surrogateescape")).hexdigest()


def line_of(name: str, token: str) -> str:
    """Return the line of a holder.

    Raises:
        TokensError: the name cannot stand in a line.
    """
    if not _NAME.fullmatch(name):
        raise TokensError(f"{name!r}: a name has up to 64 letters, digits, dots, hyphens and underscores")
    return f"{name}:{digest_of(token)}"


def parse_tokens(text: str) -> Tokens:
    """Read the lines of a file.

    Raises:
        TokensError: naming the line at fault, without what stands there.
    """
    digests: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise TokensError(f"line {number}: expected name:digest, as `dunghan api token new NAME` prints it")
        if match["name"] in digests:
            raise TokensError(f"line {number}: {match['name']} has a line already")
        digests[match["name"]] = match["digest"]
    if not digests:
        raise TokensError("no token in it; `dunghan api token new NAME` prints a line")
    return Tokens(digests)

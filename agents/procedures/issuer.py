"""Is it a province or a ministry that announces a procedure? By its code; their limits differ.

Agencies carry the codes of Decision 20/2020/QĐ-TTg: `H42.17` in a province, `G09.20` in a ministry. Older ones write
the same part last: `000.00.01.H42`. Of any other code nothing is presumed.
"""

import re
from enum import StrEnum

from config.policy import ByIssuer
from config.spans import Span

_BODY = re.compile(r"(?:^|\.)([GH])\d{2}(?=\.|$)")


class Issuer(StrEnum):
    """Who announces and publishes procedures."""

    PROVINCE = "province"
    MINISTRY = "ministry"


def issuer_of(code: str) -> Issuer | None:
    """Return whether the agency of this code belongs to a province or a ministry; None if the code does not tell."""
    match = _BODY.search(code)
    if match is None:
        return None
    return Issuer.PROVINCE if match[1] == "H" else Issuer.MINISTRY


def limit_of(limits: ByIssuer, issuer: Issuer) -> Span:
    """Return the limit that binds this issuer."""
    return limits.province if issuer is Issuer.PROVINCE else limits.ministry

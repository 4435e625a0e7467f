"""`dunghan doctor`: looks at every part of a running monitor, and says how to mend what is wrong.

A `Check` has a stable id and looks at one thing. The checks of one service are a `Patient`: they are made one after the
other, those of different services at the same time, each within a limit. `listing.py` lists them all.
"""

from dunghan.doctor.checks import Check, Finding, Patient, Result, Verdict, failed, ok, skipped, warning
from dunghan.doctor.examination import examine
from dunghan.doctor.listing import patients

__all__ = [
    "Check",
    "Finding",
    "Patient",
    "Result",
    "Verdict",
    "examine",
    "failed",
    "ok",
    "patients",
    "skipped",
    "warning",
]

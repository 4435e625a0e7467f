"""Making the checks: those of a patient one after the other, those of different patients at the same time.

A service that hangs must not hang the doctor, and a client library that waits for it cannot be interrupted. So each
check is made in a thread of its own, which is left behind when its time is up; it ends with the process.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Thread

from dunghan.doctor.checks import Check, Finding, Patient, Result, Unwell, Verdict, failed, skipped

LIMIT_SECONDS = 6.0
"""A healthy check takes well under a second; the one that watches the lag move takes three."""


def examine(patients: Sequence[Patient], limit_seconds: float = LIMIT_SECONDS) -> list[Finding]:
    """Make every check, and return what was found in their order."""
    found: list[list[Finding]] = [[] for _ in patients]
    threads = [
        _started(partial(_examine, patient, into, limit_seconds)) for patient, into in zip(patients, found, strict=True)
    ]
    for thread in threads:
        thread.join()
    return [finding for findings in found for finding in findings]


def _examine(patient: Patient, into: list[Finding], limit_seconds: float) -> None:
    into.extend(_findings(patient, limit_seconds))


def _findings(patient: Patient, limit_seconds: float) -> Iterator[Finding]:
    """Yield the findings of one patient; after a check that hung nothing more is asked of it."""
    holds: dict[str, bool] = {}
    hung = ""
    for check in patient:
        missing = hung or ("" if holds.get(check.needs, True) else check.needs)
        result = skipped(f"needs {missing}") if missing else _made(check, limit_seconds)
        if result is None:
            hung = check.id
            result = failed(
                f"no answer within {limit_seconds:g} s",
                "it is there but hangs or is overloaded: look at its log and at the load of its machine, or restart it",
            )
        holds[check.id] = result.verdict in (Verdict.OK, Verdict.WARNING)
        yield Finding(check=check.id, verdict=result.verdict, found=result.found, remedy=result.remedy)


def _made(check: Check, limit_seconds: float) -> Result | None:
    """Make a check; None if it takes too long."""
    results: list[Result] = []
    _started(lambda: results.append(_looked(check))).join(limit_seconds)
    return results[0] if results else None


def _looked(check: Check) -> Result:
    try:
        return check.look()
    except Unwell as unwell:
        return unwell.result
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks are made and this one has failed
        return failed(f"{type(error).__name__}: {error}", "the answer makes no sense here: is it another version?")


def _started(run: Callable[[], None]) -> Thread:
    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread

"""How checks are made: in order, at the same time, within a limit; and whatever they raise."""

from threading import Barrier, Event

import pytest

from dunghan.doctor import Check, Result, Verdict, examine, failed, ok, skipped, warning
from dunghan.doctor.checks import Unwell, some

SOON = 0.05


def fine() -> Result:
    return ok("fine")


def verdicts(*patients: list[Check], limit_seconds: float = 5) -> list[tuple[str, Verdict]]:
    return [(one.check, one.verdict) for one in examine(patients, limit_seconds)]


def test_findings_come_in_the_order_of_the_checks() -> None:
    assert verdicts([Check("a", fine), Check("b", lambda: warning("w", "mend"))], [Check("c", fine)]) == [
        ("a", Verdict.OK),
        ("b", Verdict.WARNING),
        ("c", Verdict.OK),
    ]


def test_different_patients_are_looked_at_at_the_same_time() -> None:
    both = Barrier(2, timeout=5)

    def meet() -> Result:
        both.wait()
        return ok("met")

    assert verdicts([Check("a", meet)], [Check("b", meet)]) == [("a", Verdict.OK), ("b", Verdict.OK)]


def test_what_stands_on_a_failed_check_is_skipped_and_the_rest_is_made() -> None:
    patient = [
        Check("reachable", lambda: failed("gone", "start it")),
        Check("inside", fine, "reachable"),
        Check("deeper", fine, "inside"),
        Check("beside", fine),
    ]
    assert verdicts(patient) == [
        ("reachable", Verdict.FAILED),
        ("inside", Verdict.SKIPPED),
        ("deeper", Verdict.SKIPPED),
        ("beside", Verdict.OK),
    ]
    assert examine([patient])[1].found == "needs reachable"


def test_a_warning_holds_what_stands_on_it_and_a_skipped_check_does_not() -> None:
    assert verdicts([Check("a", lambda: warning("w", "mend")), Check("b", fine, "a")])[1] == ("b", Verdict.OK)
    assert verdicts([Check("a", lambda: skipped("no")), Check("b", fine, "a")])[1] == ("b", Verdict.SKIPPED)


def test_a_check_that_hangs_fails_and_its_patient_is_left_alone_but_no_other() -> None:
    never = Event()

    def hang() -> Result:
        never.wait()
        return ok("at last")

    found = examine([[Check("hangs", hang), Check("after", fine)], [Check("other", fine)]], SOON)
    never.set()
    assert [(one.check, one.verdict) for one in found] == [
        ("hangs", Verdict.FAILED),
        ("after", Verdict.SKIPPED),
        ("other", Verdict.OK),
    ]
    assert found[0].found == "no answer within 0.05 s"
    assert found[0].remedy
    assert found[1].found == "needs hangs"


def test_a_symptom_that_is_raised_is_the_finding() -> None:
    def unwell() -> Result:
        raise Unwell("it is ill", "give it rest")

    (found,) = examine([[Check("a", unwell)]])
    assert (found.verdict, found.found, found.remedy) == (Verdict.FAILED, "it is ill", "give it rest")


def test_an_error_that_nobody_foresaw_fails_its_check_only() -> None:
    def broken() -> Result:
        raise KeyError("surprise")

    first, second = examine([[Check("a", broken), Check("b", fine)]])
    assert first.verdict is Verdict.FAILED
    assert "KeyError: 'surprise'" in first.found
    assert second.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("line", "found", "remedy"),
    [("it is gone; start it; or wait", "it is gone", "start it; or wait"), ("it is gone", "it is gone", "ask")],
)
def test_an_error_of_the_project_is_taken_apart_into_symptom_and_remedy(line: str, found: str, remedy: str) -> None:
    result = Unwell.from_line(line, "ask").result
    assert (result.found, result.remedy) == (found, remedy)


def test_of_many_things_the_first_few_are_named() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(number) for number in range(9)]) == "0, 1, 2, 3 and 5 more"

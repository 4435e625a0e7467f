"""A file may hold records of every topic: each reaches the processor that takes it, and so does what follows."""

from agents.dossiers.processor import DossierProcessor
from agents.every_topic import take
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from alerts.prometheus.metrics import indicator_counts
from alerts.prometheus.subject_metrics import subject_counts
from builders import RULEBOOK, KafkaRecord, local, records, status
from config.clock import FixedClock
from streams.chunk import Reach
from streams.rejection import Reason
from support.petitions import catalogued, said

AT = local("2026-11-02 08:00")


def test_each_record_reaches_the_processor_that_takes_it_and_dossiers_learn_of_petitions() -> None:
    dossiers, procedures, petitions = (
        kind(rulebook=RULEBOOK, clock=FixedClock(AT))
        for kind in (DossierProcessor, ProcedureProcessor, PetitionProcessor)
    )
    told = [said(AT, "received", dossier="D-1"), catalogued(fee=True), status(AT, 2, code="D-1", channel=2)]
    rejected = take(
        [*records(told), KafkaRecord(b"?", 3), KafkaRecord(None, 4)],
        [dossiers, procedures, petitions],  # type: ignore[list-item]
    )
    for processor in (dossiers, procedures, petitions):
        processor.advance(AT, reach=Reach.END)

    assert [(one.record.offset, one.rejection.reason) for one in rejected] == [
        (3, Reason.MALFORMED),
        (4, Reason.EMPTY),
    ]
    assert indicator_counts([dossiers])["H42.17", "dossiers_disliked_or_petitioned", "today"] == 1  # type: ignore[list-item]
    assert subject_counts([procedures, petitions]) == {  # type: ignore[list-item]
        **{("H42", name, window): 1 for name in ("procedures", "procedures_with_fee") for window in _WINDOWS},
        **{("H42.17", "petitions", window): 1 for window in _WINDOWS},
    }


_WINDOWS = ("today", "7d", "30d", "month", "quarter", "year")

"""Whatever is said, whenever it is judged and wherever it crashes: each alert is told once, and in the end all are."""

from datetime import timedelta
from typing import Any

import pytest
from career_strategies import CAREERS
from hypothesis import given
from hypothesis import strategies as st
from subject_strategies import PETITIONS, PROCEDURES, USAGE, told_of

from agents.dossiers.processor import RestPlan
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from agents.subjects.processor import SubjectProcessor
from builders import policy, records, rulebook_of
from config.alert_rules import CAN_ALERT, DEFAULT
from history_strategies import HISTORIES, START, deliveries, quick
from partition import Partition
from streams.alerts import AlertEvent
from streams.chunk import Reach
from streams.events import Event
from support.alerts import assert_well_told, held, say_all
from support.oracle import judge
from support.subjects import SubjectPartition

Delivery = tuple[list[Event], list[Event]]
INSTANTS = st.integers(-48, 12 * 24).map(lambda hours: START + timedelta(hours=hours))
ENDS = st.integers(13 * 24, 60 * 24).map(lambda hours: START + timedelta(hours=hours))
RULES = (CAN_ALERT, DEFAULT, frozenset({"processing-deadline", "petition-processing", "procedure-announcement"}))
RULEBOOKS = [rulebook_of([policy(alerts=rules)]) for rules in RULES]
CHUNKS = ("chunk", "chunk", "chunk lost", "chunk written, process lost")
TELLINGS = ("tell", "tell", "tell while time goes on", "told lost", "told, process lost")
KINDS = [
    (PetitionProcessor, deliveries(told_of(PETITIONS))),
    (ProcedureProcessor, deliveries(told_of(PROCEDURES | USAGE))),
]


class Course:
    """A partition that is driven at random: read into, advanced, let tell, given other rules; and crashed anywhere."""

    def __init__(self, served: Any, log: list[Any], data: st.DataObject) -> None:
        self.served, self.log, self.data = served, log, data
        self.topic: list[AlertEvent] = []

    def run(self) -> None:
        while self.served.processor.position + 1 < len(self.log):
            what = self.data.draw(st.sampled_from((*CHUNKS, *TELLINGS, "advance", "advance", "other rules")))
            if what in CHUNKS:
                self.read(what)
            elif what in TELLINGS:
                self.tell(what)
            elif what == "advance":
                self.advance()
            else:
                self.served.rulebook = self.data.draw(st.sampled_from(RULEBOOKS))
                self.served.processor.rule_by(self.served.rulebook)

    def advance(self) -> None:
        reach = self.data.draw(st.sampled_from((Reach.END, Reach.END, Reach.HEAD, Reach.BEHIND)))
        self.served.advance(self.data.draw(INSTANTS), reach=reach, quiet=self.data.draw(st.booleans()))

    def chunk(self) -> list[Any]:
        start = self.served.processor.position + 1
        return self.log[start : start + self.data.draw(st.integers(1, 8))]

    def read(self, what: str) -> None:
        plan = self.served.processor.process(self.chunk())
        if what != "chunk lost":
            self.served.changelog += plan.changelog
        if what == "chunk":
            self.served.processor.commit(plan)
        else:
            self.restart()

    def tell(self, what: str) -> None:
        unsettled = self.served.processor.unsettled
        plan = self.served.processor.tell()
        if plan is None:
            return
        assert isinstance(plan, RestPlan) or not unsettled
        if what != "told lost":
            self.served.changelog += plan.changelog
            self.topic += plan.alerts
        if what == "tell while time goes on":
            self.advance()
        if what.startswith("tell"):
            self.served.processor.commit(plan)
        elif what == "told lost" and self.data.draw(st.booleans()):
            self.served.processor.recount()  # the process lives on: the broker did not take what was written
        else:
            self.restart()

    def restart(self) -> None:
        self.served.restart(compacted=self.data.draw(st.booleans()))


@given(deliveries(HISTORIES | CAREERS), st.data())
@quick
def test_alerts_of_dossiers_end_as_the_dossiers_stand(delivery: Delivery, data: st.DataObject) -> None:
    history, delivered = delivery
    end = data.draw(ENDS)
    served = Partition(START, rulebook=RULEBOOKS[0])
    course = Course(served, records(delivered), data)
    course.run()
    served.settle(end)
    course.topic += say_all(served)

    active = assert_well_told(course.topic)
    rules = served.rulebook.at(end).policy.alerts
    holding = {
        f"{one.rule}/{code}": one
        for code in served.processor.watched()
        for one in served.processor._holding(code)
        if one.rule in rules
    }
    assert {key: held(event) for key, event in active.items()} == holding
    if all(one.at <= end for one in history):  # the oracle does not know what will be said
        overdue = {f"processing-deadline/{code}" for code, verdict in judge(history, end).items() if verdict.overdue}
        assert {key for key in active if key.startswith("processing-deadline/")} == overdue


@pytest.mark.parametrize(("kind", "told"), KINDS, ids=["petitions", "procedures"])
@given(data=st.data())
@quick
def test_alerts_of_petitions_and_procedures_end_as_they_stand(
    kind: type[SubjectProcessor[Any]], told: st.SearchStrategy[Delivery], data: st.DataObject
) -> None:
    end = data.draw(ENDS)
    served = SubjectPartition(kind, START, rulebook=RULEBOOKS[0])
    course = Course(served, records(data.draw(told)[1]), data)
    course.run()
    served.advance(end)
    course.topic += say_all(served)

    rules = served.rulebook.at(end).policy.alerts
    holding = {f"{one.rule}/{code}": one for code, one in served.processor.holding() if one.rule in rules}
    assert {key: held(event) for key, event in assert_well_told(course.topic).items()} == holding

"""The partition processor of the catalogue: procedures (thủ tục hành chính), and who uses them.

Each procedure lives in one partition, wherever the dossiers are that use it. So what is used at all is counted exactly,
however many partitions and workers there are.
"""

from agents.procedures.adds import NAMES, adds
from agents.procedures.apply import apply
from agents.procedures.procedure import Procedure, dump, load
from agents.subjects.processor import SubjectProcessor, Subjects
from streams import events
from streams.alerts import SubjectKind

PROCEDURES = Subjects(
    title="catalogue events",
    prefix=b"c",
    kind=SubjectKind.PROCEDURE,
    types=frozenset({events.Procedure, events.ProcedureUsage}),
    counts=NAMES,
    new=Procedure,
    load=load,
    dump=dump,
    apply=apply,
    adds=adds,
)


class ProcedureProcessor(SubjectProcessor[Procedure]):
    """The state of one partition of the catalogue."""

    subjects = PROCEDURES

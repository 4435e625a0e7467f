"""The partition processor of petitions (phản ánh kiến nghị).

A petition that names a dossier tells the partition in which the dossier lives.
"""

from collections.abc import Iterator

from agents.facts import value
from agents.petitions.adds import NAMES, adds
from agents.petitions.apply import apply
from agents.petitions.petition import Petition, dump, load
from agents.subjects.processor import SubjectProcessor, Subjects
from streams import events
from streams.alerts import SubjectKind
from streams.events import DossierPetition, Event

SOURCE = "/dunghan/petitions"


def tells(petition: Petition, event: Event) -> Iterator[Event]:
    """Yield what the dossier that a petition names has to be told, if it was not the last one that was named.

    Each dossier that was ever named is told, in whatever order that was said; some are told again, which changes
    nothing.
    """
    code = event.data.dossier if isinstance(event.data, events.Petition) else None
    if code is not None and code != value(petition.dossier):
        told = DossierPetition(petition=event.subject)
        yield Event(source=SOURCE, id=f"{event.subject}/{code}", at=event.at, subject=code, data=told)


PETITIONS = Subjects(
    title="petition events",
    prefix=b"k",
    kind=SubjectKind.PETITION,
    types=frozenset({events.Petition}),
    counts=NAMES,
    new=Petition,
    load=load,
    dump=dump,
    apply=apply,
    adds=adds,
    tells=tells,
)


class PetitionProcessor(SubjectProcessor[Petition]):
    """The state of one partition of the petitions."""

    subjects = PETITIONS

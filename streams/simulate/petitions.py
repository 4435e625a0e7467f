"""Petitions (phản ánh kiến nghị): citizens complain of an agency, sometimes of how it handled a dossier of theirs."""

from random import Random

from streams.events import Petition, PetitionKind, PetitionState
from streams.simulate.canonical import CloudEvent, Message, encode
from streams.simulate.facts import Filing, instant_as
from streams.simulate.office_hours import DAY, HOUR, WorkingTime

_SOURCE = "urn:h42:pakn"  # one system for the province
_LIMIT_DAYS = 15  # within which an agency usually answers


def petition(filing: Filing, number: int, working: WorkingTime, rng: Random) -> list[Message]:
    """Return everything that will be said of a petition by the one who filed a dossier, in order of time."""
    return _Petition(filing, number, working, rng).run()


class _Petition:
    def __init__(self, filing: Filing, number: int, working: WorkingTime, rng: Random) -> None:
        self.filing = filing
        self.code = f"PAKN-{filing.agency.code}-{number:06d}"
        self.working = working
        self.rng = rng
        self.instant = instant_as(filing.agency.character.writing)
        self.now = filing.arrived_at + int(rng.uniform(HOUR, 5 * DAY))
        self.messages: list[Message] = []

    def run(self) -> list[Message]:
        rng = self.rng
        self._say(
            PetitionState.RECEIVED,
            kind=rng.choice(tuple(PetitionKind)),
            dossier=self.filing.code if rng.random() < 0.5 else None,  # noqa: PLR2004 - shares, here and below
            repeated=True if rng.random() < 0.08 else None,  # noqa: PLR2004
        )
        self._pass(0.05, 1.5)
        if rng.random() < 0.06:  # noqa: PLR2004
            self._say(PetitionState.REFUSED)
            return self.messages
        self._say(PetitionState.PROCESSING)
        if rng.random() < 0.15:  # noqa: PLR2004
            self._ask_back()
        late = rng.random() < 3 * self.filing.agency.character.late
        self._pass(_LIMIT_DAYS, 2 * _LIMIT_DAYS) if late else self._pass(0.5, 0.8 * _LIMIT_DAYS)
        self._say(PetitionState.PROCESSED)
        self._pass(0.1, 3)
        self._say(PetitionState.PUBLISHED, disliked=rng.random() < 0.12)  # noqa: PLR2004
        if rng.random() < 0.03:  # noqa: PLR2004 - on second thoughts
            self._pass(0.5, 2)
            self._say(PetitionState.PUBLISHED, disliked=False)
        return self.messages

    def _ask_back(self) -> None:
        """Ask the citizen for more, and go on when it is there."""
        self._pass(0.5, 6)
        self._say(PetitionState.SUPPLEMENT)
        self.now += int(self.rng.uniform(4 * HOUR, 6 * DAY))
        self._say(PetitionState.PROCESSING)

    def _pass(self, least: float, most: float) -> None:
        """Let so many working days go by."""
        self.now = self.working.later(self.now, int(self.rng.uniform(least, most) * self.working.day_length))

    def _say(self, state: PetitionState, **more: object) -> None:
        event = CloudEvent(
            id=f"{self.code}/{len(self.messages) + 1}",
            source=_SOURCE,
            type=Petition.type,
            time=self.instant(self.now),
            subject=self.code,
            data=Petition(agency=self.filing.agency.code, state=state, **more),  # type: ignore[arg-type]
        )
        self.messages.append(Message(self.now, encode(event), key=self.code))

"""How a petition stands at an instant: a pure function of its facts, the instant and what is in force."""

from bisect import bisect_right
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from agents.judgement import Judgement, judge
from agents.petitions.case import case_of
from agents.petitions.petition import Petition, state_of
from agents.petitions.rules import petition_ask_back, petition_processing, petition_publication, petition_refusal
from config.rulebook import Rulebook
from streams.events import PetitionState


class Standing(NamedTuple):
    """How a petition stands."""

    agency: str
    state: PetitionState
    judgement: Judgement


def standing_of(petition: Petition, at: datetime, rulebook: Rulebook) -> Standing | None:
    """Judge a petition at `at`; None while nothing is known of it."""
    case = case_of(petition, at, rulebook)
    if case is None:
        return None
    expected = (
        (petition_refusal.RULE, petition_refusal.expect(case)),
        (petition_ask_back.RULE, petition_ask_back.expect(case)),
        (petition_processing.RULE, petition_processing.expect(case)),
        (petition_publication.RULE, petition_publication.expect(case)),
    )
    ahead = petition.states[bisect_right(petition.states, at, key=itemgetter(0)) :]
    judgement = judge(expected, at, [entry[0] for entry in ahead[:1]])
    return Standing(case.agency, state_of(petition.states[-1]), judgement)

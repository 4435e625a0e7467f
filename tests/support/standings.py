"""How every dossier of a processor stands."""

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.standing import Standing


def standings_of(processor: DossierProcessor) -> dict[str, Standing]:
    """Return the standing of each dossier, at rest or not, as far as it is known."""
    standings = {code: processor.standing(code) for code, _ in processor.dossiers()}
    return {code: found for code, found in standings.items() if found is not None}

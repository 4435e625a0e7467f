"""One partition under test: a processor, its clock, and the changelog that the reader would write."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from agents.activity import Activity
from agents.dossiers.dossier import Dossier
from agents.dossiers.processor import _HISTORY_TICKS, DossierPlan, DossierProcessor
from agents.dossiers.report import AgencyReport, agency_reports
from agents.dossiers.standing import Standing, judge
from agents.dossiers.store import Store
from agents.dossiers.tally import Tally
from builders import RULEBOOK, KafkaRecord, records
from config.clock import FixedClock
from config.rulebook import Rulebook
from streams.chunk import Reach
from streams.events import Event
from support.standings import standings_of


class Partition:
    """Processes, writes and commits as the reader does; can crash before or after it has written."""

    def __init__(
        self,
        now: datetime,
        *,
        activity: Activity | None = None,
        lives_here: Callable[[str], bool] = lambda _: True,
        rulebook: Rulebook = RULEBOOK,
        new_store: Callable[[], Store] = dict,
    ) -> None:
        self.clock = FixedClock(now)
        self.activity = activity or Activity()
        self.lives_here = lives_here
        self.rulebook = rulebook
        self.new_store = new_store
        self.changelog: list[tuple[bytes, bytes | None]] = []
        self.processor = self.new_processor()
        self.processor.recount()

    def new_processor(self) -> DossierProcessor:
        return DossierProcessor(
            rulebook=self.rulebook,
            clock=self.clock,
            activity=self.activity,
            lives_here=self.lives_here,
            store=self.new_store(),
        )

    @property
    def standings(self) -> dict[str, Standing | None]:
        """How every dossier stands, at rest or not."""
        return {code: self.processor.standing(code) for code in self.state}

    def tell(self, *events: Event, timestamp: int | None = None) -> DossierPlan:
        """Process and commit events as one chunk."""
        return self.take(records(events, self.processor.position + 1, timestamp))

    def take(self, chunk: Sequence[KafkaRecord]) -> DossierPlan:
        """Process and commit one chunk."""
        plan = self.processor.process(chunk)
        self.changelog += plan.changelog
        self.processor.commit(plan)
        return plan

    def advance(self, now: datetime, *, reach: Reach = Reach.END, quiet: bool = True) -> None:
        self.clock.set(now)
        self.processor.advance(now, reach=reach, quiet=quiet)

    def settle(self, now: datetime) -> None:
        """Advance at one instant until history that came among live events is judged as of it, too."""
        for _ in range(_HISTORY_TICKS + 2):
            self.advance(now)

    def restart(self, *, compacted: bool = False) -> None:
        """Lose the process; restore another one from the changelog."""
        self.processor = self.new_processor()
        self.restore(dict(self.changelog).items() if compacted else self.changelog)

    def restore(self, changelog: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in changelog:
            self.processor.load(key, value)
        self.processor.recount()

    @property
    def state(self) -> dict[str, bytes]:
        return dict(self.processor.dossiers())

    @property
    def reports(self) -> dict[str, AgencyReport]:
        return agency_reports(self.processor.tally.contributions.items())

    def dossier(self, code: str) -> Dossier:
        found = self.processor.dossier(code)
        assert found is not None
        return found

    def standing(self, code: str) -> Standing:
        standing = self.processor.standing(code)
        assert standing is not None
        return standing


def counted_from_scratch(processor: DossierProcessor) -> tuple[dict[str, Standing | None], Tally]:
    """Judge and count every dossier of a partition anew, but for those that wait to be judged at a later tick."""
    waiting = {*processor._history, *processor._to_judge}
    standings: dict[str, Standing | None] = {}
    tally = Tally()
    for code, _ in processor.dossiers():
        dossier = processor.dossier(code)
        assert dossier is not None
        anew = judge(dossier, processor.judged_at, processor._rulebook)
        standings[code] = processor.standing(code) if code in waiting else anew
        tally.replace(code, None, standings[code])
    return standings, tally


def assert_never_drifted(processor: DossierProcessor) -> None:
    """Compare what a processor counted on its way with a count from scratch."""
    standings, tally = counted_from_scratch(processor)
    assert {code: one.shown for code, one in standings_of(processor).items()} == {
        code: one.shown for code, one in standings.items() if one
    }
    assert processor.tally.contributions == tally.contributions
    assert processor.tally.oldest_overdue() == tally.oldest_overdue()

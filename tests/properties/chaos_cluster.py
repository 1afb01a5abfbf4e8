"""A cluster that notices who starts a job from a state that is not its newest."""

from horae.domain.configuration import Configuration
from horae.engines.engine import Snapshot
from horae.engines.fake import FakeCluster, Incarnation
from horae.engines.fake_output import Output


class WatchedCluster(FakeCluster):
    """A cluster that notes each start from a state that is not the newest.

    Whoever starts the job without state wants everything counted again: from its first state on,
    that incarnation's results replace those before it, and no state before it may be used.

    Attributes:
        stale_starts: What was noted.
        afresh: Ids of the incarnations that a person has started without state.
    """

    stale_starts: list[str]
    afresh: set[str]

    def submit(self, configuration: Configuration, job_id: str, location: str | None) -> None:
        """See FakeCluster."""
        life = self._present_life()
        newest = max((one.position for one in life), default=0)
        state = self.storage.states.get(location)
        super().submit(configuration, job_id, location)
        if job_id in self.afresh:
            return
        of_this_life = state is not None and state.job_id in {one.job_id for one in life}
        if self.incarnations[-1].position < newest or not of_this_life:
            self.stale_starts.append(f"{job_id} from {location}")

    def _present_life(self) -> list[Incarnation]:
        """Incarnations since the last one that began without state and has completed some."""
        begun = [
            number
            for number, one in enumerate(self.incarnations)
            if one.restored is None and one.completed
        ]
        return self.incarnations[begun[-1] if begun else 0 :]

    def _store(self, one: Incarnation, location: str, *, stopped: bool = False) -> Snapshot:
        if one.job_id in self.afresh and not one.completed:
            self.storage.output = Output()
        return super()._store(one, location, stopped=stopped)

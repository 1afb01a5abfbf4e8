import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from recorded_flink import NOWHERE, RUNNING, STOPPED, RecordedFlink, StateFolders

from horae.engines.engine import Snapshot
from horae.engines.flink_newest_state import NewestState
from horae.engines.flink_storage import FlinkStorage
from horae.errors import Refused
from horae.settings.job_spec import EngineSettings

BOTH = (RUNNING, STOPPED)
"""The newest first."""


@dataclass
class Scene:
    """A recorded Flink whose jobs have completed nothing yet, and its folders."""

    flink: RecordedFlink
    folders: StateFolders

    def __post_init__(self) -> None:
        """Have REST show nothing."""
        for job_id in BOTH:
            latest = self.flink.body(f"/jobs/{job_id}/checkpoints")["latest"]
            latest |= {"completed": None, "savepoint": None}

    def newest(self, *job_ids: str) -> Snapshot | None:
        """What is tested."""
        client, clock = self.flink.client, self.flink.clock
        storage = FlinkStorage.read(client, EngineSettings())
        return NewestState(client=client, clock=clock, storage=storage).of("contract", job_ids)

    def close(self) -> None:
        """Take the folders away from this machine."""
        self.folders.named({"execution.checkpointing.dir": "file:///far/away"})


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Nothing completed, in storage that can be read."""
    flink = RecordedFlink()
    return Scene(flink, StateFolders(flink, tmp_path))


def _found(snapshot: Snapshot | None) -> tuple[str | None, int | None]:
    assert snapshot is not None
    return snapshot.location, snapshot.checkpoint_id


def test_without_any_there_is_none(scene: Scene) -> None:
    """Neither of those that are known, nor of one that never was, nor of nobody."""
    assert scene.newest(*BOTH, NOWHERE) is None
    assert scene.newest() is None


def test_what_a_job_was_restored_from_is_not_its_own(scene: Scene) -> None:
    """The running job shows that it was restored, and has completed nothing."""
    assert scene.flink.body(f"/jobs/{RUNNING}/checkpoints")["latest"]["restored"] is not None
    scene.close()
    assert scene.newest(RUNNING) is None


def test_the_greatest_id_of_an_incarnation_counts(scene: Scene) -> None:
    """Checkpoint 8 is younger than 7."""
    for number in (7, 8):
        location = scene.folders.checkpoint(RUNNING, number)
    assert _found(scene.newest(RUNNING)) == (location, 8)


def test_the_newest_incarnation_that_has_a_state_counts(scene: Scene) -> None:
    """Whoever starts a job afresh counts from 1 again: 2 after 60. One without any does not."""
    old = scene.folders.checkpoint(STOPPED, 60)
    assert _found(scene.newest(RUNNING, STOPPED)) == (old, 60)
    location = scene.folders.checkpoint(RUNNING, 2)
    assert _found(scene.newest(RUNNING, STOPPED)) == (location, 2)


def test_a_forgotten_incarnation_is_looked_up_in_storage(scene: Scene) -> None:
    """The JobManager has forgotten it; its savepoint 5 is younger than its checkpoint 4."""
    scene.flink.forget(STOPPED)
    scene.folders.checkpoint(STOPPED, 4)
    location = scene.folders.savepoint(STOPPED, 5)
    newest = scene.newest(STOPPED)
    assert _found(newest) == (location, 5)
    assert newest is not None
    assert newest.stopped


def test_rest_is_not_asked_for_what_it_does_not_know(scene: Scene) -> None:
    """Flink would go on saying "not found" of an incarnation that is started a second later."""
    scene.flink.forget(STOPPED)
    scene.flink.says(f"/jobs/{STOPPED}/checkpoints", {"errors": ["asked"]}, status=400)
    assert scene.newest(STOPPED) is None


def test_storage_is_fresher_than_rest(scene: Scene) -> None:
    """REST shows checkpoint 4 while 5 lies there already; nobody waits."""
    before = scene.flink.clock.now()
    old = scene.folders.checkpoint(RUNNING, 4)
    scene.folders.tell(RUNNING, "completed", old, 4)
    location = scene.folders.checkpoint(RUNNING, 5)
    assert _found(scene.newest(RUNNING)) == (location, 5)
    assert scene.flink.clock.now() == before


def test_the_same_state_is_told_the_same_way(scene: Scene) -> None:
    """Whether or not REST shows it yet."""
    location = scene.folders.checkpoint(RUNNING, 5)
    before = scene.newest(RUNNING)
    scene.folders.tell(RUNNING, "completed", location, 5)
    assert scene.newest(RUNNING) == before


def test_rest_tells_what_lies_elsewhere(scene: Scene) -> None:
    """Somebody has stopped the job into a folder of his own, which is not seen from here."""
    scene.folders.checkpoint(RUNNING, 4)
    scene.folders.tell(RUNNING, "savepoint", "file:/elsewhere/savepoint", 5)
    newest = scene.newest(RUNNING)
    assert _found(newest) == ("file:/elsewhere/savepoint", 5)
    assert newest is not None
    assert newest.stopped


def test_a_checkpoint_that_was_replaced_is_not_returned(scene: Scene) -> None:
    """REST shows 4, which was deleted when 5 came: found at the second look."""
    gone = scene.folders.checkpoint(RUNNING, 4)
    scene.folders.tell(RUNNING, "completed", gone, 4)
    shutil.rmtree(scene.folders.checkpoints / RUNNING)
    _later(scene, lambda: scene.folders.checkpoint(RUNNING, 5))
    newest = scene.newest(RUNNING)
    assert newest is not None
    assert newest.checkpoint_id == 5


def _later(scene: Scene, happens: Callable[[], object]) -> None:
    """Have something happen once while one waits."""
    waiting, pending = scene.flink.clock.wait, [happens]

    class Eventful:
        now = staticmethod(scene.flink.clock.now)

        @staticmethod
        def wait(seconds: float) -> None:
            waiting(seconds)
            while pending:
                pending.pop()()

    scene.flink.clock = Eventful()  # type: ignore[assignment]


def test_an_older_state_is_no_substitute(scene: Scene) -> None:
    """Results up to checkpoint 9 were handed on; 6 would double those after it."""
    scene.folders.savepoint(STOPPED, 6)
    missing = f"file:{scene.folders.checkpoints}/{RUNNING}/chk-9"
    scene.folders.tell(RUNNING, "completed", missing, 9)
    with pytest.raises(Refused, match=r"is gone: .*chk-9 \(checkpoint 9\).* by hand"):
        scene.newest(*BOTH)


def test_a_checkpoint_that_flink_has_deleted_is_gone(scene: Scene) -> None:
    """As of a job that was cancelled and does not keep its checkpoints."""
    scene.folders.tell(RUNNING, "completed", "file:/elsewhere/chk-9", 9, discarded=True)
    with pytest.raises(Refused, match="is gone"):
        scene.newest(RUNNING)


def test_a_stop_takes_the_place_of_the_checkpoints_before(scene: Scene) -> None:
    """Flink deletes them when the job has finished: as it should be."""
    location = scene.folders.savepoint(STOPPED, 3)
    scene.folders.tell(STOPPED, "completed", "file:/x/chk-2", 2, discarded=True)
    scene.folders.tell(STOPPED, "savepoint", location, 3)
    assert _found(scene.newest(STOPPED)) == (location, 3)


def test_a_savepoint_of_a_running_job_may_go(scene: Scene) -> None:
    """Nothing is handed on with it, so that the checkpoint before doubles nothing."""
    location = scene.folders.checkpoint(RUNNING, 8)
    gone = f"file:{scene.folders.savepoints}/savepoint-{RUNNING[:6]}-x"
    scene.folders.tell(RUNNING, "savepoint", gone, 9, checkpoint_type="SAVEPOINT")
    assert _found(scene.newest(RUNNING)) == (location, 8)


def test_what_has_no_address_is_gone(scene: Scene) -> None:
    """Checkpoints in the JobManager's memory cannot be started from."""
    told = "<checkpoint-not-externally-addressable>"
    scene.folders.tell(RUNNING, "completed", told, 9)
    with pytest.raises(Refused, match="is gone"):
        scene.newest(RUNNING)


def test_a_savepoint_may_be_anothers(scene: Scene) -> None:
    """Another job's id begins alike: the newest is not guessed, an older one not minded."""
    other = f"{RUNNING[:6]}{'a' * 26}"
    jobs = scene.flink.body("/jobs/overview")["jobs"]
    jobs.append(jobs[0] | {"jid": other, "name": "other", "state": "FINISHED"})
    location = scene.folders.savepoint(RUNNING, 8)
    with pytest.raises(Refused, match=f"may also be of job {other}"):
        scene.newest(RUNNING)
    scene.folders.tell(RUNNING, "savepoint", location, 8)
    assert _found(scene.newest(RUNNING)) == (location, 8)
    scene.folders.tell(RUNNING, "savepoint", "file:/elsewhere/savepoint", 7)
    newer = scene.folders.checkpoint(RUNNING, 9)
    assert _found(scene.newest(RUNNING)) == (newer, 9)


def test_in_application_mode_a_savepoint_tells_nothing(scene: Scene) -> None:
    """There all jobs have an id of zeros."""
    scene.folders.savepoint("0" * 32, 8)
    with pytest.raises(Refused, match="any job in application mode"):
        scene.newest("0" * 32)


def test_without_storage_rest_is_enough_for_what_it_knows(scene: Scene) -> None:
    """After the 3 s that it may be late."""
    before = scene.flink.clock.now()
    scene.folders.tell(STOPPED, "savepoint", "s3://x/savepoint", 3)
    scene.folders.tell(RUNNING, "completed", "s3://x/chk-9", 9)
    scene.close()
    assert _found(scene.newest(*BOTH)) == ("s3://x/chk-9", 9)
    assert (scene.flink.clock.now() - before).total_seconds() == 3.0


def test_without_storage_a_forgotten_one_is_refused(scene: Scene) -> None:
    """Nobody can tell what it completed; the folder that is not seen is named."""
    scene.flink.forget(STOPPED)
    scene.close()
    with pytest.raises(Refused, match=f"does not know job {STOPPED}.*file:///far/away"):
        scene.newest(*BOTH)


def test_a_cluster_that_remembers_the_one_before_would_know_it(scene: Scene) -> None:
    """So an incarnation that it does not know was never started, and has no state."""
    scene.folders.tell(STOPPED, "savepoint", "s3://x/savepoint", 3)
    scene.close()
    assert _found(scene.newest(NOWHERE, STOPPED)) == ("s3://x/savepoint", 3)

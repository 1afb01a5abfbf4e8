"""One look a cycle, recorded whatever it shows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import NOON, SMALL, VERSION, a_description, at
from control_world import World
from horae.control.entries import ExternalChange, Observation, from_body
from horae.control.observe import observe
from horae.domain.job import JobDescription, JobPresence
from horae.domain.window import MetricsWindow
from horae.engines.fake import Fault, Incarnation
from horae.errors import NotReady, Unavailable
from horae.ledger.records import EntryKind
from horae.metrics.collector import Collected

AWAY = Unavailable("connection refused")


def changes(world: World) -> list[ExternalChange]:
    """What was noticed of others' doings."""
    entries = world.entries(EntryKind.EXTERNAL_CHANGE)
    return [from_body(ExternalChange, entry.body) for entry in entries]


def test_a_look_is_recorded_with_its_window(world: World) -> None:
    """The entry tells what was seen, and the window it names can be read back."""
    seen = observe(world.observing(), "c1")
    (entry,) = world.entries()
    assert from_body(Observation, entry.body) == seen
    assert (seen.presence, seen.configuration) == (JobPresence.RUNNING, SMALL)
    assert (seen.job_id, seen.version) == ("first", VERSION.id)
    assert entry.references["window"] == seen.window
    assert world.windows.get(seen.window or "").configuration == SMALL


def test_a_repeated_cycle_looks_not_again(world: World) -> None:
    """The same cycle gives the same observation, without a call and without an entry."""
    first = observe(world.observing(), "c1")
    calls = list(world.engine.calls)
    world.load = [500.0] * 100
    assert observe(world.observing(), "c1") == first
    assert world.engine.calls == calls
    assert len(world.entries()) == 1


def test_each_look_continues_the_window_before(world: World) -> None:
    """The first look has no past; the second is given what the first stored."""
    first = observe(world.observing(), "c1")
    observe(world.observing(), "c2")
    nothing, past = world.windows_before
    assert nothing is None
    assert isinstance(past, MetricsWindow)
    assert world.windows.put(past) == first.window


def test_an_engine_that_is_away_is_recorded(world: World) -> None:
    """Presence is None, which is neither running nor absent; the reason is kept."""
    world.engine.fail("describe", Fault(AWAY))
    seen = observe(world.observing(), "c1")
    assert (seen.presence, seen.window, seen.configuration) == (None, None, None)
    assert seen.unavailable == {"engine": "connection refused"}
    assert len(world.entries(EntryKind.WINDOW)) == 1


def test_the_past_survives_an_engine_that_was_away(world: World) -> None:
    """After cycles without a window the next one continues the last that there was."""
    first = observe(world.observing(), "c1")
    world.engine.fail("describe", Fault(AWAY, times=2))
    observe(world.observing(), "c2")
    observe(world.observing(), "c3")
    observe(world.observing(), "c4")
    past = world.windows_before[-1]
    assert past is not None
    assert world.windows.put(past) == first.window


def test_an_engine_that_goes_away_meanwhile_is_named(world: World) -> None:
    """The window is kept as it was begun, and the observation says that the engine is away."""

    def cut_off(found: JobDescription, before: MetricsWindow | None) -> Collected:
        world.engine.fail("describe", Fault(AWAY))
        return world.collect(found, before)

    seen = observe(world.observing(collect=cut_off), "c1")
    assert seen.configuration == SMALL
    assert seen.window is not None
    assert seen.unavailable == {"engine": "connection refused"}


def test_sources_that_do_not_answer_are_named(world: World) -> None:
    """What a source said instead of answering stands in the observation."""
    world.unavailable = {"kafka": "no broker"}
    assert observe(world.observing(), "c1").unavailable == {"kafka": "no broker"}


def test_a_look_that_gives_no_window_yet_is_recorded(world: World) -> None:
    """The job is described, and why there is no window is said."""

    def too_early(found: JobDescription, before: MetricsWindow | None) -> Collected:
        raise NotReady("no row yet")

    seen = observe(world.observing(collect=too_early), "c1")
    assert (seen.configuration, seen.window) == (SMALL, None)
    assert seen.unavailable == {"window": "no row yet"}


@pytest.mark.parametrize("harm", ["expired", "altered"])
def test_a_window_that_cannot_be_read_starts_anew(world: World, harm: str) -> None:
    """Whether its file is gone or was altered: observing goes on without a past."""
    first = observe(world.observing(), "c1")
    (file,) = world.folder.glob("windows/ysb/*.parquet")
    if harm == "expired":
        file.unlink()
    else:
        file.write_bytes(b"altered")
    second = observe(world.observing(), "c2")
    assert world.windows_before == [None, None]
    assert second.presence is first.presence


def test_a_change_by_somebody_else_is_noticed_once_and_adopted(world: World) -> None:
    """It is recorded with before and after; from then on it is the known state."""
    observe(world.observing(), "c1")
    world.engine.incarnations[0].configuration = at(2)
    observe(world.observing(), "c2")
    observe(world.observing(), "c3")
    (change,) = changes(world)
    assert (change.before, change.after) == (SMALL, at(2))
    assert "somebody else changed the job from parallelism 1" in change.sentence
    assert change.sentence.endswith("it is adopted")


def test_a_job_that_was_started_anew_is_noticed(world: World) -> None:
    """The same configuration under a new id is somebody else's doing too."""
    observe(world.observing(), "c1")
    world.engine.incarnations[0].job_id = "second"
    observe(world.observing(), "c2")
    observe(world.observing(), "c3")
    (change,) = changes(world)
    assert (change.job_id_before, change.job_id_after) == ("first", "second")
    assert change.before == change.after == SMALL


def test_a_job_first_seen_is_no_change(world: World) -> None:
    """Before the first look nothing is known that could have changed."""
    observe(world.observing(), "c1")
    assert changes(world) == []


@pytest.mark.parametrize(
    "presence", [JobPresence.ABSENT, JobPresence.FINISHED, JobPresence.FAILED, JobPresence.DOUBLED]
)
def test_a_job_that_does_not_run_once_is_recorded_as_such(
    world: World, presence: JobPresence
) -> None:
    """Absent, finished, failed or doubled: the observation says so and names no configuration.

    The incarnation is named, for its state may be the one to go on from.
    """

    class Shows:
        def describe(self, job: str) -> JobDescription:
            return a_description(presence=presence)

    observe(world.observing(), "c1")
    seen = observe(world.observing(engine=Shows()), "c2")
    assert (seen.presence, seen.configuration, seen.job_id) == (presence, None, "first")
    assert seen.detail == f"as the test wants it: {presence}"
    assert changes(world) == []


def test_twins_are_recorded_by_a_real_look(world: World) -> None:
    """Two live jobs of one name: doubled, and never guessed which one is meant."""
    world.engine.incarnations.append(Incarnation("twin", SMALL, NOON, NOON))
    seen = observe(world.observing(), "c1")
    assert (seen.presence, seen.configuration) == (JobPresence.DOUBLED, None)


def test_a_job_rescaled_while_it_is_sampled_is_seen_as_it_is_at_the_end(world: World) -> None:
    """Observation and window name the configuration at the end of the look."""

    def sampled_meanwhile(found: JobDescription, before: MetricsWindow | None) -> Collected:
        collected = world.collect(found, before)
        world.engine.incarnations[0].configuration = at(2)
        world.clock.wait(20)
        return collected

    seen = observe(world.observing(collect=sampled_meanwhile), "c1")
    assert seen.configuration == at(2)
    assert seen.collected_at == NOON + timedelta(seconds=20)
    assert world.windows.get(seen.window or "").configuration == at(2)


def test_a_ledger_that_is_away_fails_the_look(world: World) -> None:
    """What cannot be recorded is not observed."""

    class Away:
        def find(self, chain: str, identity: str) -> None:
            raise AWAY

    with pytest.raises(Unavailable):
        observe(replace(world.observing(), ledger=Away()), "c1")  # type: ignore[arg-type]

import numpy as np
import pytest

from flow_builders import CALM, FOUR, a_failure, a_flow, a_model, a_trace
from horae.simulation.job.job_model import CheckpointModel, LogNormal
from horae.simulation.world.failures import PUBLISHED
from horae.simulation.world.flow import Flow
from horae.simulation.world.worlds import World

# All by hand: 200 records/s on 400; a checkpoint begins each 10 s and is complete 2 s later; a
# failure is seen after 5 s, and the job is back 10 s after that.

SKIPPING = World(name="skipping", sentence="", regime=PUBLISHED)


def struck(flow: Flow) -> list[tuple[int, int, int, float]]:
    """Of the first replication: when, seen, over, records read again."""
    return [
        (one.at, one.visible_at, one.resumed_at, round(one.replayed_records))
        for one in flow.replications[0].struck
    ]


def test_a_failure_is_replayed_from_the_newest_completed_checkpoint() -> None:
    """At 33 that is the one of 30: until it is seen at 38, 8 s of work were done in vain."""
    flow = a_flow(a_trace(), due=(a_failure(33),))
    flow.advance(600)
    assert struck(flow) == [(33, 38, 48, 1_600)]
    assert flow.capacity[0, 37] == 400
    assert not flow.capacity[0, 38:48].any()
    # 18 s of load wait at 48, and are gone 18 s later, for half of the capacity is left for them.
    assert flow.backlog[0, 48] == pytest.approx(3_600)
    assert np.flatnonzero(flow.backlog[0])[[0, -1]].tolist() == [38, 65]


@pytest.mark.parametrize(
    ("due", "from_second"),
    [
        (32, 30),  # begun at 30, complete at 32
        (31, 20),  # the one of 30 still runs
        (11, 0),  # none is complete: from where the job began
    ],
)
def test_a_checkpoint_counts_once_it_is_complete(due: int, from_second: int) -> None:
    """Its records are those processed until it began."""
    flow = a_flow(a_trace(), due=(a_failure(due),))
    flow.advance(600)
    lost = 200 * (due + 5 - from_second)
    assert struck(flow) == [(due, due + 5, due + 15, lost)]


def test_a_checkpoint_that_was_triggered_counts_too() -> None:
    """One begun at 36 is newer than that of 30; without those that were triggered it is not."""
    flow = a_flow(a_trace(), due=(a_failure(39),))
    flow.advance(37)
    flow.note_checkpoint(0, 36)
    assert flow.last_checkpoint(0) == 36
    assert flow.restored_position(0) == pytest.approx(7_200)
    assert flow.restored_position(0, triggered=False) == pytest.approx(6_000)
    flow.advance(600)
    assert struck(flow) == [(39, 44, 54, 1_600)]


def test_a_checkpoint_that_was_triggered_is_gone_with_its_start() -> None:
    """Begun at 36, it is no checkpoint of what was started at 54: that one has none yet."""
    flow = a_flow(a_trace(), due=(a_failure(39), a_failure(60)))
    flow.advance(37)
    flow.note_checkpoint(0, 36)
    flow.advance(59)
    assert flow.last_checkpoint(0) is None
    assert flow.restored_position(0) == pytest.approx(7_200)
    flow.advance(600)
    # Struck again before its first checkpoint: what it did since 54, at 400 records/s, is undone.
    assert struck(flow)[1] == (60, 65, 75, 4_400)


def test_no_checkpoint_completes_from_a_failure_until_the_job_is_back() -> None:
    """Struck at 33, it stays with the one of 30, until the first one after the start at 48."""
    flow = a_flow(a_trace(), due=(a_failure(33, visible=25),))
    seen = {}
    for second in (12, 33, 57, 60, 68, 79, 80):
        flow.advance(second)
        seen[second] = (flow.completes_checkpoints(0), flow.last_checkpoint(0))
    assert seen == {
        12: (True, 10),
        33: (False, 30),
        57: (False, 30),  # those of 40 and 50 never were
        60: (False, 30),
        68: (True, None),  # back
        79: (True, None),
        80: (True, 78),
    }
    assert flow.restored_position(0) == pytest.approx(flow.position(0, 78))


def test_a_failure_before_another_is_seen_is_seen_with_it() -> None:
    """The output stops at the first that is seen, and the job is back when both are over."""
    flow = a_flow(a_trace(), due=(a_failure(33, visible=20), a_failure(36, visible=5)))
    flow.advance(600)
    # 36 + 5 comes before 33 + 20; the first is over at 63, the second at 51.
    assert struck(flow) == [(33, 41, 63, 2_200), (36, 41, 63, 0)]


def test_a_failure_while_the_job_restarts_makes_it_wait() -> None:
    """At 44 it is still down from the first; the second is over at 44 + 15."""
    flow = a_flow(a_trace(), due=(a_failure(33), a_failure(44)))
    flow.advance(600)
    assert struck(flow) == [(33, 38, 59, 1_600), (44, 44, 59, 0)]
    assert not flow.capacity[0, 38:59].any()
    assert flow.capacity[0, 59] == 400


def test_a_regime_that_skips_strikes_only_a_job_that_is_well() -> None:
    """The failures due at 36 and 44 do not occur, the one after the job is back does."""
    due = tuple(a_failure(at) for at in (33, 36, 44, 60))
    flow = a_flow(a_trace(), world=SKIPPING, due=due)
    flow.advance(600)
    # Each is put off to 5 s before a checkpoint: 35, and 65 = 50 + 20 - 5 after the start at 50.
    assert [one[0] for one in struck(flow)] == [35, 65]


def test_a_failure_in_the_outage_of_an_action_prolongs_it() -> None:
    """Stopped at 100 to be back at 107, struck at 103: back at 118."""
    flow = a_flow(a_trace(), due=(a_failure(103),))
    flow.advance(100)
    flow.start(0, FOUR, at=107, position=flow.stop(0))
    flow.advance(600)
    assert struck(flow) == [(103, 103, 118, 0)]
    assert flow.started_at(0) == 118


def test_a_failure_between_stop_and_start_holds_the_start_up() -> None:
    """Struck at 103, told at 106 to be back at 107: back at 118."""
    flow = a_flow(a_trace(), due=(a_failure(103),))
    flow.advance(100)
    position = flow.stop(0)
    flow.advance(106)
    assert struck(flow) == [(103, 103, 600, 0)]  # nobody has started it yet
    flow.start(0, FOUR, at=107, position=position)
    assert struck(flow) == [(103, 103, 118, 0)]
    flow.advance(600)
    assert flow.started_at(0) == 118
    assert flow.replications[0].pending == 0


def test_a_stop_before_a_failure_is_seen_loses_what_it_undoes() -> None:
    """Stopped at 35, struck at 33: the position is that of the checkpoint of 30."""
    flow = a_flow(a_trace(), due=(a_failure(33),))
    flow.advance(35)
    assert flow.stop(0) == pytest.approx(6_000)
    flow.start(0, FOUR, at=100, position=6_000)
    flow.advance(600)
    assert struck(flow) == [(33, 35, 100, 1_000)]
    assert flow.backlog[0, 100] == pytest.approx(14_000)


def test_an_action_takes_over_from_a_failure_under_way() -> None:
    """Down since 38, stopped at 40 and told to be back at 90: the failure is over with that."""
    flow = a_flow(a_trace(), due=(a_failure(33),))
    flow.advance(40)
    position = flow.stop(0)
    flow.advance(60)
    assert not flow.up[0]
    flow.start(0, FOUR, at=90, position=position)
    flow.advance(600)
    assert struck(flow) == [(33, 38, 90, 1_600)]


def test_a_failure_that_is_not_over_at_the_end_is_told() -> None:
    """Struck 8 s before the end, it is there, to be over later."""
    flow = a_flow(a_trace(seconds=100), due=(a_failure(92),))
    flow.advance(100)
    assert struck(flow) == [(92, 97, 107, 1_400)]
    assert flow.replications[0].pending == 1


def test_each_replication_has_its_own_failures() -> None:
    """What strikes one leaves the other as it is."""
    flow = a_flow(a_trace(), starts=(FOUR, FOUR), due=(a_failure(33),))
    flow.advance(30)
    flow.start(1, FOUR, at=36, position=flow.stop(1))
    flow.advance(600)
    assert struck(flow) == [(33, 38, 48, 1_600)]
    assert flow.replications[1].struck[0].resumed_at == 48  # struck while down, over 15 s later
    assert flow.replications[1].struck[0].replayed_records == 0


@pytest.mark.parametrize(("interval", "aimed"), [(10.0, 2_705), (30.0, 2_725), (90.0, 2_785)])
def test_the_published_regime_strikes_before_the_next_checkpoint(
    interval: float, aimed: int
) -> None:
    """Due at 2,700, it waits for 5 s before the next one that begins."""
    start = a_model().start.model_copy(update={"checkpoint_interval_seconds": interval})
    flow = a_flow(a_trace(seconds=3_000), world=SKIPPING, starts=(start.configuration(),))
    flow.advance(3_000)
    assert [one.at for one in flow.replications[0].struck] == [aimed]
    assert flow.replications[0].struck[0].interval_seconds == interval


def test_the_published_regime_aims_again_after_a_start() -> None:
    """Started at 2,698 its checkpoints begin at 2,708, ...: it strikes at 2,703."""
    flow = a_flow(a_trace(seconds=3_000), world=SKIPPING)
    flow.advance(2_680)
    flow.start(0, FOUR, at=2_698, position=flow.stop(0))
    flow.advance(3_000)
    assert [one.at for one in flow.replications[0].struck] == [2_703]


def test_a_failure_due_in_an_outage_is_skipped_by_the_published_regime() -> None:
    """Down from 2,690 to 2,750, the one of 2,700 does not occur, and the one of 5,400 does."""
    flow = a_flow(a_trace(seconds=6_000), world=SKIPPING)
    flow.advance(2_690)
    flow.start(0, FOUR, at=2_750, position=flow.stop(0))
    flow.advance(6_000)
    assert [one.at for one in flow.replications[0].struck] == [5_405]


def test_what_a_checkpoint_takes_is_that_of_the_start() -> None:
    """A duration of 4 s delays the newest completed one by as much."""
    model = a_model(checkpoints=CheckpointModel(duration=LogNormal(median=4)))
    flow = a_flow(a_trace(), model=model, world=CALM)
    flow.advance(33)
    assert flow.checkpoint_seconds(0) == 4
    assert flow.last_checkpoint(0) == 20
    flow.advance(34)
    assert flow.last_checkpoint(0) == 30

from dataclasses import replace

import numpy as np
import pytest

from flow_builders import FOUR, a_failure, a_flow, a_model, a_trace
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.proposal import Reason
from horae.simulation.job.job_model import LatencyModel, LogNormal
from horae.simulation.world.record import ActionSeen, Held, RunRecord, record_of

TWO = replace(FOUR, parallelism=2)
HELD = (
    Held(second=0, cores=4, memory_gb=16),
    Held(second=250, cores=6, memory_gb=24),
    Held(second=310, cores=2, memory_gb=8),
)


def an_action(began: int) -> ActionSeen:
    """Of ten seconds, from four TaskManagers to two."""
    return ActionSeen(
        began=began,
        ended=began + 10,
        reason=Reason.SAVE,
        result=OutcomeResult.DONE,
        path=RescalePath.IN_PLACE,
        outage_seconds=7.0,
        origin=FOUR,
        target=TWO,
    )


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """200 records/s, of 600 s the first 200 as history; struck at 135 and 233; two from 307 on."""
    trace = a_trace(200.0, seconds=600, history=200)
    flow = a_flow(trace, due=(a_failure(135), a_failure(233)))
    flow.advance(300)
    flow.start(0, TWO, at=307, position=flow.position(0, 290))
    flow.note_replay(0, flow.position(0) - flow.position(0, 290))
    flow.advance(600)
    return record_of(flow, 0, HELD, (an_action(150), an_action(300)))


def test_the_history_is_not_part_of_it(record: RunRecord) -> None:
    """400 s are left, each series of that length."""
    assert record.seconds == 400
    series = ("load", "backlog", "age", "latency", "capacity", "cores", "memory_gb", "up")
    assert {len(getattr(record, name)) for name in series} == {400}
    assert (record.load == 200).all()


def test_times_are_those_of_the_scored_part(record: RunRecord) -> None:
    """200 s less than in the flow; what was in the history is left out."""
    failure = record.failures[0]
    assert len(record.failures) == 1
    assert (failure.at, failure.visible_at, failure.resumed_at) == (33, 38, 48)
    assert [(one.began, one.ended) for one in record.actions] == [(100, 110)]
    assert record.configurations == ((0, FOUR), (107, TWO))


def test_latency_is_the_age_and_what_a_record_takes_anyway(record: RunRecord) -> None:
    """1 s where nothing waits, none without output, 19 s right after the failure.

    18 s of load waited when the job was back at 48; in the second from there on it processes
    400 records of 200 that come, so that 17 s of load wait at its end.
    """
    assert record.latency[20] == 1
    assert np.isnan(record.latency[38:48]).all()
    assert not record.up[38:48].any()
    assert record.latency[48] == pytest.approx(1 + 17, abs=1e-4)
    assert np.isfinite(record.latency[record.up]).all()


def test_backlog_and_age_tell_of_the_same_records(record: RunRecord) -> None:
    """At 200 records/s a backlog of n records is n / 200 s old."""
    assert record.age == pytest.approx(record.backlog / 200, abs=1e-4)


def test_what_was_held_is_known_in_each_second(record: RunRecord) -> None:
    """Four TaskManagers, six while two more came, then two."""
    assert record.cores[[0, 49, 50, 109, 110, 399]].tolist() == [4, 4, 6, 6, 2, 2]
    assert record.memory_gb[[0, 50, 110]].tolist() == [16, 24, 8]


def test_records_read_again_are_those_of_failures_and_actions(record: RunRecord) -> None:
    """8 s before the failure was seen, and the 10 s that the action went back."""
    assert record.replayed_records == pytest.approx(8 * 200 + 10 * 200)


def test_steady_latency_is_drawn_from_the_seed() -> None:
    """By its median and deviation, within four deviations, the same for the same seed."""
    model = a_model(latency=LatencyModel(steady=LogNormal(median=2.0, deviation=0.1)))
    flow = a_flow(a_trace(100.0, seconds=10_000), model=model, starts=(FOUR, FOUR), seeds=(7, 8))
    flow.advance(10_000)
    first, again, other = (record_of(flow, row, HELD).latency for row in (0, 0, 1))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    assert np.log(first).mean() == pytest.approx(np.log(2), abs=4 * 0.1 / 100)
    assert np.log(first).std() == pytest.approx(0.1, rel=4 / np.sqrt(20_000))


def test_a_change_in_the_history_is_the_configuration_at_the_beginning() -> None:
    """However often it changed before."""
    flow = a_flow(a_trace(100.0, seconds=300, history=200))
    flow.advance(50)
    flow.start(0, TWO, at=60, position=flow.stop(0))
    flow.advance(300)
    assert record_of(flow, 0, HELD).configurations == ((0, TWO),)

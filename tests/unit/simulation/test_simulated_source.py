import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from flow_builders import CALM, FOUR, a_failure, a_trace
from horae.domain.metric_catalogue import CATALOGUE
from horae.simulation.cluster.source import LOAD
from horae.simulation.cluster.starts import SETTINGS
from horae.simulation.job.job_model import (
    BusyModel,
    CpuModel,
    LatencyModel,
    LogNormal,
    VertexModel,
)
from simulated_jobs import JOB, QUIET, a_job, after, sampled

INPUT_ALONE = {"produced_records_total", "running_subtasks_ratio"}


class TestCounters:
    """What grows."""

    def test_input_and_position_are_what_arrived_and_was_read(self) -> None:
        """200 records/s for 150 s, all of them read."""
        told = after(150)
        totals = ("produced_records_total", "consumed_records_total", "position_records_total")
        assert [told[name] for name in totals] == pytest.approx([30_000.0] * 3)

    def test_a_failure_makes_the_position_go_back_and_counts_anew(self) -> None:
        """Struck at 125, back at 140 from 120: 5 s later 400 x 5 records were read again."""
        told = after(145, a_job(due=(a_failure(125),)))
        assert told["consumed_records_total"] == pytest.approx(2_000)
        assert told["position_records_total"] == pytest.approx(24_000 + 2_000)
        assert told["restarts_total"] == 1.0
        assert told["uptime_seconds"] == 5.0

    def test_cpu_is_idle_and_a_share_a_record_and_core(self) -> None:
        """0.1 + 0.002 x 50 records/s and core = 0.2 of 4 cores, for 100 s."""
        told = after(100, cpu=CpuModel(idle=0.1, per_record=0.002))
        assert told["cpu_seconds_total"] == pytest.approx(0.2 * 4 * 100)

    def test_cpu_grows_with_the_state_after_the_history_and_is_all_at_most(self) -> None:
        """0.1 + 0.5 an hour: a second of 0.35 after half an hour, and of 1 after two hours."""
        cpu = CpuModel(idle=0.1, per_record=0.0, growth_per_hour=0.5)
        job = a_job(a_trace(200.0, seconds=10_000, history=600), cpu=cpu)
        used = {}
        for second in (600 + 1_800, 600 + 7_200):
            job.clock.wait(second - job.clock.second)
            before = sampled(job)["cpu_seconds_total"]
            job.clock.wait(1)
            used[second - 600] = (sampled(job)["cpu_seconds_total"] - before) / 4
        assert used == pytest.approx({1_800: 0.35, 7_200: 1.0})

    def test_the_count_of_restarts_begins_anew_with_the_incarnation(self) -> None:
        """One after a failure, none after a start from a savepoint; so do failed checkpoints."""
        job = a_job(due=(a_failure(100),))
        job.clock.wait(150)
        assert sampled(job)["restarts_total"] == 1.0
        taken = job.engine.snapshot(JOB, trigger_id="s", stop=True)
        job.engine.start(JOB, FOUR, job_id="second", snapshot=taken)
        job.clock.wait(60)
        assert sampled(job)["restarts_total"] == 0.0
        assert sampled(job)["checkpoints_failed_total"] == 0.0

    def test_a_triggered_checkpoint_that_fails_is_counted(self) -> None:
        """The failure strikes while it is taken."""
        job = a_job(due=(a_failure(101),))
        job.clock.wait(100)
        with pytest.raises(Exception, match="a task stopped"):
            job.engine.snapshot(JOB, trigger_id="c", stop=False)
        job.clock.wait(60)
        assert sampled(job)["checkpoints_failed_total"] == 1.0


class TestGauges:
    """What lies for a while."""

    @pytest.mark.parametrize(("seconds", "busy"), [(15, 0.125), (30, 0.25), (60, 0.5), (90, 0.5)])
    def test_busy_time_is_a_mean_with_zeros_before_the_start(
        self, seconds: int, busy: float
    ) -> None:
        """Half busy (200 of 400): a quarter of a minute after the start an eighth."""
        assert after(seconds)["busy_ratio_max"] == pytest.approx(busy)

    def test_it_lies_again_after_a_restart(self) -> None:
        """Back at 140 from 120 with 4,000 to catch up at 400: 20 s all busy, of 60 for 10."""
        told = after(150, a_job(busy=QUIET, due=(a_failure(125),)))
        assert told["busy_ratio_max"] == pytest.approx(10 / 60)

    def test_bias_is_its_logarithm_over_the_utilisation(self) -> None:
        """exp(0.2) x 0.5; and never more than all the time."""
        assert after(60, busy=BusyModel(bias=0.2, noise=0.0))["busy_ratio_max"] == pytest.approx(
            0.5 * math.exp(0.2)
        )
        assert after(60, busy=BusyModel(bias=2.0, noise=0.0))["busy_ratio_max"] == 1.0

    def test_who_has_always_work_to_do_is_busy_all_the_time_whatever_the_noise(self) -> None:
        """Offered 500 of 400: the bottleneck works, and the source waits for room, but for 0.3."""
        told = after(60, a_job(a_trace(500.0), busy=BusyModel(noise=0.3)))
        assert told["busy_ratio_max"] == 1.0
        quiet = after(60, a_job(a_trace(500.0), busy=QUIET))
        assert quiet["backpressured_ratio_max"] == pytest.approx(0.7)

    def test_who_waits_without_working_shows_no_more_than_the_bias(self) -> None:
        """Asynchronous waiting does not count: exp(-0.7) of the time in overload."""
        told = after(60, a_job(a_trace(500.0), busy=BusyModel(bias=-0.7, noise=0.3)))
        assert told["busy_ratio_max"] == pytest.approx(math.exp(-0.7))

    def test_readings_deviate_as_the_model_says(self) -> None:
        """Half busy at 10 %: of 1,300 readings a minute apart the logarithms deviate by 0.10.

        They share some chance with their neighbours, which leaves well over 300: 4 % each way.
        """
        trace = a_trace(200.0, seconds=80_000)
        vertices = (VertexModel(name="all"),)
        job = a_job(trace, busy=BusyModel(noise=0.1), vertices=vertices)
        job.clock.wait(79_000)
        end = job.clock.at(79_000 // 60 * 60)
        told = job.source.history(job.clock.at(60), end, 60.0)["busy_ratio_max"]
        logarithms = np.log(np.array(list(told.values())) / 0.5)
        assert logarithms.std() == pytest.approx(0.1, rel=0.12)
        assert logarithms.mean() == pytest.approx(0.0, abs=0.02)

    def test_a_hot_key_leaves_the_other_subtasks_idle(self) -> None:
        """One of four subtasks gets 0.1 + 0.9 / 4 = 0.325 of all, the others 0.225.

        The capacity is 400 / 1.3, the mean over the largest 0.25 / 0.325.
        """
        job = a_job(world=replace(CALM, hot_key=0.1), busy=QUIET)
        told = after(60, job)
        busiest = 200 * 1.3 / 400
        assert told["busy_ratio_max"] == pytest.approx(busiest)
        assert told["busy_ratio_mean"] == pytest.approx(busiest * 0.25 / 0.325)
        process = job.source.sample_vertices(job.clock.now())["process"]
        assert process["busy_ratio_min"] == pytest.approx(busiest * 0.225 / 0.325)

    def test_latency_is_the_age_of_the_oldest_record_and_the_steady_part(self) -> None:
        """Down from 105 to 115 and back to 100: at 117, 800 done, record 20,800 is from 104."""
        job = a_job(due=(a_failure(100),), latency=LatencyModel(steady=LogNormal(median=0.25)))
        told = after(117, job)
        assert told["position_records_total"] == pytest.approx(18_000 + 800)
        assert told["processing_latency_seconds"] == pytest.approx(117 - 94 + 0.25, abs=1e-4)

    def test_pending_records_are_a_mean_over_what_the_clients_remember(self) -> None:
        """Offered 500 of 400 the backlog is 100 t: over the last 30 s, 100 x (60 - 15.5)."""
        told = after(60, a_job(a_trace(500.0)))
        assert told["lag_records"] == pytest.approx(100 * (60 - 15.5))


class TestHealth:
    """Checkpoints and liveness."""

    def test_the_newest_checkpoint_is_told(self) -> None:
        """Every 10 s, 2 s long, 0.1 GiB: at 95 the one of 90."""
        told = after(95)
        assert told["checkpoint_age_seconds"] == 5.0
        assert told["checkpoint_duration_seconds"] == 2.0
        assert told["checkpoint_size_mb"] == pytest.approx(102.4)

    def test_one_under_way_does_not_count_yet(self) -> None:
        """At 91 the one of 90 still runs."""
        assert after(91)["checkpoint_age_seconds"] == 11.0

    def test_before_the_first_one_nothing_is_told(self) -> None:
        """The first begins at 10 and is complete at 12."""
        assert not {name for name in after(11) if name.startswith("checkpoint_")}
        assert after(12)["checkpoint_age_seconds"] == 2.0

    def test_a_triggered_one_counts(self) -> None:
        """Triggered at 95, complete at 97: at 99 it is 4 s old."""
        job = a_job()
        job.clock.wait(95)
        job.engine.snapshot(JOB, trigger_id="c", stop=False)
        assert after(2, job)["checkpoint_age_seconds"] == 4.0

    def test_none_completes_from_a_failure_on(self) -> None:
        """Struck at 119, seen at 139: the one of 120 never completes."""
        told = after(135, a_job(due=(a_failure(119, visible=20),)))
        assert told["checkpoint_age_seconds"] == 135 - 110

    def test_its_age_outlasts_a_restart_but_not_an_incarnation(self) -> None:
        """Back at 115 from a failure, at 120 the one of 90 is 30 s old.

        After a start from a savepoint there is none.
        """
        job = a_job(due=(a_failure(100),))
        assert after(120, job)["checkpoint_age_seconds"] == 30.0
        taken = job.engine.snapshot(JOB, trigger_id="s", stop=True)
        job.engine.start(JOB, FOUR, job_id="second", snapshot=taken)
        assert "checkpoint_age_seconds" not in after(15, job)

    def test_while_the_job_is_down_only_the_input_is_told(self) -> None:
        """And that nothing runs; of the vertices nothing at all."""
        job = a_job(due=(a_failure(100),))
        told = after(107, job)
        assert set(told) == INPUT_ALONE
        assert told["running_subtasks_ratio"] == 0.0
        assert told["produced_records_total"] == pytest.approx(107 * 200)
        assert job.source.sample_vertices(job.clock.now()) == {}

    def test_a_failure_that_nobody_noticed_yet_is_not_told(self) -> None:
        """Struck at 100, seen at 105."""
        assert after(103, a_job(due=(a_failure(100),)))["running_subtasks_ratio"] == 1.0

    def test_a_part_of_a_second_counts_for_what_is_read_off_the_clock(self) -> None:
        """At 95.5 s the job is up for 95.5 s, while counters are those of 95 s."""
        told = after(95.5)
        assert told["uptime_seconds"] == 95.5
        assert told["produced_records_total"] == pytest.approx(95 * 200)


class TestHistory:
    """What a monitoring system that was there before us remembers."""

    def test_of_the_time_before_the_first_sample_everything_is_told(self) -> None:
        """Every metric, of every minute; load as the mean of the minute before."""
        load = np.repeat(np.arange(1.0, 21.0), 60)
        job = a_job(a_trace(load))
        job.clock.wait(600)
        told = job.source.history(job.clock.at(0), job.clock.at(600), 60.0)
        points = [job.clock.at(60 * row) for row in range(1, 11)]
        assert list(told["load_records_per_second"].values()) == pytest.approx(range(1, 11))
        assert set(told) == set(job.source.metrics) <= set(CATALOGUE)
        assert all(list(values) == points for values in told.values())

    def test_of_what_came_later_only_the_load_is_told(self) -> None:
        """As a broker does; of the vertices nothing."""
        job = a_job()
        job.clock.wait(600)
        sampled(job)
        job.clock.wait(120)
        span = job.clock.at(540), job.clock.at(720), 60.0
        told = job.source.history(*span)
        assert list(told["load_records_per_second"]) == [job.clock.at(s) for s in (600, 660, 720)]
        assert list(told["busy_ratio_max"]) == [job.clock.at(600)]
        vertices = job.source.vertex_history(*span)
        assert list(vertices["process"]["busy_ratio"]) == [job.clock.at(600)]
        assert job.source.vertex_history(job.clock.at(600), job.clock.at(720), 60.0) == {}
        assert set(job.source.history(job.clock.at(600), job.clock.at(720), 60.0)) == {
            "load_records_per_second"
        }

    def test_nothing_is_told_of_what_was_before_the_run_or_is_still_to_come(self) -> None:
        """Of ten minutes around two minutes of a run, two."""
        job = a_job()
        job.clock.wait(120)
        span = job.clock.at(0) - timedelta(minutes=5), job.clock.at(300), 60.0
        for told in (job.source.history(*span), job.source.vertex_history(*span)["process"]):
            assert all(
                set(values) <= {job.clock.at(60), job.clock.at(120)} for values in told.values()
            )
        assert len(job.source.history(*span)["load_records_per_second"]) == 2

    def test_what_was_not_known_is_left_out(self) -> None:
        """Down from 105 to 115: the row of 110 has the input alone."""
        job = a_job(due=(a_failure(100),))
        job.clock.wait(120)
        told = job.source.history(job.clock.at(0), job.clock.at(120), 10.0)
        at = job.clock.at(110)
        assert {name for name, values in told.items() if at in values} == (
            INPUT_ALONE | {"load_records_per_second"}
        )

    def test_samples_and_history_say_the_same(self) -> None:
        """Minute by minute through failures and chance, of the job and of its vertices."""
        due = (a_failure(1_000), a_failure(2_345, dark=100))
        chance = {"busy": BusyModel(noise=0.2), "cpu": CpuModel(per_record=1e-3, noise=0.05)}
        first, second = (a_job(due=due, **chance) for _ in range(2))
        second.clock.wait(3_540)
        span = second.clock.at(0), second.clock.at(3_540), 60.0
        told, vertices = second.source.history(*span), second.source.vertex_history(*span)
        for _ in range(59):
            first.clock.wait(60)
            at = first.clock.now()
            now = first.source.sample(at)
            past = {name: values[at] for name, values in told.items()
                    if at in values and name not in (*SETTINGS, LOAD)}  # fmt: skip
            assert now == pytest.approx(past, rel=1e-9)
            exact = {"produced_records_total", "consumed_records_total", "position_records_total"}
            assert all(now[name] == past[name] for name in exact & set(past))
            for vertex, metrics in first.source.sample_vertices(at).items():
                for name, value in metrics.items():
                    assert vertices[vertex][name][at] == pytest.approx(value)

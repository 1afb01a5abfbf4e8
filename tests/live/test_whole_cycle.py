"""Whole cycles on the real Kafka and Flink, without Airflow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from horae.control import adapters, steps, wiring
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.demo.job_files import write_job_files
from horae.demo.load import progress_file, start_load
from horae.domain.action import OutcomeResult
from horae.domain.clock import SystemClock
from horae.domain.decision import Mode, Verb
from horae.domain.job import JobPresence
from horae.errors import Refused, SettingsError
from horae.ledger.audit import audit, require_whole
from horae.ledger.records import EntryKind
from horae.local.account import AccountBooks, settle
from horae.local.load_generator import read_progress
from horae.local.orders import OrdersSettings
from horae.local.stack import LocalStack
from horae.local.ysb import YsbSettings

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(600)]

JOB = "ysb"
INTERVAL = {"execution.checkpointing.interval": "10 s"}


def a_wish(**changes: float) -> Wish:
    """What a person asks for on the form."""
    return Wish(
        id="by-hand", actor="ada", job=JOB, decision=None, changes=changes,
        reason="more room for a bigger state", dry_run=False,
    )  # fmt: skip


def kinds_of(place: Surroundings, job: str) -> list[EntryKind]:
    """Kinds of a chain's entries, oldest first."""
    with adapters.opened_ledger(place) as ledger:
        return [entry.kind for entry in ledger.read(job)]


def start_ysb(engines: LocalStack, trace: str) -> YsbSettings:
    """The demo job at one slot that carries 250 records/s, its files, and a load."""
    job = YsbSettings(bootstrap=engines.broker.address, service_time_ms=4)
    engines.create_topics({job.input_topic: 4, job.output_topic: 4})
    engines.run_job(job.script(engines.jars.functions), parallelism=1, configuration=INTERVAL)
    spec = write_job_files(engines, job, season_seconds=300) / f"{JOB}.yaml"
    hasty = spec.read_text().replace("cooldown_seconds: 75", "cooldown_seconds: 1")
    spec.write_text(hasty.replace("return_seconds: 180", "return_seconds: 1"))
    start_load(engines, topic=job.input_topic, trace=trace)
    return job


def test_an_overloaded_job_is_rescaled_and_no_record_is_lost(
    engines: LocalStack, place: Surroundings
) -> None:
    """Under 400 records/s on a slot for 250, rescales of both kinds lose and double nothing.

    Horae goes in place by itself, a person's wish by savepoint, and the ledger tells all of it.
    """
    job = start_ysb(engines, "constant:rate=400,seconds=150")
    clock = SystemClock()

    first = rescaled(place)
    assert first.outcome.result is OutcomeResult.DONE
    assert first.outcome.reached.parallelism >= 2
    assert first.outcome.outage_seconds > 0

    with pytest.raises(Refused, match="Parallelism 64 is not legal"):
        steps.decision_to_carry_out(place, a_wish(parallelism=64))
    wish = Wish(**{**vars_of(a_wish(memory_mb=1024, checkpoint_interval_seconds=5)), "id": "2"})
    decision = steps.decision_to_carry_out(place, wish)
    assert decision is not None
    done = steps.carry_out(place, wish, decision)
    assert done["result"] == OutcomeResult.DONE

    with wiring.watching(place, JOB) as (engine, _, ledger, _spec):
        seen = engine.describe(JOB)
        assert seen.configuration.memory_mb == 1024
        assert seen.configuration.checkpoint_interval_seconds == 5
        told = [e for e in ledger.read(JOB, kinds=[EntryKind.DECISION]) if e.actor == "ada"]
        assert [e.body["verb"] for e in told] == [Verb.HOLD, Verb.RESCALE]
        assert "more room for a bigger state" in told[-1].body["sentence"]
        require_whole(audit(ledger))

    progress = progress_file(engines.paths)
    while (read := read_progress(progress)) is None or read.state == "running":
        clock.wait(1)
    books = AccountBooks(
        bootstrap=job.bootstrap, input_topic=job.input_topic, output_topic=job.output_topic,
        campaigns=job.campaigns, window_seconds=job.window_seconds,
    )  # fmt: skip
    account = settle(books, clock=clock, late=engines.late_records(seen.job_id))
    assert account.views == pytest.approx(60_000, abs=1)
    assert (account.lost, account.doubled, account.late) == (0, 0, 0)


def rescaled(place: Surroundings) -> steps.Told:
    """The first of at most six cycles that carries a decision out."""
    for _ in range(6):
        told = steps.whole_cycle(place, JOB, act_on_it=True, tell=lambda *_: None)
        if told.outcome is not None:
            return told
    raise AssertionError(f"no cycle acted; the last decision: {told.decision}")


def vars_of(wish: Wish) -> dict[str, Any]:
    """A wish's fields."""
    return {name: getattr(wish, name) for name in Wish.__dataclass_fields__}


def test_a_job_of_somebody_else_is_only_recommended_about(
    engines: LocalStack, place: Surroundings, home: Path
) -> None:
    """A second SQL job, no provisioner and no program: mode recommend records, and never acts."""
    orders = OrdersSettings(bootstrap=engines.broker.address)
    engines.create_topics({orders.input_topic: 2, orders.output_topic: 2})
    engines.run_job(orders.script(), parallelism=1, configuration=INTERVAL)
    write_job_files(engines, YsbSettings(bootstrap=engines.broker.address), season_seconds=300)
    write_spec(home / "jobs" / "orders.yaml", orders.input_topic)
    start_load(
        engines, topic=orders.input_topic, trace="constant:rate=50,seconds=60", events="orders"
    )
    decisions = [
        steps.whole_cycle(place, "orders", act_on_it=True, tell=lambda *_: None).decision
        for _ in range(3)
    ]
    assert [decision.execute for decision in decisions] == [False] * 3
    assert decisions[-1].reason != "source-unavailable"
    kinds = kinds_of(place, "orders")
    assert EntryKind.FORECAST in kinds
    assert EntryKind.INTENTION not in kinds


def write_spec(path: Path, topic: str) -> None:
    """What docs/your-own-job.md asks a person to write, on a clock of seconds."""
    spec: Mapping[str, Any] = {
        "name": "orders",
        "mode": Mode.RECOMMEND.value,
        "engine": {"connection": "flink_local"},
        "kafka": {"connection": "kafka_local", "topics": [topic]},
        "time": {"grid_seconds": 5, "sampling_seconds": 15, "window_seconds": 600,
                 "horizon_seconds": 60, "season_seconds": 300},
        "limits": {"processing_latency_seconds": 10},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(dict(spec)), encoding="utf-8")


def test_a_cluster_that_is_gone_means_hold_and_work_goes_on_when_it_is_back(
    engines: LocalStack, place: Surroundings
) -> None:
    """Without Flink the decision is to hold, said why; with it back the job's absence is seen."""
    start_ysb(engines, "constant:rate=100,seconds=120")
    engines.processes.stop("jobmanager")
    told = steps.whole_cycle(place, JOB, act_on_it=True, tell=lambda *_: None)
    assert (told.decision.verb, told.decision.reason) == (Verb.HOLD, "source-unavailable")
    engines.up()
    with wiring.watching(place, JOB) as (engine, *_):
        assert engine.describe(JOB).presence is JobPresence.ABSENT
    told = steps.whole_cycle(place, JOB, act_on_it=True, tell=lambda *_: None)
    assert (told.decision.verb, told.decision.reason) == (Verb.HOLD, "not-running")


def test_a_wish_for_an_unknown_job_is_refused_by_name(place: Surroundings, home: Path) -> None:
    """The message names the jobs that there are."""
    (home / "jobs").mkdir(exist_ok=True)
    with pytest.raises(SettingsError, match="nobody"):
        steps.decision_to_carry_out(
            place, Wish(**{**vars_of(a_wish(parallelism=2)), "job": "nobody"})
        )

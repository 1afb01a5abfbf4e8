"""The real Kafka and Flink on this machine, on free ports, under a folder of their own."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deadlines import wait_for
from horae.domain.clock import SystemClock
from horae.errors import LocalStackError, PortInUse
from horae.local.account import AccountBooks, settle
from horae.local.load_generator import read_progress
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.processes import Processes
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.ysb import YsbSettings

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(600)]

JARS = Path(__file__).parents[2] / ".horae" / "jars"
CLOCK = SystemClock()
CHECKPOINTS = {"execution.checkpointing.interval": "2 s"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack that each test brings up by itself; whatever is left of it is taken down.

    With high availability; the other live tests run without.
    """
    paths = LocalPaths.under(tmp_path_factory.mktemp("stack"), jars=JARS)
    settings = StackSettings(ports=Ports.free(), high_availability=True)
    made = LocalStack(paths, clock=CLOCK, settings=settings)
    yield made
    made.down()


def _ids(stack: LocalStack) -> dict[str, int]:
    return {name: record.pid for name, record in stack.processes.running().items()}


def _start_job(stack: LocalStack, name: str) -> tuple[YsbSettings, str]:
    """The demo job on topics of its own, and its id."""
    job = YsbSettings(
        bootstrap=stack.broker.address, job_name=name, service_time_ms=2.0,
        input_topic=f"{name}-events", output_topic=f"{name}-counts",
    )  # fmt: skip
    stack.create_topics({job.input_topic: 4, job.output_topic: 4})
    script = job.script(stack.jars.functions)
    return job, stack.run_job(script, parallelism=1, configuration=CHECKPOINTS)


def _cancel(stack: LocalStack, job_id: str) -> None:
    """Its slot is free for the next."""
    httpx.patch(f"{stack.flink.url}/jobs/{job_id}", params={"mode": "cancel"})
    wait_for(lambda: (stack.flink.overview() or {})["slots-available"] == 1, "a slot", seconds=20)


def _start_load(stack: LocalStack, job: YsbSettings, trace: str) -> Path:
    progress = stack.paths.root / f"{job.job_name}.progress.json"
    command = [
        sys.executable, "-m", "horae.local.load_generator", "--bootstrap", job.bootstrap,
        "--topic", job.input_topic, "--trace", trace, "--progress", str(progress),
    ]  # fmt: skip
    stack.processes.start("load", command, log=stack.paths.logs / "load.log")
    return progress


def _books(job: YsbSettings) -> AccountBooks:
    return AccountBooks(
        bootstrap=job.bootstrap, input_topic=job.input_topic, output_topic=job.output_topic,
        campaigns=job.campaigns, window_seconds=job.window_seconds,
    )  # fmt: skip


def _sent(progress: Path) -> int:
    seen = read_progress(progress)
    return 0 if seen is None else seen.sent


def _wait_for_the_load(stack: LocalStack, seconds: float) -> None:
    deadline = CLOCK.now() + timedelta(seconds=seconds)
    while "load" in stack.processes.running():
        assert CLOCK.now() < deadline, "the load generator did not end"
        CLOCK.wait(0.5)


def test_the_account_of_the_demo_job_balances(stack: LocalStack) -> None:
    """20 s of 100 records a second and no day to it: 2,000 views, each counted exactly once."""
    stack.up()
    job, job_id = _start_job(stack, "ysb-live")

    progress = _start_load(stack, job, "constant:rate=100,seconds=20")
    _wait_for_the_load(stack, 60.0)

    seen = read_progress(progress)
    assert seen is not None
    assert (seen.state, seen.failed) == ("finished", 0)
    account = settle(_books(job), clock=CLOCK, late=stack.late_records(job_id))
    assert account.views == seen.sent == pytest.approx(2_000, abs=1)
    assert account.late == 0
    assert account.balances
    _cancel(stack, job_id)


def test_a_job_outlives_every_part_of_its_stack(stack: LocalStack) -> None:
    """JobManager, ZooKeeper, broker and TaskManager are killed in one moment, and brought back.

    They go on with it, and of the 2,000 views offered meanwhile none is lost or counted twice.
    """
    stack.up()
    job, job_id = _start_job(stack, "ysb-outliving")
    parts = [process.name for process in stack.status().processes]
    assert {"zookeeper", "jobmanager", "kafka"} < set(parts)

    progress = _start_load(stack, job, "constant:rate=100,seconds=20")
    wait_for(lambda: _sent(progress) > 100, "the load", seconds=30)
    for part in parts:
        assert stack.kill(part)
    assert set(stack.status().lost) == set(parts)
    assert not stack.status().running
    stack.bring_back(*stack.status().lost)

    stack.flink.wait_for_job(job_id)
    assert stack.status().running
    assert stack.status().lost == ()
    assert [each["jid"] for each in stack.flink.jobs() if each["state"] == "RUNNING"] == [job_id]
    _wait_for_the_load(stack, 60.0)
    assert _sent(progress) == pytest.approx(2_000, abs=1)
    account = settle(_books(job), clock=CLOCK, late=None)
    assert account.views == _sent(progress)
    assert (account.lost, account.doubled) == (0, 0)
    _cancel(stack, job_id)


def test_a_second_up_adopts_what_runs(stack: LocalStack) -> None:
    """No process is started twice or anew."""
    stack.up()
    before = _ids(stack)
    stack.up()
    assert _ids(stack) == before


def test_a_job_that_flink_refuses_says_why(stack: LocalStack) -> None:
    """The innermost cause is in the message."""
    stack.up()
    with pytest.raises(LocalStackError, match=r"SQL parse failed|ParseException"):
        stack.run_job("SELECT FROM;", parallelism=1, configuration={})


def test_task_managers_come_and_go(stack: LocalStack) -> None:
    """A second one brings its three slots; removed, its slots are gone from Flink as well."""
    stack.up()
    before = (stack.flink.overview() or {})["slots-total"]
    added = stack.task_managers.add(1, slots=3, cpu_cores=0.5, memory_mb=768)
    stack.flink.wait_for_slots(before + 3)
    stack.task_managers.remove(added)
    deadline = CLOCK.now() + timedelta(seconds=60)
    while (stack.flink.overview() or {}).get("slots-total") != before:
        assert CLOCK.now() < deadline, "Flink still counts the slots"
        CLOCK.wait(0.25)


def test_up_after_a_crash_of_everything_is_clean(stack: LocalStack) -> None:
    """Everything killed at once: nothing counts as running, and `up` starts each thing once."""
    stack.up()
    names = set(_ids(stack)) - {"load"}
    for pid in _ids(stack).values():
        os.kill(pid, signal.SIGKILL)
    assert not stack.status().running
    stack.up()
    servers = {"kafka", "jobmanager", "zookeeper"}
    assert servers <= set(_ids(stack))
    assert len(_ids(stack)) <= len(names)
    assert stack.status().running


def test_a_taken_port_is_named_and_nothing_is_left(stack: LocalStack, tmp_path: Path) -> None:
    """A stack of another folder on the same ports is refused before anything starts."""
    stack.up()
    other = LocalStack(LocalPaths.under(tmp_path, jars=JARS), clock=CLOCK, settings=stack.settings)
    with pytest.raises(PortInUse, match=r"option --kafka-port"):
        other.up()
    assert other.processes.running() == {}
    assert stack.status().running


def test_down_leaves_no_process(stack: LocalStack) -> None:
    """Even when the records of what was started are lost."""
    stack.up()
    for record in stack.paths.processes.glob("*.process.json"):
        record.unlink()
    assert stack.down() >= 3
    marked = Processes(stack.paths.processes, CLOCK)
    assert [marked.family(name) for name in ("kafka", "jobmanager", "taskmanager-1")] == [[]] * 3
    assert stack.down() == 0

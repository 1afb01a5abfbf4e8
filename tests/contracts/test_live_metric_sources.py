"""The real Kafka and Flink under the demo job: held to the contract, within and above capacity."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from metric_source_contract import MetricSourceContract

from horae.clients.flink import FlinkClient
from horae.clients.kafka import KafkaClient
from horae.domain.clock import Clock, SystemClock
from horae.domain.job import JobDescription, JobPresence
from horae.domain.window import MetricsWindow
from horae.errors import Refused
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, free_ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.ysb import YsbSettings
from horae.metrics.collector import Collector
from horae.metrics.flink_source import FlinkSource
from horae.metrics.kafka_source import KafkaSource
from horae.metrics.source import MetricSource
from horae.settings.connections import FlinkConnection, KafkaConnection
from horae.settings.job_spec import TimeSettings

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(300)]

JARS = Path(__file__).parents[2] / ".horae" / "jars"
CLOCK = SystemClock()
SERVICE_TIME_MS = 4.0  # one slot carries 250 records/s, or less where the machine is slow
SLOWEST = 150  # records/s of a slot on a machine that takes 2.7 ms to wake a thread
TIME = TimeSettings(
    grid_seconds=5, cycle_seconds=60, sampling_seconds=25, window_seconds=600, horizon_seconds=60
)


class RunningJob:
    """The demo job on one slot, with the sources that look at it."""

    def __init__(self, stack: LocalStack, opened: ExitStack) -> None:
        self.stack = stack
        self.job = YsbSettings(bootstrap=stack.broker.address, service_time_ms=SERVICE_TIME_MS)
        stack.create_topics({self.job.input_topic: 4, self.job.output_topic: 4})
        self.job_id = stack.run_job(
            self.job.script(stack.jars.functions),
            parallelism=1,
            configuration={"execution.checkpointing.interval": "2 s"},
        )
        self.client = opened.enter_context(
            KafkaClient(KafkaConnection(bootstrap_servers=(stack.broker.address,)))
        )
        self.flink = opened.enter_context(FlinkClient(FlinkConnection(url=stack.flink.url)))
        self.kafka = KafkaSource(self.client, [self.job.input_topic])

    @property
    def description(self) -> JobDescription:
        """The running job."""
        return JobDescription(
            name=self.job.job_name,
            presence=JobPresence.RUNNING,
            detail="started by the test",
            job_id=self.job_id,
        )

    def source(self) -> FlinkSource:
        """A source that has read nothing yet."""
        return FlinkSource(self.flink, self.description, self.kafka.partitions, CLOCK)

    def observed_under(self, rate: float) -> MetricsWindow:
        """The window of an observation under `rate` records/s; five rows of it count."""
        trace = f"constant:rate={rate:g},seconds=40"
        command = [
            sys.executable, "-m", "horae.local.load_generator",
            "--bootstrap", self.job.bootstrap, "--topic", self.job.input_topic,
            "--trace", trace, "--progress", str(self.stack.paths.root / "progress.json"),
        ]  # fmt: skip
        self.stack.processes.start("load", command, log=self.stack.paths.logs / "load.log")
        try:
            CLOCK.wait(8)  # the generator starts, and the job warms up
            sources = {"kafka": self.kafka, "flink": self.source()}
            collected = Collector(sources, CLOCK).collect(self.description, None, TIME)
        finally:
            self.stack.processes.stop("load")
        assert collected.unavailable == {}
        return collected.window


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJob]:
    """The job on a stack of its own."""
    paths = LocalPaths.under(tmp_path_factory.mktemp("stack"), jars=JARS)
    stack = LocalStack(paths, clock=CLOCK, settings=StackSettings(ports=Ports.free()))
    with ExitStack() as opened:
        opened.callback(stack.down)
        stack.up()
        yield RunningJob(stack, opened)


@pytest.fixture
def clock() -> Clock:
    """The machine's."""
    return CLOCK


class TestKafkaSource(MetricSourceContract):
    """The source over Kafka's offsets."""

    @pytest.fixture
    def source(self, running: RunningJob) -> MetricSource:
        """Over the job's input."""
        return running.kafka

    @pytest.fixture
    def lost(self) -> Iterator[MetricSource]:
        """At an address where nobody listens."""
        (port,) = free_ports(1)
        servers = (f"127.0.0.1:{port}",)
        with KafkaClient(KafkaConnection(bootstrap_servers=servers, timeout_seconds=1)) as client:
            yield KafkaSource(client, ["views"])

    def test_topic_that_is_not_there_is_refused(self, running: RunningJob) -> None:
        """The message names the topic and where it was asked for."""
        with pytest.raises(Refused, match=r"does not know.* the topics nowhere; .*kafka\.topics"):
            KafkaSource(running.client, ["nowhere"]).sample(CLOCK.now())


class TestFlinkSource(MetricSourceContract):
    """The source over Flink's REST."""

    @pytest.fixture
    def source(self, running: RunningJob) -> MetricSource:
        """Over the running job."""
        return running.source()

    @pytest.fixture
    def lost(self, running: RunningJob) -> Iterator[MetricSource]:
        """At an address where nobody listens."""
        (port,) = free_ports(1)
        with FlinkClient(FlinkConnection(url=f"http://127.0.0.1:{port}")) as client:
            yield FlinkSource(client, running.description, running.kafka.partitions, CLOCK)


def test_within_its_capacity_a_job_keeps_up(running: RunningJob) -> None:
    """100 of 250 records/s: 0.4 busy, a lag of less than two seconds of load, a second's latency.

    What one slot could read is 1000 / 4 ms = 250 records/s less its overhead; it is as busy as the
    load is a share of that.
    """
    window = running.observed_under(100)
    frame = window.frame.iloc[-5:]
    assert frame["load_records_per_second"].median() == pytest.approx(100, rel=0.1)
    assert frame["consumed_records_per_second"].median() == pytest.approx(100, rel=0.1)
    could = frame["true_rate_records_per_second"].median()
    assert SLOWEST < could < 1.15 * 250
    assert frame["busy_ratio_max"].median() == pytest.approx(100 / could, abs=0.1)
    assert frame["lag_records"].median() < 200
    assert frame["processing_latency_seconds"].median() < 1
    _sees_what_each_vertex_does(window, rate=100)


def _sees_what_each_vertex_does(window: MetricsWindow, *, rate: float) -> None:
    """The first vertex reads the load, each other one what is sent to it; none does more."""
    assert window.vertices is not None
    rows = window.vertices.iloc[-5:]
    source, *others = dict.fromkeys(vertex for vertex, _ in rows.columns)
    assert rows[source, "records_in_per_second"].median() == pytest.approx(rate, rel=0.1)
    assert rows[source, "lag_records"].median() < 2 * rate
    assert rows[source, "partitions"].max() == 4
    sent = rows[source, "records_out_per_second"].median()
    for vertex in others:
        assert rows[vertex, "records_in_per_second"].median() == pytest.approx(sent, rel=0.2)
        assert rows[vertex, "lag_records"].isna().all()
        sent = rows[vertex, "records_out_per_second"].median()
    busiest = rows.xs("busy_ratio", axis=1, level=1).median().max()
    assert busiest == pytest.approx(window.frame["busy_ratio_max"].iloc[-5:].median(), abs=0.1)


def test_above_its_capacity_a_job_falls_behind(running: RunningJob) -> None:
    """500 on 250 records/s or less: wholly busy, it reads what it could, and the rest is lag."""
    frame = running.observed_under(500).frame.iloc[-5:]
    assert frame["load_records_per_second"].median() == pytest.approx(500, rel=0.1)
    assert frame["busy_ratio_max"].median() > 0.95
    consumed = frame["consumed_records_per_second"].median()
    assert SLOWEST < consumed < 1.15 * 250
    assert frame["true_rate_records_per_second"].median() == pytest.approx(consumed, rel=0.15)
    growth = frame["lag_records"].diff().median() / TIME.grid_seconds
    assert growth == pytest.approx(500 - consumed, rel=0.2)
    assert frame["processing_latency_seconds"].dropna().is_monotonic_increasing

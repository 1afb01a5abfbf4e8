"""Settings to concrete objects: the only file that names them all.

Imports that take long stand inside the functions that need them: a task that only observes loads
neither Darts nor Great Expectations.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from horae import __version__
from horae.clients.flink import FlinkClient
from horae.clients.kafka import KafkaClient
from horae.control.act import Acting
from horae.control.observe import Observing
from horae.control.retrain import Retraining
from horae.control.surroundings import Surroundings
from horae.control.understand import Deciding
from horae.control.validate import Validating
from horae.engines.engine import Engine
from horae.engines.flink import FlinkEngine
from horae.engines.provisioner import Provisioner
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.metrics.collector import Collector
from horae.metrics.flink_source import FlinkSource
from horae.metrics.kafka_source import KafkaSource
from horae.metrics.window_store import WindowStore
from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import (
    HoldSettings,
    JobSpec,
    PlannerSettings,
    PolicySettings,
    ThresholdSettings,
)
from horae.settings.spec_file import read_job_spec, spec_id

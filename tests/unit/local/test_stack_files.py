"""The files that describe the stack."""

import json
import random
from pathlib import Path

import pytest

from horae.domain.task_manager import TaskManagerShape
from horae.errors import LocalStackError
from horae.local.event_kinds import ad_events, orders
from horae.local.jars import is_complete
from horae.local.orders import OrdersSettings
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack_settings import StackSettings
from horae.local.templates import fill_in
from horae.local.ysb import YsbSettings


def test_settings_are_read_back_as_written(tmp_path: Path) -> None:
    """What another process reads is what was written; before that there are none."""
    path = tmp_path / "run" / "stack.json"
    assert StackSettings.read(path) is None
    settings = StackSettings(
        ports=Ports(kafka=1, kafka_controller=2, flink_rest=3, flink_rpc=4, zookeeper=5),
        task_manager=TaskManagerShape(slots=2, cpu_cores=0.5, memory_mb=1024),
        maximum_task_managers=2,
        high_availability=True,
    )
    settings.write(path)
    assert StackSettings.read(path) == settings


def test_settings_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    """What runs since before an upgrade can still be asked about and stopped."""
    path = tmp_path / "stack.json"
    StackSettings().write(path)
    content = json.loads(path.read_text())
    del content["high_availability"], content["ports"]["zookeeper"]
    path.write_text(json.dumps(content))
    assert StackSettings.read(path) == StackSettings()


def test_a_name_without_a_value_is_an_error(tmp_path: Path) -> None:
    """The message names it and what was given."""
    template = tmp_path / "a.sql"
    template.write_text("${given} ${forgotten}")
    with pytest.raises(LocalStackError, match=r"a\.sql asks for 'forgotten'; given are given"):
        fill_in(template, {"given": 1})


def test_the_demo_job_is_filled_in() -> None:
    """2 ms are 2000 microseconds, which make 500 views a second a slot."""
    settings = YsbSettings(bootstrap="127.0.0.1:1", service_time_ms=2.0, campaigns=7)
    assert "campaign_of(ad_id, 7, 2000)" in settings.script(Path("/jars/functions.jar"))
    assert settings.capacity_per_slot == 500.0


def test_the_second_job_is_filled_in() -> None:
    """Its transactions carry its name."""
    script = OrdersSettings(bootstrap="127.0.0.1:1", job_name="mine").script()
    assert "'sink.transactional-id-prefix' = 'mine'" in script


def test_a_file_that_is_not_there_is_named() -> None:
    """An installation without the checkout has none of them."""
    with pytest.raises(LocalStackError, match=r"run from a checkout"):
        LocalPaths.resource("no-such-file")


def test_the_share_of_views_is_kept() -> None:
    """Of 10,000 events at a share of 0.3, 3,000 are views, give or take 5 standard deviations."""
    event, chance = ad_events(0.3), random.Random(7)
    views = sum(json.loads(event(chance))["event_type"] == "view" for _ in range(10_000))
    assert views == pytest.approx(3_000, abs=5 * (10_000 * 0.3 * 0.7) ** 0.5)


def test_the_same_seed_makes_the_same_records() -> None:
    """Chance is an argument."""
    assert orders()(random.Random(3)) == orders()(random.Random(3))


def test_jars_are_complete_only_as_they_were_marked(tmp_path: Path) -> None:
    """A missing marker, other sources, and a jar of another size each mean: fetch again."""
    jar = tmp_path / "kafka" / "a.jar"
    jar.parent.mkdir()
    jar.write_bytes(b"123")
    assert not is_complete(tmp_path, "digest")
    marker = {"sources": "digest", "sizes": {"kafka/a.jar": 3}}
    (tmp_path / "finished.json").write_text(json.dumps(marker))
    assert is_complete(tmp_path, "digest")
    assert not is_complete(tmp_path, "other")
    jar.write_bytes(b"12")
    assert not is_complete(tmp_path, "digest")

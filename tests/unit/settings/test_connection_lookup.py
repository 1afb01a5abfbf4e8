"""Connections by their Airflow ids, for the command line."""

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from horae.errors import SettingsError
from horae.settings.connection_lookup import resolve_flink, resolve_kafka

HIDDEN = "s3cr3t-91"


def kept(home: Path, content: Any, mode: int = 0o600) -> Path:
    """A file of connections."""
    file = home / "connections.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    file.chmod(mode)
    return file


def test_a_connection_comes_from_the_environment_first(tmp_path: Path) -> None:
    """Airflow's own variable wins over the file."""
    kept(tmp_path, {"flink_prod": {"conn_type": "flink", "host": "kept"}})
    environ = {"AIRFLOW_CONN_FLINK_PROD": '{"conn_type": "flink", "host": "told"}'}
    assert resolve_flink("flink_prod", environ, tmp_path).url == "http://told"
    assert resolve_flink("flink_prod", {}, tmp_path).url == "http://kept"


@pytest.mark.parametrize(
    ("uri", "url", "user"),
    [
        ("flink://flink:8081", "http://flink:8081", None),
        ("flink://me:p%40ss@flink:8443/https", "https://flink:8443", "me"),
        ("flink://https://flink:8443", "https://flink:8443", None),
        ('flink://flink?__extra__={"ca_file": "/ca.pem"}', "http://flink", None),
    ],
)
def test_a_connection_may_be_a_uri(tmp_path: Path, uri: str, url: str, user: str | None) -> None:
    """Airflow's URI form means what it means there."""
    found = resolve_flink("f", {"AIRFLOW_CONN_F": uri}, tmp_path)
    assert (found.url, found.username) == (url, user)


def test_the_extra_may_be_text(tmp_path: Path) -> None:
    """Airflow exports the extra as JSON within JSON."""
    extra = json.dumps({"bootstrap.servers": "a:9092"})
    kept(tmp_path, {"kafka_prod": {"conn_type": "kafka", "extra": extra}})
    assert resolve_kafka("kafka_prod", {}, tmp_path).bootstrap_servers == ("a:9092",)


def test_an_unknown_id_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    """The message says both places, and the form of a value."""
    with pytest.raises(SettingsError) as caught:
        resolve_kafka("kafka_prod", {}, tmp_path)
    told = str(caught.value)
    assert "AIRFLOW_CONN_KAFKA_PROD" in told
    assert str(tmp_path / "connections.json") in told
    assert '{"conn_type":' in told


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """Secrets lie in a file of its owner alone."""
    file = kept(tmp_path, {"f": {"conn_type": "flink", "host": "kept"}}, mode=0o640)
    with pytest.raises(SettingsError, match=f"chmod 600 {file}"):
        resolve_flink("f", {}, tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        f'{{"password": "{HIDDEN}"',
        f"{HIDDEN}",
        f"flink://u:{HIDDEN}@[h",
        f'{{"conn_type": "flink", "host": "h", "extra": "{HIDDEN}"}}',
        f'{{"conn_type": "flink", "host": "h", "extra": ["{HIDDEN}"]}}',
    ],
)
def test_what_is_no_connection_is_told_without_its_text(tmp_path: Path, value: str) -> None:
    """A broken value may hold a password, so it is not shown, not even in a traceback."""
    with pytest.raises(SettingsError) as caught:
        resolve_flink("f", {"AIRFLOW_CONN_F": value}, tmp_path)
    assert "AIRFLOW_CONN_F" in str(caught.value)
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("content", ["{", "[]", '{"f": 3}'])
def test_a_broken_file_of_connections_is_told(tmp_path: Path, content: str) -> None:
    """The message names the file."""
    kept(tmp_path, content)
    with pytest.raises(SettingsError, match=r"connections\.json"):
        resolve_flink("f", {}, tmp_path)

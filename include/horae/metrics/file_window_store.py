"""Windows as Parquet files under their content's hash, at any address that fsspec knows."""

import io
import json
from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from horae.domain.configuration import Configuration
from horae.domain.window import MetricsWindow
from horae.errors import Unavailable, UnexpectedReply
from horae.metrics.vertex_rows import columns_of
from horae.metrics.window_store import place_of

_METADATA = b"horae.window"
_FORMAT = 2  # 1 knew no vertices
_READABLE = (1, 2)
_TIME = "time"
_DOT = "."  # no metric's name has one
# Part of every file and thus of its hash: another writer's defaults would give other ids.
_WRITING = {"compression": "zstd", "compression_level": 3, "version": "2.6"}


class FileWindowStore:
    """A `WindowStore` of files, which processes and machines may share.

    A window's id is `<job>@<SHA-256 of its file>`; the file is `<job>/<hash>.parquet`.

    Args:
        url: Folder, in the words of fsspec, such as `file:///srv/windows` or `s3://bucket/windows`.
        options: What the file system needs beyond the address, such as keys.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._files, path = fsspec.core.url_to_fs(url, **options)
        self._root = path.rstrip("/")

    def put(self, window: MetricsWindow) -> str:
        """Store a window and return its id; the same window twice is one file, see `WindowStore`.

        Raises:
            Unavailable: The file system does not take it.
        """
        content = to_parquet(window)
        window_id = f"{window.job}@{sha256(content).hexdigest()}"
        path = self._path(window_id)
        partial = f"{path}.{uuid4().hex}.partial"
        try:
            if not self._files.exists(path):
                self._files.makedirs(f"{self._root}/{window.job}", exist_ok=True)
                self._files.pipe_file(partial, content)
                self._files.mv(partial, path)  # a reader sees the whole file or none
        except OSError as error:
            raise Unavailable(f"could not store window {window_id} at {path}: {error}") from error
        return window_id

    def get(self, window_id: str) -> MetricsWindow:
        """Read a window back; see `WindowStore`.

        Raises:
            Unavailable: It is not there, expired or lost, or cannot be read.
            UnexpectedReply: The id is none, or the file is not what was stored under it.
        """
        path = self._path(window_id)
        try:
            content = self._files.cat_file(path)
        except OSError as error:
            raise Unavailable(
                f"window {window_id} is not at {path} ({error}); it has expired, or the store's "
                "address is another one"
            ) from error
        found = sha256(content).hexdigest()
        if not window_id.endswith(found):
            raise UnexpectedReply(
                f"{path} was altered: its content has the hash {found}, its name another; "
                "restore it from a backup, or delete it"
            )
        return from_parquet(content)

    def expire(self, job: str, before: datetime, keep: Collection[str] = ()) -> tuple[str, ...]:
        """Delete a job's windows whose files were written before `before`; see `WindowStore`.

        Raises:
            Unavailable: The file system does not answer.
        """
        try:
            old = [
                (window_id, path)
                for path in self._files.glob(f"{self._root}/{job}/*.parquet")
                if (window_id := _id_of(path)) not in keep and self._written(path) < before
            ]
            for _, path in old:
                self._files.rm_file(path)
        except OSError as error:
            raise Unavailable(f"could not clean up {self._root}: {error}") from error
        return tuple(sorted(window_id for window_id, _ in old))

    def _path(self, window_id: str) -> str:
        job, content = place_of(window_id)
        return f"{self._root}/{job}/{content}.parquet"

    def _written(self, path: str) -> datetime:
        written: datetime = self._files.modified(path)
        return written if written.tzinfo else written.replace(tzinfo=UTC)


def to_parquet(window: MetricsWindow) -> bytes:
    """A window as the bytes of one Parquet file; equal windows give equal bytes."""
    frame = window.frame
    times = pd.DatetimeIndex(frame.index)
    columns = {_TIME: pa.array(times, type=pa.timestamp("ms", tz="UTC"))}
    columns |= {str(name): pa.array(frame[name].to_numpy()) for name in frame.columns}
    columns |= _vertex_columns(window.vertices)
    metadata = {
        "format": _FORMAT,
        "job": window.job,
        "job_id": window.job_id,
        "version": window.version,
        "configuration": window.configuration and window.configuration.to_json(),
        "grid_seconds": window.grid_seconds,
        "collected_at": window.collected_at.isoformat(),
    }
    text = json.dumps(metadata, sort_keys=True, separators=(",", ":"))
    table = pa.table(columns).replace_schema_metadata({_METADATA: text.encode()})
    sink = io.BytesIO()
    pq.write_table(table, sink, **_WRITING)
    return sink.getvalue()


def from_parquet(content: bytes) -> MetricsWindow:
    """The inverse of `to_parquet`.

    Raises:
        UnexpectedReply: It is no Parquet file, or not one of a window that this version knows.
    """
    try:
        table = pq.read_table(io.BytesIO(content))
        metadata = json.loads((table.schema.metadata or {})[_METADATA])
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise UnexpectedReply(f"not the Parquet file of a window: {error!r}") from error
    if metadata["format"] not in _READABLE:
        raise UnexpectedReply(
            f"a window in format {metadata['format']}; this version reads formats "
            f"{' and '.join(map(str, _READABLE))}"
        )
    index = pd.DatetimeIndex(table.column(_TIME).to_pandas()).as_unit("ms").rename(None)
    names = [name for name in table.column_names if name != _TIME and _DOT not in name]
    frame = pd.DataFrame({name: table.column(name).to_numpy() for name in names}, index=index)
    configuration = metadata["configuration"]
    return MetricsWindow(
        job=metadata["job"],
        job_id=metadata["job_id"],
        version=metadata["version"],
        configuration=configuration and Configuration.from_json(configuration),
        grid_seconds=metadata["grid_seconds"],
        frame=frame,
        collected_at=datetime.fromisoformat(metadata["collected_at"]),
        vertices=_vertices(table, index),
    )


def _vertex_columns(vertices: pd.DataFrame | None) -> dict[str, pa.Array]:
    """A vertex's metric stands in the column `<vertex>.<metric>`."""
    if vertices is None:
        return {}
    return {
        f"{column[0]}{_DOT}{column[1]}": pa.array(vertices[column].to_numpy())
        for column in vertices.columns
    }


def _vertices(table: pa.Table, index: pd.DatetimeIndex) -> pd.DataFrame | None:
    """None where the file has no vertices; a metric that it does not have yet is missing."""
    found = [name.rpartition(_DOT) for name in table.column_names if _DOT in name]
    if not found:
        return None
    known = {
        (vertex, metric): table.column(f"{vertex}{_DOT}{metric}").to_numpy()
        for vertex, _, metric in found
    }
    columns = columns_of(tuple(dict.fromkeys(vertex for vertex, _, _ in found)))
    return pd.DataFrame(known, index=index, dtype=np.float64).reindex(columns=columns)


def _id_of(path: str) -> str:
    job, name = path.rsplit("/", maxsplit=2)[-2:]
    return f"{job}@{name.removesuffix('.parquet')}"

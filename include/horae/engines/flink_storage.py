"""What lies in the folders of a Flink cluster's checkpoints and savepoints.

A complete checkpoint is a file `<checkpoint folder>/<job id>/chk-<its id>/_metadata`, a complete
savepoint `<savepoint folder>/savepoint-<first six digits of the job id>-<random>/_metadata`. The
file begins with a magic number and a version, 32 bits each, and from version 2 on with the
checkpoint's id, 64 bits, all big-endian: `Checkpoints.storeCheckpointMetadata` and
`MetadataV2V3SerializerBase.serializeMetadata` of Flink's sources, and files of 2.3.0 (version 6).
A savepoint's file does not tell the whole job id.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import fsspec

from horae.clients.flink import FlinkClient
from horae.engines.engine import Snapshot
from horae.errors import ExternalError, Refused, Unavailable
from horae.settings.job_spec import EngineSettings

# Each option's name since 1.20 and before.
_CHECKPOINT_FOLDERS = ("execution.checkpointing.dir", "state.checkpoints.dir")
SAVEPOINT_FOLDERS = ("execution.checkpointing.savepoint-dir", "state.savepoints.dir")
_SUBFOLDERS = ("execution.checkpointing.create-subdir", "state.checkpoints.create-subdir")
_HEADER = struct.Struct(">iiq")
_MAGIC = 0x4960672D
_FIRST_VERSION_WITH_ID = 2
_CHECKPOINT = re.compile(r"^chk-(\d+)$")
# Flink's names of file systems that fsspec knows under another name.
_SCHEMES = {"s3p": "s3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlinkStorage:
    """The folders of one cluster, as seen from this machine.

    Attributes:
        checkpoints: Folder with one folder a job; None: the cluster names none.
        savepoints: Folder of the savepoints; None: there is none.
    """

    checkpoints: str | None
    savepoints: str | None

    @classmethod
    def read(cls, client: FlinkClient, settings: EngineSettings) -> "FlinkStorage":
        """The folders of a job: those of its spec before those of its cluster."""
        own = settings.program.options if settings.program is not None else {}
        options = {**client.configuration(), **own}
        if settings.savepoint_folder is not None:
            options[SAVEPOINT_FOLDERS[0]] = settings.savepoint_folder
        together = _first(options, _SUBFOLDERS) == "false"  # all jobs' checkpoints in one folder
        return cls(
            checkpoints=None if together else _first(options, _CHECKPOINT_FOLDERS),
            savepoints=_first(options, SAVEPOINT_FOLDERS),
        )

    def why_not(self) -> str | None:
        """Why it cannot be looked into from here; None: it can."""
        if self.checkpoints is None:
            return (
                f"the cluster names no folder for checkpoints with a folder for each job; set "
                f"{_CHECKPOINT_FOLDERS[0]}"
            )
        try:
            if not _is_there(self.checkpoints):
                return _not_seen(self.checkpoints)
            # Flink makes it with the first savepoint, so that what it lies in has to be enough.
            if self.savepoints and not (
                _is_there(self.savepoints) or _is_there(self.savepoints.rpartition("/")[0])
            ):
                return _not_seen(self.savepoints)
        except ExternalError as error:
            return str(error)
        return None

    def newest_checkpoint(self, job_id: str) -> Snapshot | None:
        """The newest complete checkpoint of an incarnation; None: there is none.

        Raises:
            Unavailable, Refused: The folder cannot be looked into.
        """
        folder = f"{self.checkpoints}/{job_id}"
        numbers = [int(match[1]) for name in _names(folder) if (match := _CHECKPOINT.match(name))]
        found = (snapshot_at(f"{folder}/chk-{number}") for number in sorted(numbers, reverse=True))
        return next((snapshot for snapshot in found if snapshot is not None), None)

    def savepoints_of(self, job_id: str) -> tuple[Snapshot, ...]:
        """Complete savepoints of an incarnation, or of another one whose id begins like its.

        Raises:
            Unavailable, Refused: The folder cannot be looked into.
        """
        if self.savepoints is None:
            return ()
        ours = [
            name for name in _names(self.savepoints)
            if name.startswith(f"savepoint-{digits_told(job_id)}-")
        ]  # fmt: skip
        found = [snapshot_at(f"{self.savepoints}/{name}", savepoint=True) for name in ours]
        return tuple(snapshot for snapshot in found if snapshot is not None)

    def holds(self, location: str) -> bool | None:
        """Whether a complete snapshot lies at a location; None: that cannot be seen from here."""
        folders = [_as_flink_says(one) for one in (self.checkpoints, self.savepoints) if one]
        try:
            if snapshot_at(location) is not None:
                return True
        except ExternalError:
            return None
        ours = any(_as_flink_says(location).startswith(f"{folder}/") for folder in folders)
        return False if ours else None


def digits_told(job_id: str) -> str:
    """What a savepoint's name tells of the id of its job."""
    return job_id[:6]


def snapshot_at(location: str, *, savepoint: bool = False) -> Snapshot | None:
    """The snapshot at a location of Flink's; None: none that is complete.

    Args:
        location: As Flink names it.
        savepoint: Whether the job was stopped with it; the file does not tell.

    Raises:
        Unavailable, Refused: It cannot be looked at.
    """
    with _looking_into(location):
        files, path = _open(location)
        try:
            head = files.cat_file(f"{path}/_metadata", start=0, end=_HEADER.size)
            written = files.modified(f"{path}/_metadata")
        except FileNotFoundError:
            return None
    checkpoint_id = _id_in(head)
    if checkpoint_id is None:
        return None
    return Snapshot(
        location=_as_flink_says(location),
        completed_at=_aware(written),
        stopped=savepoint,
        checkpoint_id=checkpoint_id,
    )


def _id_in(head: bytes) -> int | None:
    """The checkpoint id in the beginning of a `_metadata`; None where it is half-written."""
    if len(head) < _HEADER.size:
        return None
    magic, version, checkpoint_id = _HEADER.unpack_from(head)
    known = magic == _MAGIC and version >= _FIRST_VERSION_WITH_ID
    return int(checkpoint_id) if known else None


def _names(folder: str) -> list[str]:
    """Names in a folder; none where it is not there."""
    with _looking_into(folder):
        files, path = _open(folder)
        try:
            return [PurePosixPath(name).name for name in files.ls(path, detail=False)]
        except FileNotFoundError:
            return []


def _is_there(folder: str) -> bool:
    """Whether a folder exists and can be listed."""
    with _looking_into(folder):
        files, path = _open(folder)
        try:
            files.ls(path, detail=False)
        except FileNotFoundError:
            return False
    return True


def _open(location: str) -> tuple[Any, str]:
    """A location's file system without what it remembers of earlier looks, and the path on it."""
    scheme, colon, rest = location.partition(":")
    known = f"{_SCHEMES.get(scheme, scheme)}{colon}{rest}"
    files, path = fsspec.core.url_to_fs(known)
    files.invalidate_cache()
    return files, str(path).rstrip("/")


@contextmanager
def _looking_into(location: str) -> Iterator[None]:
    try:
        yield
    except (ConnectionError, TimeoutError) as error:
        raise Unavailable(f"{location} does not answer: {error}") from error
    except Exception as error:  # the errors of fsspec's drivers have nothing in common
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise Refused(
            f"{location} cannot be looked into from here: {reason}; give this machine the right "
            "to read it and the fsspec driver of its file system"
        ) from error


def _not_seen(folder: str) -> str:
    return f"{folder} is not seen from here; mount it under the same path, or correct the option"


def _as_flink_says(location: str) -> str:
    """`file:///a` as `file:/a`: so Flink names what has no host."""
    return re.sub(r"^([a-z0-9]+):///", r"\1:/", location)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _first(options: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of the options that is set, as a folder without a slash at its end."""
    value = next((options[name] for name in names if options.get(name)), None)
    return value.rstrip("/") if value else None

"""Where the local stack keeps everything: one folder."""

from dataclasses import dataclass
from pathlib import Path

from horae.errors import LocalStackError

_RESOURCES = Path(__file__).resolve().parents[3] / "deploy" / "local"


@dataclass(frozen=True, slots=True)
class LocalPaths:
    """The folders and files under one root; only Maven keeps a cache elsewhere, in ~/.m2.

    Attributes:
        root: The folder, `.horae` unless told otherwise; made on first use.
        jars: Where the jars lie. Kept apart from the rest, since they outlive a `down` and may be
            shared by several roots.
    """

    root: Path
    jars: Path

    @classmethod
    def under(cls, root: Path, jars: Path | None = None) -> "LocalPaths":
        """The layout under `root`, made absolute; `jars` defaults to `root/jars`."""
        absolute = root.resolve()
        return cls(absolute, (jars or absolute / "jars").resolve())

    @property
    def processes(self) -> Path:
        """One record a process that was started."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.root / "logs"

    @property
    def temporary(self) -> Path:
        """What Java processes write for themselves; removed when everything is stopped."""
        return self.root / "tmp"

    @property
    def kafka(self) -> Path:
        """The broker's settings and data."""
        return self.root / "kafka"

    @property
    def zookeeper(self) -> Path:
        """ZooKeeper's settings and data."""
        return self.root / "zookeeper"

    @property
    def flink(self) -> Path:
        """Flink's settings, temporary files and uploaded jars."""
        return self.root / "flink"

    @property
    def flink_config(self) -> Path:
        """The folder that JobManager and TaskManagers read their settings from."""
        return self.flink / "conf"

    @property
    def state(self) -> Path:
        """Flink's checkpoints, savepoints and, with high availability, jobs."""
        return self.root / "state"

    @property
    def checkpoints(self) -> Path:
        """Flink's checkpoints."""
        return self.state / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Flink's savepoints."""
        return self.state / "savepoints"

    @property
    def job_store(self) -> Path:
        """What Flink with high availability keeps of its jobs; ZooKeeper points into it."""
        return self.state / "high-availability"

    @property
    def stack(self) -> Path:
        """What the running stack was started with, for every process that needs to know."""
        return self.root / "run" / "stack.json"

    @staticmethod
    def resource(name: str) -> Path:
        """A file of `deploy/local/`.

        Raises:
            LocalStackError: It is absent, as in an installation without the checkout.
        """
        path = _RESOURCES / name
        if not path.exists():
            raise LocalStackError(
                f"{path} is missing; run from a checkout, which has deploy/local/"
            )
        return path

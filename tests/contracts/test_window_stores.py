import os
from datetime import datetime
from pathlib import Path

import pytest
from window_store_contract import PutAt, WindowStoreContract

from control_builders import NOON, a_window
from horae.domain.clock import ManualClock
from horae.domain.window import MetricsWindow
from horae.metrics.file_window_store import FileWindowStore
from horae.metrics.memory_window_store import MemoryWindowStore
from horae.metrics.window_store import WindowStore


class TestFileWindowStore(WindowStoreContract):
    """Files in a folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> WindowStore:
        """A folder that is not there yet."""
        return FileWindowStore((tmp_path / "windows").as_uri())

    @pytest.fixture
    def put_at(self, store: WindowStore, tmp_path: Path) -> PutAt:
        """The file's time is set back."""

        def put(window: MetricsWindow, at: datetime) -> str:
            window_id = store.put(window)
            job, content = window_id.split("@")
            time = at.timestamp()
            os.utime(tmp_path / "windows" / job / f"{content}.parquet", (time, time))
            return window_id

        return put


class TestMemoryWindowStore(WindowStoreContract):
    """Values in memory."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Of the store."""
        return ManualClock(NOON)

    @pytest.fixture
    def store(self, clock: ManualClock) -> WindowStore:
        """An empty one."""
        return MemoryWindowStore(clock)

    @pytest.fixture
    def put_at(self, store: WindowStore, clock: ManualClock) -> PutAt:
        """The clock is set back."""

        def put(window: MetricsWindow, at: datetime) -> str:
            clock.time = at
            return store.put(window)

        return put

    def test_ids_do_not_depend_on_the_store(self, store: WindowStore) -> None:
        """Another run over the same windows refers to them by the same ids."""
        other = MemoryWindowStore(ManualClock())
        assert store.put(a_window([1.0, 2.0])) == other.put(a_window([1.0, 2.0]))

"""What every window store promises; run over all of them in test_window_stores.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from control_builders import NOON, a_window
from horae.domain.vertex_catalogue import VERTEX_METRICS
from horae.domain.window import MetricsWindow
from horae.errors import Unavailable, UnexpectedReply
from horae.metrics.window_store import WindowStore

PutAt = Callable[[MetricsWindow, datetime], str]
"""Stores a window as if it were that time."""

GAP = float("nan")


def with_vertices(window: MetricsWindow) -> MetricsWindow:
    """The window with two vertices, of which one ratio is missing in every second row."""
    columns = pd.MultiIndex.from_product([("source", "sink"), VERTEX_METRICS])
    values = np.arange(len(window.frame) * len(columns), dtype=np.float64)
    vertices = pd.DataFrame(
        values.reshape(-1, len(columns)), index=window.frame.index, columns=columns
    )
    vertices.iloc[::2, 3] = np.nan
    return replace(window, vertices=vertices)


class WindowStoreContract:
    """Subclass it and give the fixtures `store` and `put_at`."""

    @pytest.fixture
    def store(self) -> WindowStore:
        """An empty store."""
        raise NotImplementedError  # a suite that forgot its store fails, it does not skip

    @pytest.fixture
    def put_at(self) -> PutAt:
        """How to store something earlier in the same store."""
        raise NotImplementedError  # as above

    def test_a_window_comes_back_as_it_was(self, store: WindowStore) -> None:
        """Frame, gaps, index and everything beside the frame survive."""
        window = a_window([1.5, GAP, 3.0])
        back = store.get(store.put(window))
        pd.testing.assert_frame_equal(back.frame, window.frame, check_freq=False)
        for name in ("job", "job_id", "version", "configuration", "grid_seconds", "collected_at"):
            assert getattr(back, name) == getattr(window, name)

    def test_vertices_come_back_as_they_were(self, store: WindowStore) -> None:
        """Both levels of the columns, values and gaps survive; no vertices stay none."""
        window = with_vertices(a_window([100.0] * 4))
        back = store.get(store.put(window))
        assert window.vertices is not None
        assert back.vertices is not None
        pd.testing.assert_frame_equal(back.vertices, window.vertices, check_freq=False)
        assert store.get(store.put(a_window([100.0] * 4))).vertices is None

    def test_a_window_of_a_job_that_was_down_comes_back(self, store: WindowStore) -> None:
        """What is None stays None."""
        down = replace(a_window([100.0]), job_id=None, version=None, configuration=None)
        back = store.get(store.put(down))
        assert (back.job_id, back.version, back.configuration) == (None, None, None)

    def test_the_same_window_has_the_same_id(self, store: WindowStore) -> None:
        """Storing an equal window again gives the same id, which begins with the job's name."""
        first = store.put(with_vertices(a_window([100.0, GAP])))
        assert store.put(with_vertices(a_window([100.0, GAP]))) == first
        assert first.startswith("ysb@")

    def test_another_window_has_another_id(self, store: WindowStore) -> None:
        """A value, a gap, a time, a vertex or a word beside the frame: each makes another one."""
        window = a_window([100.0, 100.0])
        later = window.frame.set_axis(window.frame.index + timedelta(seconds=5))
        others = [
            a_window([100.0, 101.0]),
            a_window([100.0, GAP]),
            a_window([100.0]),
            replace(window, frame=later),
            replace(window, job="tsw"),
            replace(window, version=None),
            replace(window, collected_at=NOON + timedelta(seconds=1)),
            with_vertices(window),
        ]
        ids = [store.put(each) for each in (window, *others)]
        assert len(set(ids)) == len(ids) == 9

    def test_what_is_kept_is_not_changed_from_outside(self, store: WindowStore) -> None:
        """Neither what was stored nor what was read is the store's own."""
        window = with_vertices(a_window([100.0, 200.0]))
        window_id = store.put(window)
        read = store.get(window_id)
        for each in (window, read):
            assert each.vertices is not None
            each.frame.loc[:, "load_records_per_second"] = 7.0
            each.vertices.iloc[0, 0] = 7.0
        kept = store.get(window_id)
        assert list(kept.frame["load_records_per_second"]) == [100.0, 200.0]
        assert kept.vertices is not None
        assert kept.vertices.iloc[0, 0] == 0.0

    def test_a_window_that_is_not_there_is_unavailable(self, store: WindowStore) -> None:
        """The message says that it has expired."""
        with pytest.raises(Unavailable, match="it has expired"):
            store.get(f"ysb@{'0' * 64}")

    @pytest.mark.parametrize(
        "window_id", ["ysb", "../x@" + "0" * 64, "ysb@" + "0" * 63, "a/b@c", "ysb@" + "0" * 65]
    )
    def test_an_id_that_is_none_is_refused(self, store: WindowStore, window_id: str) -> None:
        """The message says what an id looks like."""
        with pytest.raises(UnexpectedReply, match="is no id of a window"):
            store.get(window_id)

    def test_old_windows_expire_but_for_those_to_keep(
        self, store: WindowStore, put_at: PutAt
    ) -> None:
        """Of three old windows and a new one, one old one is kept by name, and two go."""
        old = NOON - timedelta(days=2)
        ids = [put_at(a_window([load]), old) for load in (1.0, 2.0, 3.0)]
        ids.append(put_at(a_window([4.0]), NOON))
        gone = store.expire("ysb", NOON - timedelta(days=1), keep=ids[:1])
        assert gone == tuple(sorted(ids[1:3]))
        assert store.expire("ysb", NOON - timedelta(days=1), keep=ids[:1]) == ()
        assert store.get(ids[0]).job == store.get(ids[3]).job == "ysb"
        with pytest.raises(Unavailable):
            store.get(ids[1])

    def test_another_jobs_windows_do_not_expire(self, store: WindowStore, put_at: PutAt) -> None:
        """Whatever their age."""
        kept = put_at(replace(a_window([1.0]), job="tsw"), NOON - timedelta(days=2))
        assert store.expire("ysb", NOON) == ()
        assert store.get(kept).job == "tsw"

    def test_an_empty_store_has_nothing_to_expire(self, store: WindowStore) -> None:
        """Cleaning a store that was never written to is no error."""
        assert store.expire("ysb", NOON) == ()

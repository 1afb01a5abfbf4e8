import pandas as pd
import pytest
from make_window import HERE, made

from horae.metrics.file_window_store import from_parquet, to_parquet


@pytest.mark.parametrize("number", [1, 2])
def test_old_windows_are_still_read(number: int) -> None:
    """A window of each format comes back as it was; one of the first has no vertices."""
    back = from_parquet((HERE / f"window_{number}.parquet").read_bytes())
    was = made(with_vertices=number > 1)
    pd.testing.assert_frame_equal(back.frame, was.frame, check_freq=False)
    assert back.configuration == was.configuration
    if was.vertices is None:
        assert back.vertices is None
    else:
        pd.testing.assert_frame_equal(back.vertices, was.vertices, check_freq=False)


def test_the_newest_format_is_what_is_written() -> None:
    """The golden window is written again byte for byte."""
    golden = (HERE / "window_2.parquet").read_bytes()
    assert to_parquet(made(with_vertices=True)) == golden

"""Pages over a new ledger for each test."""

from pathlib import Path

import pytest

from decision_story_builders import LARGE
from webview_builders import Pages


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """No entry in the ledger, no spec; asked by somebody who may act."""
    return Pages(tmp_path)


@pytest.fixture
def told(pages: Pages) -> Pages:
    """A job `ysb` that was seen, rescaled at three o'clock and seen again a minute later."""
    chain = pages.chain()
    chain.carry_out(chain.decide(references=chain.foreseen()))
    chain.wait(60).look("c2", configuration=LARGE, load=200.0, latency=0.5, lag=10.0)
    return pages

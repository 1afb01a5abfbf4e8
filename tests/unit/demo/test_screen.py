"""What people see while the demo runs, with and without a terminal."""

import io
from datetime import timedelta

from demo_builders import a_glance
from rich.console import Console

from control_builders import NOON, a_decision, at
from horae.demo.screen import Scene, Screen
from horae.local.load_generator import Progress

PROGRESS = Progress(
    state="running",
    started=NOON.isoformat(),
    elapsed_seconds=42.4,
    duration_seconds=600,
    offered_rate=100,
    sent=4_200,
    failed=0,
)


def a_scene(after: float = 0, **changes: object) -> Scene:
    """The demo `after` seconds, with the next cycle at 60 s."""
    return Scene(
        glance=a_glance(after, load=1234.5, configuration=at(2), **changes),
        progress=PROGRESS,
        decision=a_decision(),
        next_cycle=NOON + timedelta(seconds=60),
    )


def shown(*scenes: Scene, terminal: bool) -> str:
    """What is printed of scenes, one after the other."""
    out = io.StringIO()
    screen = Screen(Console(file=out, force_terminal=terminal, width=160))
    with screen.lit():
        for scene in scenes:
            screen.show(scene)
    return out.getvalue()


def test_without_a_terminal_a_line_tells_everything() -> None:
    """Time, load, lag, latency, configuration, TaskManagers, decision and next cycle."""
    (line,) = shown(a_scene(12), terminal=False).splitlines()
    assert line == (
        "time 42 of 600 s · load 1,234 records/s · lag 0 records · latency 0.5 s · "
        f"configuration {at(2)} · TaskManagers 1 · last decision rescale (protect): "
        "The load is about to pass the capacity. · next cycle 48 s"
    )


def test_without_a_terminal_a_line_comes_every_ten_seconds() -> None:
    """At 0, 10 and 21 s; not at 9, 19 and 20 s."""
    scenes = [a_scene(after) for after in (0, 9, 10, 19, 19.9, 21)]
    assert len(shown(*scenes, terminal=False).splitlines()) == 3


def test_at_a_terminal_the_table_is_kept_up_to_date() -> None:
    """It has the newest scene at the end."""
    text = shown(a_scene(0), a_scene(2, lag=4321.0), terminal=True)
    assert "Yahoo Streaming Benchmark" in text
    assert "4,321 records" in text
    assert "parallelism 2" in text


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    """Before the first sample, progress and decision, and while the engine is away."""
    nothing = Scene(
        glance=a_glance(
            0, load=None, lag=None, latency_seconds=None, configuration=None, presence=None
        ),
        progress=None,
        decision=None,
        next_cycle=NOON,
    )
    line = shown(nothing, terminal=False)
    assert "load unknown" in line
    assert "configuration does not answer" in line
    assert "last decision none yet" in line
    assert "next cycle 0 s" in line

"""What a job may be moved to."""

from dataclasses import replace
from datetime import UTC, datetime

from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities
from horae.domain.task_manager import TaskManagerShape
from horae.optimisation.failures import Failure
from horae.optimisation.search_space import UNTRIED, Bounds, search_space, why_not_legal
from horae.performance.partitioning import Partitioning
from horae.settings.job_spec import SearchSettings

NOW = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
ALL = Capabilities(
    in_place=True,
    vertices=True,
    savepoint=True,
    checkpoint=False,
    restart=False,
    provisioned=True,
    maximum_task_managers=4,
    maximum_slots=None,
    maximum_parallelism=128,
    why_not={},
)
NO_PROVISIONER = replace(
    ALL,
    provisioned=False,
    maximum_task_managers=None,
    maximum_slots=2,
    why_not={"provisioned": "nobody adds TaskManagers here"},
)
ALONE = replace(
    NO_PROVISIONER, in_place=False, savepoint=False, why_not={"savepoint": "no program is named"}
)


def bounds(
    search: SearchSettings,
    capabilities: Capabilities = ALL,
    current: Configuration = NOW,
    checkpoint_seconds_p95: float | None = None,
) -> Bounds:
    """Of a job with four partitions."""
    return Bounds(
        current=current,
        search=search,
        capabilities=capabilities,
        partitioning=Partitioning(partitions=4, key_groups=128),
        checkpoint_seconds_p95=checkpoint_seconds_p95,
    )


def sizes(found: tuple[Configuration, ...]) -> list[int]:
    """Their parallelism."""
    return [one.parallelism for one in found]


def test_without_settings_only_parallelism_moves_up_to_the_partitions() -> None:
    """1, 2 and 4; three subtasks have a busiest one as busy as two."""
    space = search_space(bounds(SearchSettings()))
    assert sizes(space.configurations) == [1, 2, 4]
    (three,) = space.excluded
    assert three.configuration.parallelism == 3
    assert "no more than 2" in three.reason


def test_the_present_configuration_is_kept_even_if_it_is_a_waste() -> None:
    """A job found at three subtasks may stay there."""
    space = search_space(bounds(SearchSettings(), current=replace(NOW, parallelism=3)))
    assert sizes(space.configurations) == [1, 2, 3, 4]


def test_all_axes_are_combined() -> None:
    """2 parallelisms x 2 slots x 2 cores x 2 memories x 2 intervals."""
    search = SearchSettings(
        parallelism=(1, 4),
        slots=(1, 2),
        cpu_cores=(0.5, 1.0),
        memory_mb=(1024, 2048),
        checkpoint_interval_seconds=(10.0, 30.0),
    )
    space = search_space(bounds(search))
    assert len(space.configurations) == 32
    assert space.excluded == ()
    assert list(space.configurations) == sorted(set(space.configurations))


def test_no_more_task_managers_than_can_be_had() -> None:
    """4 subtasks in single slots need 4 of at most 3; in pairs they need 2."""
    search = SearchSettings(parallelism=(4,), slots=(1, 2))
    space = search_space(bounds(search, replace(ALL, maximum_task_managers=3)))
    assert NOW in space.configurations
    assert [one.slots for one in space.configurations if one.parallelism == 4] == [2]
    assert "needs 4 TaskManagers, and at most 3" in space.excluded[0].reason


def test_parallelism_beyond_partitions_or_key_groups_is_refused() -> None:
    """Eight subtasks for four partitions; four for two key groups."""
    search = SearchSettings(parallelism=(2, 4, 8))
    reasons = [one.reason for one in search_space(bounds(search)).excluded]
    assert reasons == ["parallelism 8 exceeds the 4 partitions"]
    few = search_space(bounds(search, replace(ALL, maximum_parallelism=2)))
    assert few.excluded[0].reason == "parallelism 4 exceeds the 2 key groups"


def test_without_a_provisioner_the_shape_stays_and_slots_are_what_is_there() -> None:
    """Two slots in the cluster: sizes 1 and 2; the interval still moves by savepoint."""
    search = SearchSettings(
        slots=(1, 2), memory_mb=(1024, 2048), checkpoint_interval_seconds=(10.0, 30.0)
    )
    space = search_space(bounds(search, NO_PROVISIONER))
    assert {one.shape for one in space.configurations} == {NOW.shape}
    assert sizes(space.configurations) == [1, 1, 2, 2]
    assert dict(space.fixed) == {
        "slots": "nobody adds TaskManagers here",
        "memory_mb": "nobody adds TaskManagers here",
    }


def test_without_savepoints_only_parallelism_moves() -> None:
    """A job that cannot be started again keeps shape and interval."""
    can = replace(ALL, savepoint=False, why_not={"savepoint": "no program is named"})
    search = SearchSettings(
        slots=(1, 2), memory_mb=(1024, 2048), checkpoint_interval_seconds=(10.0, 30.0)
    )
    space = search_space(bounds(search, can))
    assert sizes(space.configurations) == [1, 2, 4]
    assert all(one.differs_only_in_parallelism(NOW) for one in space.configurations)
    assert set(space.fixed.values()) == {"no program is named"}


def test_where_nothing_can_be_done_there_is_only_the_present_one() -> None:
    """Neither in place nor by savepoint."""
    space = search_space(bounds(SearchSettings(checkpoint_interval_seconds=(10.0, 30.0)), ALONE))
    assert space.configurations == (NOW,)
    assert set(space.fixed) == {"parallelism", "checkpoint_interval_seconds"}


def test_an_interval_needs_room_for_two_long_checkpoints() -> None:
    """A long checkpoint takes 6 s: 12 s will do, 10 s will not, but the present one may stay."""
    search = SearchSettings(parallelism=(1, 2), checkpoint_interval_seconds=(5.0, 10.0, 12.0))
    space = search_space(bounds(search, checkpoint_seconds_p95=6.0))
    assert {one.checkpoint_interval_seconds for one in space.configurations} == {10.0, 12.0}
    assert [one for one in space.configurations if one.checkpoint_interval_seconds == 10] == [NOW]
    assert "6 s, more than half of an interval of 5 s" in space.excluded[0].reason


def test_memory_goes_down_one_step_at_a_time_and_up_at_will() -> None:
    """From 2048 to 1024, not to 768; to 4096 at once."""
    search = SearchSettings(parallelism=(1,), memory_mb=(4096, 768, 1024, 2048))
    space = search_space(bounds(search, current=replace(NOW, memory_mb=2048)))
    assert [one.memory_mb for one in space.configurations] == [1024, 2048, 4096]
    assert "more than one step below the present 2048 MB" in space.excluded[0].reason


def test_an_interval_leaves_records_committed_within_their_limit() -> None:
    """At most 12 s, and 2 s for a long checkpoint: 5 + 2 and 10 + 2 will do, 15 + 2 will not."""
    search = SearchSettings(parallelism=(1,), checkpoint_interval_seconds=(10.0, 20.0, 30.0))
    known = bounds(search, checkpoint_seconds_p95=2.0)
    space = search_space(replace(known, commit_latency_seconds=12.0))
    assert [one.checkpoint_interval_seconds for one in space.configurations] == [10.0, 20.0]
    (long,) = space.excluded
    assert long.reason == (
        "a record is committed after 17 s: half an interval of 30 s, and a long checkpoint of "
        "2 s; limits.commit_latency_seconds is 12"
    )


def test_without_a_limit_or_a_measurement_every_interval_is_taken() -> None:
    """What is not known excludes nothing, and the present interval stays in any case."""
    search = SearchSettings(parallelism=(1,), checkpoint_interval_seconds=(10.0, 30.0))
    unlimited = search_space(bounds(search, checkpoint_seconds_p95=2.0))
    unmeasured = search_space(replace(bounds(search), commit_latency_seconds=1.0))
    assert len(unlimited.configurations) == len(unmeasured.configurations) == 2
    measured = replace(bounds(search, checkpoint_seconds_p95=2.0), commit_latency_seconds=1.0)
    assert search_space(measured).configurations == (NOW,)


def test_what_failed_is_excluded_with_when_and_until_when() -> None:
    """Two subtasks failed an hour ago; it stays legal to name them, which a guard answers."""
    failed = replace(NOW, parallelism=2)
    failure = Failure(
        configuration=failed,
        failed_at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        until=datetime(2026, 3, 3, 11, tzinfo=UTC),
        sentence="It did not come up.",
    )
    space = search_space(replace(bounds(SearchSettings()), failures=(failure,)))
    assert sizes(space.configurations) == [1, 4]
    reasons = {one.configuration: one.reason for one in space.excluded}
    assert reasons[failed] == (
        "failed at 2026-03-02 11:00 UTC: It did not come up; not again before 2026-03-03 11:00 UTC"
    )
    assert sizes(space.legal) == [1, 2, 4]


def test_what_the_job_runs_in_is_never_excluded() -> None:
    """It may have failed before and run now: a person started it so."""
    moment = datetime(2026, 3, 2, 11, tzinfo=UTC)
    failure = Failure(configuration=NOW, failed_at=moment, until=moment, sentence="It failed.")
    space = search_space(replace(bounds(SearchSettings()), failures=(failure,)))
    assert NOW in space.configurations
    assert space.legal == space.configurations


def test_a_job_that_can_only_go_on_from_a_checkpoint_may_change_its_shape() -> None:
    """Without savepoints the newest checkpoint does."""
    search = SearchSettings(checkpoint_interval_seconds=(10.0, 20.0))
    no_savepoint = replace(ALL, savepoint=False)
    assert "checkpoint_interval_seconds" in search_space(bounds(search, no_savepoint)).fixed
    able = replace(no_savepoint, checkpoint=True)
    assert search_space(bounds(search, able)).fixed == {}


def test_an_axis_may_be_supposed_as_it_is_or_as_it_is_named() -> None:
    """Slots 2 and 4 are named and 1 is the present value; 3 is neither."""
    search = SearchSettings(slots=(2, 4))
    for slots in (1, 2, 4):
        assert why_not_legal(bounds(search, current=replace(NOW, slots=slots)), NOW) is None
    why = why_not_legal(bounds(search, current=replace(NOW, slots=3)), NOW)
    assert why == "slots 3 is not legal, but 2, 4"


def test_an_axis_that_is_not_named_is_supposed_as_it_is() -> None:
    """Horae could never bring the job there."""
    why = why_not_legal(bounds(SearchSettings(), current=replace(NOW, memory_mb=2048)), NOW)
    assert why == "memory_mb 2048 is not legal, but 1024"


def test_what_breaks_a_rule_cannot_be_supposed() -> None:
    """Three of four partitions: the busiest subtask has two, as with two subtasks."""
    why = why_not_legal(bounds(SearchSettings(), current=replace(NOW, parallelism=3)), NOW)
    assert why is not None
    assert why.startswith("parallelism 3 carries no more than 2")


def shaped(slots: int, cpu_cores: float, memory_mb: int) -> TaskManagerShape:
    """A shape."""
    return TaskManagerShape(slots=slots, cpu_cores=cpu_cores, memory_mb=memory_mb)


SHAPES = SearchSettings(
    parallelism=(4,), slots=(1, 2, 4), cpu_cores=(1.0, 2.0), memory_mb=(1024, 2048)
)


def test_shapes_are_tried_by_one_step_on_one_axis() -> None:
    """Beside 1 slot, 1 core, 1,024 MB: two slots, or two cores, or 2,048 MB; nothing further."""
    space = search_space(replace(bounds(SHAPES), run_in=frozenset()))
    found = {configuration.shape for configuration in space.configurations}
    assert found == {
        shaped(1, 1, 1024),
        shaped(2, 1, 1024),
        shaped(1, 2, 1024),
        shaped(1, 1, 2048),
    }
    assert {one.reason for one in space.excluded} == {UNTRIED}


def test_every_shape_that_was_run_may_be_gone_to_and_stepped_from() -> None:
    """Seen in four slots before, it may go to four or two slots at once, and to four with more."""
    run_in = frozenset({shaped(4, 1, 1024)})
    space = search_space(replace(bounds(SHAPES), run_in=run_in))
    found = {configuration.shape for configuration in space.configurations}
    assert {shaped(4, 1, 1024), shaped(4, 2, 1024), shaped(4, 1, 2048)} <= found
    assert shaped(4, 2, 2048) not in found


def test_a_person_may_ask_for_a_shape_that_nobody_has_seen() -> None:
    """What is untried is legal, though not admissible."""
    space = search_space(replace(bounds(SHAPES), run_in=frozenset()))
    assert {one.shape for one in space.legal} == {
        shaped(slots, cores, memory)
        for slots in (1, 2, 4)
        for cores in (1.0, 2.0)
        for memory in (1024, 2048)
    }

"""The cases: every kind, step and part, each under its own name, mixed well."""

from collections import Counter

import pytest

from chaos.case import CHECKPOINTED, IN_PLACE, SAVEPOINT, STEPS, WAYS
from chaos.cases import all_cases, slice_of_all, wanted
from chaos.faults import Does, Fault, Kind, Moment, point, points
from chaos.harm import PARTS, STILL
from chaos.routes import route
from horae.engines.journal import Step


def test_each_case_has_a_name_of_its_own() -> None:
    """Results are kept by name."""
    ids = Counter(case.id for case in all_cases())
    assert [name for name, count in ids.items() if count > 1] == []


def test_the_process_is_killed_around_every_step_of_every_way() -> None:
    """Before, between and after each step that a way goes through."""
    killed = {(case.path, fault.at) for case in all_cases() for fault in case.faults
              if fault.does is Does.KILL}  # fmt: skip
    for path in WAYS:
        for step in STEPS[path]:
            assert {(path, point(step, moment)) for moment in Moment} <= killed


def test_every_part_is_killed_at_every_step() -> None:
    """JobManager, TaskManager and broker, at each step of the three ways."""
    harmed = {(case.path, case.harm, case.step) for case in all_cases()}
    assert {
        (path, f"kill {part}", step) for path in WAYS for step in STEPS[path] for part in PARTS
    } <= harmed


def test_task_managers_come_and_go_in_some_cases_of_each_way() -> None:
    """Killed at each step that adds or removes one; at most 35, each of ten seconds more."""
    reshaped = [case for case in all_cases() if case.reshape]
    assert {case.path for case in reshaped} == set(WAYS)
    assert {case.highly_available for case in reshaped} == {False, True}
    places = {(case.path, case.step) for case in reshaped if not case.further}
    steps = (Step.PREPARE, Step.PROVIDE, Step.START)
    assert places == {
        *((path, step) for path in (SAVEPOINT, CHECKPOINTED) for step in steps),
        (IN_PLACE, Step.PREPARE),
    }
    assert len(reshaped) <= 35
    assert all("other TaskManagers" in case.id for case in reshaped)


def test_the_database_stands_still_around_the_point_of_no_return() -> None:
    """Before the job is stopped, and before it is started again."""
    still = [case for case in all_cases() if case.harm == STILL]
    assert {(case.kind, case.path, case.step) for case in still} == {
        (Kind.LEDGER, SAVEPOINT, Step.STOP), (Kind.LEDGER, SAVEPOINT, Step.START),
    }  # fmt: skip


def test_any_beginning_is_varied() -> None:
    """The first fifth of the cases of a cluster holds every kind."""
    plain = [case for case in all_cases() if not case.highly_available]
    assert {case.kind for case in plain[: len(plain) // 5]} == set(Kind)


def test_the_slice_holds_every_kind_and_way() -> None:
    """A dozen cases, on the cluster without high availability."""
    chosen = slice_of_all()
    assert {case.kind for case in chosen} == set(Kind)
    assert {case.path for case in chosen} >= set(WAYS)
    assert not any(case.highly_available for case in chosen)
    assert len(chosen) == 12


def test_only_what_is_named_is_played() -> None:
    """One word of several is enough; none means all."""
    named = wanted(all_cases(), ["savepoint folder", "triggered twice"])
    assert {case.kind for case in named} == {Kind.SAVEPOINTS, Kind.TWICE}
    assert wanted(all_cases(), []) == all_cases()


def test_a_fault_survives_its_text() -> None:
    """As it is told to a process."""
    fault = Fault(Does.DROP_THREE, point(Step.START, Moment.AFTER, 1))
    assert Fault.parse(str(fault)) == fault
    assert str(fault) == "drop-three@back 1 start:after"
    with pytest.raises(ValueError, match="kill@stop:before"):
        Fault.parse("kill")


def test_places_are_in_the_order_that_an_action_goes() -> None:
    """Intention, each step thrice, outcome."""
    assert points((Step.STOP,)) == (
        "intention:before", "intention:after", "stop:before", "stop:between", "stop:after",
        "outcome:between", "outcome:after",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", f"/jobs/{'0' * 32}/stop", "stop"),
        ("PUT", f"/jobs/{'0' * 32}/resource-requirements", "resize"),
        ("POST", "/jars/4f_flink-sql-gateway-2.3.0.jar/run", "run"),
        ("PATCH", f"/jobs/{'0' * 32}", "cancel"),
        ("GET", f"/jobs/{'0' * 32}/vertices/{'1' * 32}", "GET /jobs/:id/vertices/:id"),
        ("GET", "/taskmanagers/taskmanager-1", "GET /taskmanagers/:id"),
    ],
)
def test_calls_are_known_by_short_names(method: str, path: str, name: str) -> None:
    """Ids are left out, and writes are called after what they do."""
    assert route(method, path) == name

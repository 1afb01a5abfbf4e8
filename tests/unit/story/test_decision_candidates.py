"""What there was to choose from, and why the others were not chosen."""

from decision_story_builders import LARGE, SMALL, Chain, a_candidate, of_size, told


def test_front_marks_current_and_chosen_and_says_why_not_the_others(chain: Chain) -> None:
    """Four at 16 an hour were chosen; two at 8 are cheaper, at a risk of 60 % instead of 1 %."""
    two, three = a_candidate(LARGE, 16.0, 0.01), a_candidate(SMALL, 4.0, 0.9)
    middle = a_candidate(of_size(2), 8.0, 0.6)
    dear = a_candidate(of_size(8), 32.0, 0.01)
    front = {"front": {"members": [three, middle, two, dear], "evaluated": 9, "peak_load": 300.0}}
    chain.decide(front=front | {"excluded": [], "fixed": {"slots": "no provisioner"}})
    choice = told(chain).candidates
    assert choice is not None
    marks = [(one.is_current, one.is_chosen) for one in choice.members]
    assert marks == [(True, False), (False, False), (False, True), (False, False)]
    assert [one.why_not for one in choice.members if one.is_current or one.is_chosen] == [None] * 2
    assert "a chance of 60 % to break the limit instead of 1 %" in (
        choice.members[1].why_not or ""
    )
    assert "Dearer than the chosen one, 32 an hour instead of 16" in (
        choice.members[3].why_not or ""
    )
    assert choice.fixed == {"slots": "no provisioner"}


def test_chosen_and_present_beside_the_front_are_told_all_the_same(chain: Chain) -> None:
    """By what the decision tells of them: 4 and 16 an hour, 250 and 900 records/s.

    The others are held against the chosen one by what they carry: 500 instead of 900.
    """
    members = [a_candidate(of_size(2), 8.0, 0.6)]
    chain.decide(front={"front": {"members": members}, "excluded": [], "fixed": {}})
    choice = told(chain).candidates
    assert choice is not None
    assert [
        (one.is_current, one.is_chosen, one.money_per_hour, one.capacity) for one in choice.beside
    ] == [(True, False, 4.0, 250.0), (False, True, 16.0, 900.0)]
    assert choice.members[0].why_not == (
        "Cheaper than the chosen one, 8 an hour instead of 16, but it carries 500 records/s "
        "instead of 900 records/s."
    )


def test_configurations_ruled_out_are_told_by_reason(chain: Chain) -> None:
    """Each with the values that it combines."""
    excluded = [{"reason": "no slots", "configurations": 6, "parallelism": [8, 16], "slots": [1]}]
    chain.hold(front={"excluded": excluded, "fixed": {}})
    choice = told(chain).candidates
    assert choice is not None
    (ruled,) = choice.ruled_out
    assert (ruled.reason, ruled.count) == ("no slots", 6)
    assert ruled.values["parallelism"] == (8.0, 16.0)
    assert choice.members == ()

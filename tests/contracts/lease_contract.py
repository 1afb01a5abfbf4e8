"""What the leases of every ledger must hold; part of the contract of ledgers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from lease_scene import MINUTE, NOON, LeaseScene, a_step, after, take, wins

from horae.errors import LeaseLost, LeaseTaken, LedgerError
from horae.ledger.audit import audit, require_whole
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger

STEP = st.tuples(
    st.sampled_from(["take", "renew", "release", "append"]),
    st.sampled_from(["ann", "bob", "cid"]),
    st.sampled_from([0, 20, 59, 60, 61]),
)
"""What is done, by whom, and how many seconds later than the step before."""


class LeaseContract:
    """A subclass gives the fixture `ledger`: an empty ledger."""

    def test_free_job_is_taken(self, ledger: Ledger) -> None:
        """Who takes the lease of a free job has it until the second it ends."""
        assert ledger.lease_of("ysb", now=NOON) is None
        lease = take(ledger)
        assert lease == Lease(
            job="ysb", action_id="ysb:1", holder="ann", token=1, expires_at=after(60)
        )
        assert ledger.lease_of("ysb", now=NOON) == lease
        assert ledger.lease_of("ysb", now=after(59.999999)) == lease
        assert ledger.lease_of("ysb", now=after(60)) is None

    @pytest.mark.parametrize(("holder", "action_id"), [("bob", "ysb:1"), ("ann", "ysb:2")])
    def test_held_lease_is_not_taken(self, ledger: Ledger, holder: str, action_id: str) -> None:
        """Another holder, and the same one for another action, are told who has it until when."""
        lease = take(ledger)
        with pytest.raises(LeaseTaken, match=r"by ann for action ysb:1 until 2026-01-31T12:01:00"):
            take(ledger, holder, action_id=action_id, now=after(59))
        assert ledger.lease_of("ysb", now=after(59)) == lease

    def test_taking_again_renews(self, ledger: Ledger) -> None:
        """The same holder for the same action, as after a lost reply, has its own lease longer."""
        lease = take(ledger)
        again = take(ledger, now=after(10))
        assert again == replace(lease, expires_at=after(70))
        assert ledger.lease_of("ysb", now=after(69)) == again

    @pytest.mark.parametrize("holder", ["ann", "bob"])
    def test_ended_lease_is_anybodys(self, ledger: Ledger, holder: str) -> None:
        """Whoever takes it then, has a new token: also its last holder."""
        take(ledger)
        assert take(ledger, holder, now=after(60)).token == 2

    def test_tokens_grow_over_releases(self, ledger: Ledger) -> None:
        """A token never comes twice, though the lease was given back in between."""
        tokens = []
        for _ in range(4):
            lease = take(ledger)
            ledger.release_lease(lease)
            tokens.append(lease.token)
        assert tokens == [1, 2, 3, 4]

    def test_renewed_lease_lasts_longer(self, ledger: Ledger) -> None:
        """Token, holder and action stay; others are kept out until the new end."""
        lease = take(ledger)
        renewed = ledger.renew_lease(lease, now=after(50), seconds=MINUTE)
        assert renewed == replace(lease, expires_at=after(110))
        with pytest.raises(LeaseTaken):
            take(ledger, "bob", now=after(109))
        assert take(ledger, "bob", now=after(110)).token == 2

    def test_ended_lease_is_renewed_unless_taken(self, ledger: Ledger) -> None:
        """Who comes late keeps the lease if nobody wanted it, and has lost it otherwise."""
        lease = take(ledger)
        renewed = ledger.renew_lease(lease, now=after(1000), seconds=MINUTE)
        assert (renewed.token, renewed.expires_at) == (1, after(1060))
        theirs = take(ledger, "bob", action_id="ysb:2", now=after(1060))
        with pytest.raises(LeaseLost, match=r"bob has it for action ysb:2 \(token 2\)"):
            ledger.renew_lease(renewed, now=after(1061), seconds=MINUTE)
        assert ledger.lease_of("ysb", now=after(1061)) == theirs

    def test_released_lease_is_free_and_lost(self, ledger: Ledger) -> None:
        """Given back, it is free at once, and its last holder can neither renew nor record."""
        lease = take(ledger)
        ledger.release_lease(lease)
        assert ledger.lease_of("ysb", now=NOON) is None
        with pytest.raises(LeaseLost, match="given back"):
            ledger.renew_lease(lease, now=NOON, seconds=MINUTE)
        with pytest.raises(LeaseLost, match="given back"):
            ledger.append(a_step(), lease)
        assert ledger.heads() == {}

    def test_releasing_what_is_lost_changes_nothing(self, ledger: Ledger) -> None:
        """A lease that another took, or that was given back before, is left as it is."""
        lost = take(ledger)
        theirs = take(ledger, "bob", now=after(60))
        ledger.release_lease(lost)
        assert ledger.lease_of("ysb", now=after(60)) == theirs
        ledger.release_lease(theirs)
        ledger.release_lease(theirs)
        ledger.release_lease(replace(lost, job="never-taken"))
        assert take(ledger, "cid", now=after(60)).token == 3

    def test_holder_records(self, ledger: Ledger) -> None:
        """Entries go in under a lease, also when it has ended and nobody took it."""
        lease = take(ledger)
        ledger.append(a_step("step-1"), lease)
        assert ledger.lease_of("ysb", now=after(1000)) is None
        ledger.append(a_step("step-2"), lease)
        renewed = ledger.renew_lease(lease, now=after(1000), seconds=MINUTE)
        ledger.append(a_step("step-3"), lease)
        ledger.append(a_step("step-4"), renewed)
        assert ledger.heads()["ysb"].count == 4

    def test_holder_that_slept_records_nothing(self, ledger: Ledger) -> None:
        """Once another took the lease, the old holder appends nothing, be it new or a repeat."""
        slept = take(ledger)
        before = ledger.append(a_step("step-1"), slept)
        theirs = take(ledger, "bob", now=after(60))
        for identity in ("step-1", "step-2"):
            with pytest.raises(LeaseLost, match=r"lease of ann .* is lost: bob has it"):
                ledger.append(a_step(identity), slept)
        assert list(ledger.read("ysb")) == [before]
        assert ledger.append(a_step("step-2"), theirs).number == 2

    def test_append_without_lease_minds_none(self, ledger: Ledger) -> None:
        """What is no part of an action is recorded whoever has the lease."""
        take(ledger)
        assert ledger.append(a_step()).number == 1

    def test_leases_of_two_jobs_do_not_meet(self, ledger: Ledger) -> None:
        """Each job has a lease and tokens of its own; a lease serves no other job's entries."""
        take(ledger, job="tsw")
        ours = take(ledger, "bob", now=after(60))
        assert ours.token == 1
        with pytest.raises(LedgerError, match="a lease of job ysb for an entry of tsw") as caught:
            ledger.append(a_step(job="tsw"), ours)
        assert not isinstance(caught.value, LeaseLost)
        assert ledger.heads() == {}

    def test_token_of_a_restored_ledger_is_not_enough(self, ledger: Ledger) -> None:
        """Somebody with the same token from before a restore does not pass for the holder."""
        lease = take(ledger)
        for other in (replace(lease, holder="bob"), replace(lease, action_id="ysb:9")):
            with pytest.raises(LeaseLost):
                ledger.append(a_step(), other)
            with pytest.raises(LeaseLost):
                ledger.renew_lease(other, now=NOON, seconds=MINUTE)
            ledger.release_lease(other)
        assert ledger.lease_of("ysb", now=NOON) == lease

    def test_lease_ends_in_utc(self, ledger: Ledger) -> None:
        """A time of another zone is the same instant in UTC."""
        east = timezone(timedelta(hours=2))
        lease = take(ledger, now=datetime(2026, 1, 31, 14, tzinfo=east))
        assert lease.expires_at == after(60)
        assert lease.expires_at.tzinfo is UTC
        assert ledger.lease_of("ysb", now=datetime(2026, 1, 31, 14, tzinfo=east)) == lease

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"seconds": 0}, "seconds: got 0"),
            ({"seconds": -1.0}, "seconds: got -1"),
            ({"seconds": 1e-9}, "seconds: got 1e-09"),
            ({"seconds": float("nan")}, "seconds: got nan"),
            ({"seconds": float("inf")}, "seconds: got inf"),
            ({"now": NOON.replace(tzinfo=None)}, "now: got 2026-01-31T12:00:00 without a zone"),
            ({"holder": ""}, "holder: got ''"),
            ({"holder": "two\nlines"}, "holder: got"),
            ({"action_id": "x" * 201}, "action_id: got"),
            ({"job": "No Job"}, "job: got 'No Job'"),
        ],
    )
    def test_faulty_lease_is_refused(
        self, ledger: Ledger, changed: dict[str, object], said: str
    ) -> None:
        """The message names what is wrong, and the job stays free."""
        told = {"job": "ysb", "action_id": "a", "holder": "ann", "now": NOON, "seconds": MINUTE}
        with pytest.raises(LedgerError, match=said):
            ledger.take_lease(**(told | changed))  # type: ignore[arg-type]
        assert take(ledger, "bob").token == 1

    @pytest.mark.parametrize(
        ("seconds", "now"), [(0, NOON), (float("nan"), NOON), (60, NOON.replace(tzinfo=None))]
    )
    def test_faulty_renewal_is_refused(
        self, ledger: Ledger, seconds: float, now: datetime
    ) -> None:
        """The lease stays as it was."""
        lease = take(ledger)
        with pytest.raises(LedgerError, match="got"):
            ledger.renew_lease(lease, now=now, seconds=seconds)
        assert ledger.lease_of("ysb", now=NOON) == lease

    def test_threads_take_it_once(self, ledger: Ledger) -> None:
        """Of eight threads that want one lease, one has it, five jobs in a row."""

        def won(wish: int) -> str | None:
            job, holder = f"job-{wish // 8}", f"thread-{wish % 8}"
            return holder if wins(lambda: take(ledger, holder, job=job)) else None

        with ThreadPoolExecutor(8) as threads:
            winners = list(threads.map(won, range(40)))
        for race in range(5):
            (winner,) = filter(None, winners[race * 8 : race * 8 + 8])
            held = ledger.lease_of(f"job-{race}", now=NOON)
            assert held is not None
            assert (held.holder, held.token) == (winner, 1)

    def test_holder_renews_while_it_records(self, ledger: Ledger) -> None:
        """Threads of one holder renew its lease and append under it at once; all succeed."""
        lease = take(ledger)

        def do(number: int) -> None:
            if number % 2:
                ledger.renew_lease(lease, now=after(number), seconds=MINUTE)
            else:
                ledger.append(a_step(f"step-{number}"), lease)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(do, range(80)))
        # Every second number of 80.
        assert ledger.heads()["ysb"].count == 40
        require_whole(audit(ledger))

    def test_whatever_is_done_one_holds_and_only_it_records(self, ledger: Ledger) -> None:
        """At most one live holder, growing tokens, and entries in the order of their tokens."""
        jobs = (f"job-{number}" for number in count(1))

        @settings(max_examples=40)
        @given(steps=st.lists(STEP, max_size=15))
        def holds(steps: list[tuple[str, str, int]]) -> None:
            scene = LeaseScene(ledger, next(jobs))
            for deed, holder, later in steps:
                scene.seconds += later
                getattr(scene, deed)(holder)
                scene.check()

        holds()

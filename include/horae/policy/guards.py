"""What may hold a proposal back: pure functions, all asked, all recorded.

Each guard answers with a sentence that begins a refusal or an allowance, allows only what it has
seen to be harmless, and refuses without its input. The same guards are asked when a person wants
something.
"""

from collections.abc import Callable
from datetime import datetime

from horae.domain.decision import GuardAnswer, Mode
from horae.domain.job import JobPresence
from horae.policy.guard_situation import GuardSituation
from horae.policy.legality import what_is_illegal, what_is_wrong_with_vertices
from horae.policy.paths import obstacle_between, paths_between
from horae.policy.quiet_hours import quiet_hours_at

Answer = tuple[bool, str]
Guard = Callable[[GuardSituation], Answer]


def job_running(s: GuardSituation) -> Answer:
    """Only a job that runs, exactly once, is rescaled."""
    if s.presence is None:
        return _blind("whether the job runs")
    return s.presence is JobPresence.RUNNING, f"the job is {s.presence}"


def kill_switch(s: GuardSituation) -> Answer:
    """A person stopped Horae, for this job or for the fleet."""
    if s.kill_switch is None:
        return _blind("the kill switch")
    return not s.kill_switch, s.kill_switch or "the kill switch is not thrown"


def mode(s: GuardSituation) -> Answer:
    """How far Horae may go; what is only recommended is not executed, but need not be refused."""
    if s.mode is None or s.shrinks is None:
        return _blind("the mode or the present configuration")
    if s.manual:
        return s.mode is not Mode.OBSERVE, f"a person asked, and the mode is {s.mode}"
    if s.mode is Mode.GROW and s.shrinks:
        return False, "in mode grow no resource is reduced but by a person"
    return True, f"the mode is {s.mode}"


def approval(s: GuardSituation) -> Answer:
    """One question at a time, and none at once that was refused; a person asks whom they like."""
    if s.approvals is None:
        return _blind("what people were asked")
    if s.manual:
        return True, s.approvals.waiting or "a person asked"
    if s.approvals.waiting:
        return False, s.approvals.waiting
    again = (past for past in s.approvals.refused if past.target == s.target)
    refused = next((past for past in again if past.urgent or not s.urgent), None)
    if refused is not None:
        return False, f"{refused.sentence}; not asked for again before {_moment(refused.until)}"
    return True, "no decision waits for approval"


def usable_data(s: GuardSituation) -> Answer:
    """No move on data that cannot be trusted, but that a person may add resources."""
    if s.verdict is None or s.shrinks is None:
        return _blind("the verdict on the window or the present configuration")
    if s.verdict.usable:
        return True, f"the window is usable by all {s.verdict.rules} rules"
    broken = "; ".join(rule.sentence for rule in s.verdict.broken)
    return s.manual and not s.shrinks, f"the window is not usable: {broken}"


def fresh_data(s: GuardSituation) -> Answer:
    """No move on stale data, but that a person may add resources."""
    if s.window_age_seconds is None or s.shrinks is None:
        return _blind("the age of the window or the present configuration")
    fresh = 0 <= s.window_age_seconds <= s.stale_seconds
    said = f"the newest row is {s.window_age_seconds:.0f} s old, stale after {s.stale_seconds:g} s"
    return fresh or (s.manual and not s.shrinks), said


def one_action_in_flight(s: GuardSituation) -> Answer:
    """One job has at most one action in flight."""
    if s.in_flight is None:
        return _blind("whether an action is in flight")
    running = ", ".join(s.in_flight)
    return not running, f"action {running} has not ended" if running else "none is in flight"


def legal_configuration(s: GuardSituation) -> Answer:
    """The target is one that may be chosen."""
    if s.legal is None:
        return _blind("the legal configurations")
    if s.target.vertices and s.vertices is None:
        return _blind("the job's vertices")
    fault = what_is_illegal(s.target, s.legal) or what_is_wrong_with_vertices(
        s.target, s.vertices or ()
    )
    return fault is None, fault or "the configuration is legal"


def possible_path(s: GuardSituation) -> Answer:
    """A way leads there, and the proposal's is one of them."""
    if s.capabilities is None or s.current is None:
        return _blind("what the engine can do or the present configuration")
    obstacle = obstacle_between(s.current, s.target, s.capabilities)
    if obstacle is not None:
        return False, obstacle
    ways = paths_between(s.current, s.target, s.capabilities)
    led = " or ".join(ways)
    return s.proposal.path in ways, f"the way there is {led}, and {s.proposal.path} is proposed"


def cool_down(s: GuardSituation) -> Answer:
    """Some rest after an action, unless waiting would break a limit."""
    recent = s.moves_within(s.settings.cooldown_seconds)
    if recent is None:
        return _blind("earlier actions")
    if s.urgent or not recent:
        return True, "it is urgent" if s.urgent else "the last action is long enough ago"
    ago = (s.now - recent[0].ended_at).total_seconds()
    return False, f"the last action ended {ago:.0f} s ago; rest {s.settings.cooldown_seconds:g} s"


def no_return(s: GuardSituation) -> Answer:
    """Not back to what was left a moment ago, unless waiting would break a limit."""
    recent = s.moves_within(s.settings.return_seconds)
    if recent is None:
        return _blind("earlier actions")
    left = [move for move in recent if move.origin == s.target]
    if s.urgent or not left:
        return True, "it is urgent" if s.urgent else "it was not left a moment ago"
    ago = (s.now - left[0].ended_at).total_seconds()
    return False, f"it was left {ago:.0f} s ago; no way back for {s.settings.return_seconds:g} s"


def actions_per_day(s: GuardSituation) -> Answer:
    """At most so many actions a season that are not urgent."""
    today = s.moves_within(s.season_seconds)
    if today is None:
        return _blind("earlier actions")
    count = sum(not move.urgent for move in today)
    most = s.settings.actions_per_day
    said = f"{count} of {most} actions of the day are used"
    return s.urgent or count < most, said + (", but it is urgent" if s.urgent else "")


def calendar(s: GuardSituation) -> Answer:
    """Nothing in quiet hours, unless waiting would break a limit."""
    quiet = quiet_hours_at(s.now, s.settings.quiet_hours)
    if quiet is None:
        return True, "these are no quiet hours"
    return s.urgent, quiet + (", but it is urgent" if s.urgent else "")


def budget(s: GuardSituation) -> Answer:
    """No configuration dearer than the budget, unless it is cheaper than the present one."""
    most = s.settings.money_per_hour
    if most is None:
        return True, "there is no budget"
    if s.prices is None or s.current is None:
        return _blind("prices or the present configuration")
    wanted, now = s.prices.per_hour(s.target), s.prices.per_hour(s.current)
    said = (
        f"it costs {wanted:.4g} an hour, the budget is {most:g}, the present one costs {now:.4g}"
    )
    return wanted <= most or wanted < now, said


def healthy_checkpoints(s: GuardSituation) -> Answer:
    """No action while checkpoints fail, but an emergency that adds resources."""
    if s.checkpoints_failing is None or s.shrinks is None:
        return _blind("whether checkpoints complete")
    if not s.checkpoints_failing:
        return True, "checkpoints complete"
    saved = s.urgent and not s.shrinks
    return saved, "checkpoints fail" + (", but it is urgent and adds resources" if saved else "")


def transaction_timeout(s: GuardSituation) -> Answer:
    """An outage must end long before the sink's prepared transactions are given up.

    Also that of the way which is fallen back to.
    """
    if s.sink_transactional is False:
        return True, "the sink has no transactions"
    limit, outage = s.transaction_timeout_seconds, s.outage_p99_seconds
    if s.sink_transactional is None or limit is None or outage is None:
        return _blind("the outage's 99 % quantile or the sink's transaction time-out")
    said = f"outage {outage:.0f} s (99 %), half of the transaction time-out {limit / 2:.0f} s"
    return outage <= limit / 2, said


def not_known_bad(s: GuardSituation) -> Answer:
    """Not where this version of the job failed a while ago."""
    if s.failures is None:
        return _blind("earlier failures")
    known = [str(failure) for failure in s.failures if failure.configuration == s.target]
    return not known, known[0] if known else "no action failed in it lately"


GUARDS: tuple[Guard, ...] = (
    job_running,
    kill_switch,
    mode,
    approval,
    usable_data,
    fresh_data,
    one_action_in_flight,
    legal_configuration,
    possible_path,
    cool_down,
    no_return,
    actions_per_day,
    calendar,
    budget,
    healthy_checkpoints,
    transaction_timeout,
    not_known_bad,
)


def ask_guards(
    situation: GuardSituation, guards: tuple[Guard, ...] = GUARDS
) -> tuple[GuardAnswer, ...]:
    """Ask every guard, in their order, also after one has refused."""
    return tuple(_ask(guard, situation) for guard in guards)


def _ask(guard: Guard, situation: GuardSituation) -> GuardAnswer:
    allowed, sentence = guard(situation)
    return GuardAnswer(
        guard=guard.__name__.replace("_", "-"),
        allowed=bool(allowed),
        sentence=f"{sentence[:1].upper()}{sentence[1:]}.",
    )


def _blind(missing: str) -> Answer:
    return False, f"it could not be found out: {missing}; without it nothing is allowed"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

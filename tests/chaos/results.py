"""What came of each case, as lines of a file: a second run goes on where the first stopped."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chaos.checks import Problem, What


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one case.

    Attributes:
        case: Its id.
        kind: Its kind.
        path: Which way its action went.
        step: Where the trouble came.
        injected: The faults that really happened.
        outcomes: How its actions ended, oldest first.
        began: When it began, seconds since 1970.
        seconds: Until the job ran again and nothing was left to do.
        problems: What must not be.
    """

    case: str
    kind: str
    path: str
    step: str
    injected: tuple[str, ...]
    outcomes: tuple[str, ...]
    began: float
    seconds: float
    problems: tuple[Problem, ...] = ()

    def has(self, what: What) -> bool:
        """Whether something of a kind is wrong."""
        return any(problem.what == what for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The account of records over some cases.

    Attributes:
        cases: Their ids.
        views: Records counted since the cluster was started.
        lost: Records lost in this batch.
        doubled: Records doubled in this batch.
        suspects: Ids of the cases that went on while the records in question came.
    """

    cases: tuple[str, ...]
    views: int
    lost: int
    doubled: int
    suspects: tuple[str, ...]


@dataclass(slots=True)
class Results:
    """All of a file.

    Attributes:
        path: The file.
        cases: What came of each case that a batch's account was made for.
        batches: Accounts.
    """

    path: Path
    cases: dict[str, Result] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Results":
        """What a file holds; cases without an account count as not played."""
        results = cls(path=path)
        lines = path.read_text().splitlines() if path.exists() else []
        told = [json.loads(line) for line in lines]
        played = {one["case"]: _result(one) for one in told if "case" in one}
        for one in told:
            if "case" not in one:
                results._keep(_batch(one), played)
        return results

    def add(self, batch: Batch, played: Sequence[Result]) -> None:
        """Write down some cases with their account."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            for line in (*map(asdict, played), asdict(batch)):
                file.write(f"{json.dumps(line)}\n")
        self._keep(batch, {one.case: one for one in played})

    def _keep(self, batch: Batch, played: dict[str, Result]) -> None:
        self.batches.append(batch)
        self.cases |= {name: played[name] for name in batch.cases if name in played}


def faults_of(results: Iterable[Result]) -> int:
    """How many faults really happened."""
    return sum(len(one.injected) for one in results)


def _result(told: dict[str, Any]) -> Result:
    problems = tuple(
        Problem(what=What(one["what"]), sentence=one["sentence"]) for one in told["problems"]
    )
    lists = {name: tuple(told[name]) for name in ("injected", "outcomes")}
    return Result(**{**told, **lists, "problems": problems})


def _batch(told: dict[str, Any]) -> Batch:
    return Batch(**{**told, **{name: tuple(told[name]) for name in ("cases", "suspects")}})

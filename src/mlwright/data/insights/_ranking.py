"""From what all members suggest to a ranked list of facts that hold together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import ExtraMissing, MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.data.columns import TrainingRows
from mlwright.data.insights import SEEKERS
from mlwright.data.insights._candidate import Candidate, Measured
from mlwright.data.insights._evidence import Evidence
from mlwright.records.exploration import Insight
from mlwright.records.findings import NO_TIME, Skipped

FALSE_ALARMS = 0.05
MIN_ROWS = 80
MAX_INSIGHTS = 40
SAME_COLUMN = 0.75
ALIKE = 0.8
"""Correlation of what two facts divide the rows into, from which they are one fact."""


class Told(Record):
    """Facts, most worth knowing first, how many things were measured for them, and what could not be looked for."""

    insights: tuple[Insight, ...] = ()
    n_looks: int = 0
    skipped: tuple[Skipped, ...] = ()


class _Fact(NamedTuple):
    kind: str
    candidate: Candidate
    measured: Measured
    code: NDArray[np.float32] | None


def tell(
    rows: TrainingRows,
    left_out: Collection[str] = (),
    skip: Collection[str] = (),
    time_up: Callable[[], bool] = lambda: False,
) -> Told:
    """What there is to know about the rows.

    All candidates that the first half suggests are measured on the second half, each at the level at which, by
    Bonferroni, all intervals hold together in 95 of 100 tables. So what is told of pure noise is told of at most 5
    tables in 100, whatever was searched.

    Parameters
    ----------
    rows : TrainingRows
    left_out : collection of str
        Columns that are not to be looked at, such as those that give the target away.
    skip : collection of str
        Members that are not to be asked.
    time_up : callable
        Asked before each member and each measurement; those after it is true are left out.
    """
    if len(rows) < MIN_ROWS:
        reason = f"{len(rows)} training rows are too few to look on one half and measure on the other"
        names = [name for name in SEEKERS.names() if name not in skip]
        return Told(skipped=tuple(Skipped(name=name, reason=reason) for name in names))
    evidence = Evidence(rows, left_out)
    candidates, skipped = _suggested(evidence, skip, time_up)
    level = 1 - FALSE_ALARMS / max(1, len(candidates))
    facts = []
    for place, (kind, candidate) in enumerate(candidates):
        if time_up():
            skipped += _not_measured(candidates[place:], skipped)
            break
        if (measured := candidate.measure(evidence, level)) is not None:
            facts.append(_Fact(kind, candidate, measured, _standard(candidate.code(), evidence)))
    return Told(insights=tuple(_ranked(facts)), n_looks=len(candidates), skipped=tuple(skipped))


def _not_measured(candidates: Iterable[tuple[str, Candidate]], skipped: Collection[Skipped]) -> list[Skipped]:
    """Members some of whose suggestions there was no time to measure."""
    known = {one.name for one in skipped}
    return [
        Skipped(name=kind, reason=NO_TIME)
        for kind in dict.fromkeys(kind for kind, _ in candidates)
        if kind not in known
    ]


def _suggested(
    evidence: Evidence, skip: Collection[str], time_up: Callable[[], bool]
) -> tuple[list[tuple[str, Candidate]], list[Skipped]]:
    candidates: list[tuple[str, Candidate]] = []
    skipped = []
    for name in SEEKERS.names():
        if name in skip:
            continue
        if time_up():
            skipped.append(Skipped(name=name, reason=NO_TIME))
            continue
        try:
            candidates += [(name, candidate) for candidate in SEEKERS.get(name)().look(evidence)]
        except NotApplicable as refusal:
            skipped.append(Skipped(name=name, reason=refusal.reason))
        except ExtraMissing as missing:
            skipped.append(Skipped(name=name, reason=missing.message))
        except MlwrightError:
            raise
        except Exception as error:  # noqa: BLE001  one member that fails must not hide the others
            skipped.append(Skipped(name=name, reason=f"it failed with {type(error).__name__}: {error}"))
    return candidates, skipped


def _ranked(facts: list[_Fact]) -> list[Insight]:
    """The facts by size, each less for what those before it say already; those that say the same become one."""
    told: list[Insight] = []
    waiting = [(fact, fact.measured.size) for fact in facts]
    while waiting and len(told) < MAX_INSIGHTS:
        best, _ = max(waiting, key=lambda item: item[1])
        others = [(fact, size, _alike(best, fact)) for fact, size in waiting if fact is not best]
        same = [fact for fact, _, alike in others if alike >= ALIKE and len(fact.candidate.columns) == 1]
        told.append(_insight(best, [fact.candidate.columns[0] for fact in same]))
        waiting = [(fact, size * _news(best, fact, alike)) for fact, size, alike in others if alike < ALIKE]
    return told


def _news(told: _Fact, fact: _Fact, alike: float) -> float:
    """What is left of a fact once another one is told: less if it divides the rows alike, or names the same columns.

    A fact about two columns takes nothing from one about a single column, and words of one text are so many facts.
    """
    columns, known = set(fact.candidate.columns), set(told.candidate.columns)
    repeated = 0 if fact.kind == "text_term" or len(columns) < len(known) else len(columns & known)
    return (1 - alike**2) * SAME_COLUMN**repeated


def _alike(a: _Fact, b: _Fact) -> float:
    """How much of the one fact is in the other, from 0 to 1."""
    if a.code is None or b.code is None:
        return 0.0
    return abs(float(a.code @ b.code)) / len(a.code)


def _standard(code: NDArray[np.float64] | None, evidence: Evidence) -> NDArray[np.float32] | None:
    if code is None:
        return None
    centred = code[evidence.second] - code[evidence.second].mean()
    standard: NDArray[np.float32] = (centred / max(float(centred.std()), 1e-12)).astype(np.float32)
    return standard


def _insight(fact: _Fact, also: list[str]) -> Insight:
    measured, columns = fact.measured, fact.candidate.columns
    return Insight(
        kind=fact.kind,
        sentence=measured.sentence,
        columns=columns,
        also=tuple(dict.fromkeys(name for name in also if name not in columns)),
        measure=measured.measure,
        value=measured.value,
        low=measured.low,
        high=measured.high,
        n_rows=measured.n_rows,
        size=measured.size,
    )

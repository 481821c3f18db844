"""Several sources report the same things and disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.evidence.dependencies import group, strength
from mlwright.data.evidence.rules import STRONG_NAMES, is_numeric
from mlwright.data.words import counted
from mlwright.records.cleaning import AnyStep, DoubtPairs, MapPairs, Pair

UNIQUE = 0.95
LEAST_SOURCES = 3
LEAST_REPORTS = 3.0
LEAST_CLAIMS = 2
AGREE = 0.3
INDEPENDENT = 0.15
COMMON = 0.1
HALF = 0.5
CLEAR = 0.6
ENOUGH = 3
ROUNDS = 10
MAX_WEIGHT = 4.0
MAX_COLUMNS = 30
LEAST_DIFFERING = 20
_has_year = re.compile(r"(?:^|[^0-9])(?:19|20)[0-9]{2}(?:[^0-9]|$)").search

Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Reports:
    """Which column names the source, which the thing, and which hold what is claimed of it."""

    source: str
    thing: str
    claims: tuple[str, ...]


class DisagreeingSources(Cure):
    """Each row is what one source says of one thing; where sources disagree, those that are mostly right decide.

    That is what a table is taken for if each source names each thing about once, and at least two other columns
    depend on the thing (strength `AGREE`) and not on the source, with values that few things share; tables of more than
    `MAX_COLUMNS` are not looked at. Claims are made one by one: columns that follow from each other (a club, its town
    and its ground) change together when the thing itself has changed, and are none. Sources have names: numbers, dates,
    years and seasons are no sources, as what they report may change.

    How often a source is right is learned from the table, by turns with what is right: a source's vote counts
    ``ln(a / (1 - a))`` where ``a`` is the share of its reports that agree with the present answers. A report is wrong
    if another value has half of the votes on that thing; it is repaired, and a missing one filled, if that value has
    `CLEAR` of them and `ENOUGH` sources.

    References
    ----------
    Yin, X., Han, J., Yu, P. (2008). Truth discovery with multiple conflicting information providers on the web. TKDE.
    Li, X. et al. (2012). Truth finding on the deep web: is the problem solved? PVLDB 6(2).
    """

    title = "Sources that disagree"
    about = "meaning"
    turn = 45

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each column of claims the repairs, then the doubts."""
        reports = _find(cells)
        if reports is None:
            return
        weights, answers = _settled(cells, reports)
        for name, answer in answers.items():
            right, wrong = _judged(cells, reports, name, weights, answer)
            told = (
                f"Each {reports.thing!r} is reported by several {reports.source!r}, and they disagree on {name!r}; "
                "votes count by how often a source is right"
            )
            if right:
                reason = (
                    f"{told}. {counted(len(right), 'value')} give way to one with {CLEAR:.0%} of the votes or more."
                )
                yield MapPairs(
                    column=name, cure=self.name, level="repair", reason=reason, given=reports.thing, pairs=tuple(right)
                )
            if wrong:
                reason = f"{told}. {counted(len(wrong), 'value')} have less than half of them, and no other has enough."
                yield DoubtPairs(
                    column=name, cure=self.name, level="doubt", reason=reason, given=reports.thing, pairs=tuple(wrong)
                )

    @staticmethod
    def speaks() -> Specimen:
        """Twenty flights in eight timetables, one of which is often wrong."""
        return {"site": [f"site {'abcdefgh'[row % 8]}" for row in range(160)], **_reported()}

    @staticmethod
    def quiet() -> Specimen:
        """The same, but what is in the place of the timetables are the hours of a day, over which things change."""
        return {"hour": [row % 8 for row in range(160)], **_reported()}


def _reported() -> Specimen:
    rows = [(site, flight) for flight in range(20) for site in range(8)]
    late = [(site == 7 and flight % 2 == 0) or (site == flight % 7 and flight % 3 == 0) for site, flight in rows]
    minutes = [
        (6 + flight // 2, 10 + 2 * flight + 15 * is_late) for (_, flight), is_late in zip(rows, late, strict=True)
    ]
    return {
        "flight": [f"AA-{100 + flight}" for _, flight in rows],
        "out": [f"{hour}:{minute}" for hour, minute in minutes],
        "in": [f"{hour + 3}:{minute + 2}" for hour, minute in minutes],
    }


def _find(cells: Cells) -> _Reports | None:
    """The reading of a table as reports of which most columns are claims; None if it is no such table.

    Of several, the one with the fewest things: errors make things more and never fewer.
    """
    found: list[_Reports] = []
    if len(cells.names) > MAX_COLUMNS:
        return None
    for source in cells.texts:
        s = cells.levels(source)
        if not LEAST_SOURCES <= len(s.names) <= s.n_known / LEAST_REPORTS or _is_time(cells, source):
            continue
        for thing in cells.names:
            t = cells.levels(thing)
            if thing == source or not t.names or not t.n_known / len(t.names) >= LEAST_REPORTS:
                continue
            pairs = np.unique(s.places * (len(t.names) + 1) + t.places)
            if len(pairs) >= UNIQUE * cells.n_rows and (claims := _claims(cells, source, thing)):
                found.append(_Reports(source, thing, claims))
    found.sort(key=lambda reports: (-len(reports.claims), len(cells.levels(reports.thing).names), reports.thing))
    return found[0] if found else None


def _is_time(cells: Cells, name: str) -> bool:
    """Whether most values of a column are numbers, or begin or end with a year."""
    levels = cells.levels(name)
    years = np.array([_has_year(level) is not None for level in levels.names], dtype=bool)
    return is_numeric(cells, name) or 2 * int(levels.counts[years].sum()) > levels.n_known


def _claims(cells: Cells, source: str, thing: str) -> tuple[str, ...]:
    """The columns of claims; none if there are too few that do not follow from each other."""
    found, others = [], 0
    for name in cells.names:
        levels = cells.levels(name)
        if name in (source, thing) or len(levels.names) < 2 or len(levels.names) > 0.9 * cells.n_rows:
            continue
        others += 1
        alone = float(((levels.counts / levels.n_known) ** 2).sum())
        agree, tied = _determines(cells, thing, name) >= AGREE, _determines(cells, source, name) > INDEPENDENT
        if alone <= COMMON and agree and not tied:
            found.append(name)
    if len(found) < LEAST_CLAIMS or 2 * len(found) < others:
        return ()
    single = [name for name in found if not any(_follows(cells, name, other, thing) for other in found)]
    return tuple(sorted(found)) if len(single) >= LEAST_CLAIMS else ()


def _determines(cells: Cells, given: str, name: str, among: NDArray[np.bool_] | None = None) -> float:
    a, b = cells.levels(given), cells.levels(name)
    rows = np.ones(cells.n_rows, dtype=bool) if among is None else among
    return strength(group(a.places, b.places, len(a.names), len(b.names), rows))


def _follows(cells: Cells, name: str, other: str, thing: str) -> bool:
    """Whether a column differs from what most say of the thing where another one does, and follows from that one."""
    if name == other:
        return False
    differs = _differs(cells, other, thing)
    if int(differs.sum()) < LEAST_DIFFERING or _differs(cells, name, thing)[differs].mean() < HALF:
        return False
    return _determines(cells, other, name, differs) >= STRONG_NAMES


def _differs(cells: Cells, name: str, thing: str) -> NDArray[np.bool_]:
    """The rows that say something else of the thing than most rows do."""
    levels, things = cells.levels(name), cells.levels(thing).places
    usual = _plurality(levels, things, np.ones(cells.n_rows))
    known = (things >= 0) & (levels.places >= 0)
    return np.asarray(known & (levels.places != usual[np.maximum(things, 0)]), dtype=np.bool_)


def _settled(cells: Cells, reports: _Reports) -> tuple[NDArray[np.float64], dict[str, Places]]:
    """The weight of each row's vote, and for each column of claims the answer for each thing."""
    sources, things = cells.levels(reports.source).places, cells.levels(reports.thing).places
    weights = np.ones(cells.n_rows)
    answers: dict[str, Places] = {}
    for _ in range(ROUNDS):
        before = answers
        answers = {name: _plurality(cells.levels(name), things, weights) for name in reports.claims}
        hits, asked = np.zeros(sources.max() + 2), np.zeros(sources.max() + 2)
        for name, answer in answers.items():
            places = cells.levels(name).places
            known = (places >= 0) & (things >= 0)
            asked += np.bincount(sources[known] + 1, minlength=len(asked))
            hits += np.bincount(sources[known] + 1, places[known] == answer[things[known]], minlength=len(asked))
        right = (hits + 1) / (asked + 2)
        weights = np.clip(np.log(right / (1 - right)), 1 / MAX_WEIGHT, MAX_WEIGHT)[sources + 1]
        if before and all((before[name] == answers[name]).all() for name in answers):
            break
    return weights, answers


def _votes(levels: Levels, things: Places, weights: NDArray[np.float64]) -> tuple[Places, Places, NDArray[np.float64]]:
    """The things, values and summed weights of all pairs that occur."""
    known = (levels.places >= 0) & (things >= 0)
    keys, at = np.unique(things[known] * len(levels.names) + levels.places[known], return_inverse=True)
    sums: NDArray[np.float64] = np.bincount(at, weights[known], minlength=len(keys)).astype(np.float64)
    return keys // len(levels.names), keys % len(levels.names), sums


def _plurality(levels: Levels, things: Places, weights: NDArray[np.float64]) -> Places:
    """The value with the most votes for each thing; -1 where none is known."""
    of_thing, values, sums = _votes(levels, things, weights)
    found = np.full(things.max() + 1, -1, np.int64)
    order = np.argsort(sums, kind="stable")
    found[of_thing[order]] = values[order]
    return found


def _judged(
    cells: Cells, reports: _Reports, name: str, weights: NDArray[np.float64], answer: Places
) -> tuple[list[Pair], list[tuple[str, str | None]]]:
    """What is repaired and what is doubted in one column of claims."""
    levels, things = cells.levels(name), cells.levels(reports.thing)
    of_thing, values, sums = _votes(levels, things.places, weights)
    total = np.bincount(of_thing, sums, minlength=len(things.names))
    share = np.zeros(len(things.names))
    is_answer = values == answer[of_thing]
    share[of_thing[is_answer]] = (sums / total[of_thing])[is_answer]
    known = (things.places >= 0) & (levels.places >= 0)
    agrees = known & (levels.places == answer[np.maximum(things.places, 0)])
    n_agree = np.bincount(things.places[agrees], minlength=len(things.names))
    sure = (share >= CLEAR) & (n_agree >= ENOUGH)
    right, wrong = [], []
    for thing, value in zip(of_thing[~is_answer], values[~is_answer], strict=True):
        if sure[thing]:
            right.append(Pair(given=things.names[thing], before=levels.names[value], after=levels.names[answer[thing]]))
        elif share[thing] >= HALF:
            wrong.append((things.names[thing], levels.names[value]))
    empty = np.unique(things.places[(things.places >= 0) & (levels.places < 0)])
    right += [Pair(given=things.names[t], before=None, after=levels.names[answer[t]]) for t in empty[sure[empty]]]
    return right, wrong

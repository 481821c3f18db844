"""Cells that break a rule which the rest of the table keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.rules import STRONG, Rule
from mlwright.data.evidence.suspects import Suspects
from mlwright.data.evidence.votes import Votes, votes
from mlwright.data.words import counted, listing
from mlwright.records.cleaning import AnyStep, DoubtPairs, MapPairs, Pair

ENOUGH = 3
ENOUGH_OF_WEAK = 5
FEW_VALUES = 3
MAX_MISSING = 0.3
MAX_PAIRS = 100_000
SURE_TIMES = 10


@dataclass(frozen=True)
class _Judged:
    """What is said of one column, and which of its rows are wrong, and can be repaired."""

    said: Votes
    wrong: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def doubted(self) -> NDArray[np.bool_]:
        """The rows that are wrong and cannot be repaired."""
        return self.wrong & ~self.right


class BrokenRules(Cure):
    """One column, or two together, determine another (a postal code its town), and a cell says otherwise, or nothing.

    Which columns determine which is found in the data: the measure is corrected for chance, and columns whose
    deviations come again and again in the same form are not trusted, because those are exceptions and not errors.
    A cell is wrong if a trusted rule clearly says another value, in a group of the other rows, and no rule speaks for
    the value that is there. It is repaired if all that speak say one value, and two rules say it, or `ENOUGH` rows of
    one; if the value that is there looks misspelled, only into what it may have been. A rule weaker than `STRONG` needs
    `ENOUGH_OF_WEAK` rows, and says nothing of a column of `FEW_VALUES` by itself: what is rare there is natural. Where
    two cells of a row break each other's rule and nothing else tells which of them is wrong, both are doubted, or only
    the one whose column holds `SURE_TIMES` as many errors that are certain. A missing cell is filled on the same
    evidence where at most `MAX_MISSING` of the column are missing; it may be meant to be missing elsewhere.
    """

    title = "Cells that break a rule of the table"
    about = "meaning"
    turn = 50

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each column the repairs, by the column that they follow from, then the doubts."""
        suspects = Suspects(cells)
        judged = [_Judged(said, *_judged(cells, suspects, said)) for said in votes(cells, suspects)]
        for found in _less_sure_left_out(cells, judged):
            for rule, pairs in _pairs(cells, found.said, found.right).items():
                yield self._repair(found.said.rules[rule], pairs)
            for rule, doubted in _pairs(cells, found.said, found.doubted).items():
                yield self._doubt(found.said.rules[rule], doubted)

    def _repair(self, rule: Rule, pairs: list[Pair]) -> MapPairs:
        filled = sum(pair.before is None for pair in pairs)
        told = [_breaking(len(pairs) - filled)] if filled < len(pairs) else []
        told += [f"beside {counted(filled, 'value')} of {rule.given.told} it is missing"] if filled else []
        reason = (
            f"{_determines(rule)} {rule.name!r} (strength {rule.strength:.2f} of 1); {listing(told)}, and no "
            "other column speaks for what is there."
        )
        return MapPairs(
            column=rule.name,
            cure=self.name,
            level="repair",
            reason=reason,
            given=rule.given.names[0],
            also=_also(rule),
            pairs=tuple(pairs),
        )

    def _doubt(self, rule: Rule, pairs: list[Pair]) -> DoubtPairs:
        reason = (
            f"{_determines(rule)} {rule.name!r} (strength {rule.strength:.2f} of 1); "
            f"{_breaking(len(pairs))}, and which value is right is not certain."
        )
        return DoubtPairs(
            column=rule.name,
            cure=self.name,
            level="doubt",
            reason=reason,
            given=rule.given.names[0],
            also=_also(rule),
            pairs=tuple((*(v for v in (pair.given, pair.also) if v is not None), pair.before) for pair in pairs),
        )

    @staticmethod
    def speaks() -> Specimen:
        """Postal codes with their towns; one row has another town, in one the town is missing."""
        codes = [f"{10001 + n % 12}" for n in range(120)]
        towns = [f"{'ABCDEFGHIJKL'[n % 12]}ville" for n in range(120)]
        return {"zip": codes, "town": [*towns[:-2], "Aville", None]}

    @staticmethod
    def quiet() -> Specimen:
        """A town of the same name in two states, and ages that tell nothing."""
        towns = [f"{'ABCDEFGHIJKL'[n % 12]}ville" for n in range(120)]
        states = ["ME" if n % 36 == 0 else ("OR", "TX", "WA")[n % 3] for n in range(120)]
        return {"town": towns, "state": states, "age": [20 + (7 * n) % 41 for n in range(120)]}


def _also(rule: Rule) -> str | None:
    """The second column of the key, if there is one."""
    return rule.given.names[1] if len(rule.given.names) > 1 else None


def _breaking(n: int) -> str:
    """Different values that break a rule, as words; each may stand in several cells."""
    return f"{counted(n, 'different value breaks', 'different values break')} this rule"


def _determines(rule: Rule) -> str:
    return f"{rule.given.told} {'determines' if len(rule.given.names) == 1 else 'together determine'}"


def _judged(cells: Cells, suspects: Suspects, said: Votes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are wrong, and which of them can be repaired."""
    levels = cells.levels(said.name)
    missing = levels.places < 0
    often_missing = missing.mean() > MAX_MISSING
    wrong = (said.n_against > 0) & (said.n_for == 0) & ~(missing & often_missing)
    is_weak = np.array([rule.strength < STRONG for rule in said.rules])[said.rule] & (said.n_clear < 2)
    if len(levels.names) <= FEW_VALUES:
        wrong &= ~is_weak
    enough = np.where(is_weak, ENOUGH_OF_WEAK, ENOUGH)
    right = wrong & (said.value >= 0) & (said.n_clear > 0) & ((said.n_rows >= enough) | (said.n_clear >= 2))
    wrong &= ~missing | right
    for row in np.flatnonzero(right & ~missing):
        may_be = suspects.targets(said.name, int(levels.places[row]))
        right[row] = not may_be or int(said.value[row]) in may_be
    return wrong, right


def _less_sure_left_out(cells: Cells, judged: list[_Judged]) -> Iterator[_Judged]:
    """Where two cells break each other's rule: no doubt about the one in whose column far fewer errors are certain."""
    n_sure = {
        found.said.name: int((found.right & (cells.levels(found.said.name).places >= 0)).sum()) for found in judged
    }
    by_name = {found.said.name: found for found in judged}
    for found in judged:
        kept = found.wrong.copy()
        for place, rule in enumerate(found.said.rules):
            other = by_name.get(rule.given.names[0])
            if other is None or n_sure[other.said.name] < SURE_TIMES * (n_sure[found.said.name] + 1):
                continue
            kept &= ~(found.doubted & other.doubted & (found.said.rule == place))
        yield replace(found, wrong=kept)


def _pairs(cells: Cells, said: Votes, rows: NDArray[np.bool_]) -> dict[int, list[Pair]]:
    """What is to be changed by the rule that it follows from; only what holds in all rows of that pair of values.

    That is the rule with the strongest group; where its pair of values is right in another row, another rule that says
    the same.
    """
    found: dict[int, list[Pair]] = defaultdict(list)
    left = rows.copy()
    for strongest in (True, False):
        for place in range(len(said.rules)):
            mine = left & (said.rule == place) if strongest else left & (said.says[place] == said.value)
            if mine.any():
                first, same = _held_alike(cells, said, place, mine, rows)
                left &= ~same
                found[place] += [_pair(cells, said, place, row) for row in first[:MAX_PAIRS]]
    return {place: pairs for place, pairs in found.items() if pairs}


def _held_alike(
    cells: Cells, said: Votes, place: int, mine: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The first rows of the pairs of values that mean the same wherever they stand, and all rows of these pairs."""
    levels, given = cells.levels(said.name), said.rules[place].given
    keys = given.places * (len(levels.names) + 1) + levels.places + 1
    chosen, first = np.unique(keys[mine], return_index=True)
    first = np.flatnonzero(mine)[first]
    at = np.minimum(np.searchsorted(chosen, keys), len(chosen) - 1)
    held = (given.places >= 0) & (chosen[at] == keys)
    spoils = held & ~(rows & (said.value == said.value[first[at]]))
    whole = np.bincount(at[spoils], minlength=len(chosen)) == 0
    return first[whole], held & whole[at]


def _pair(cells: Cells, said: Votes, place: int, row: int) -> Pair:
    levels, value = cells.levels(said.name), int(said.value[row])
    beside = [cells.levels(name).of(row) or "" for name in said.rules[place].given.names]
    return Pair(
        given=beside[0],
        also=beside[1] if beside[1:] else None,
        before=levels.of(row),
        after=levels.names[value] if value >= 0 else "",
    )

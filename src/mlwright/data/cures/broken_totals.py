"""Columns of which one is the sum of others in nearly all rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, listing, percent
from mlwright.records.cleaning import AnyStep, DoubtSum, FillSum
from mlwright.scoring.actions import SUM_TOLERANCE
from mlwright.scoring.spelling import to_number_array

HOLDS = 0.9
LEAST_ROWS = 50
LEAST_DISTINCT = 20
MAX_NUMBERS = 40
MOST_FOR_THREE = 16
N_TRIED = 80
LEAST_USED = 0.2
LEAST_USED_PARTS = 2

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Sum:
    """A column that is the sum of others, in which share of the rows that have all of them."""

    whole: str
    parts: tuple[str, ...]
    share: float


class BrokenTotals(Cure):
    """A total that is not the sum of its parts is doubted; a missing part or total is what is missing to the sum.

    Two or three columns make up another one if they do so in `HOLDS` of at least `LEAST_ROWS` rows that have all of
    them, with `LEAST_DISTINCT` different totals and two parts used (not 0) in `LEAST_USED` of the rows each; chance
    does not make nine of ten rows agree. Of several sums for one total the one that holds most often counts. Which of
    the numbers is wrong where a sum is broken cannot be told; the total is named.
    """

    title = "Totals that are not the sum of their parts"
    about = "meaning"
    turn = 52

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each total the missing cells that it tells, then the doubt."""
        numbers = _numbers(cells)
        for found in _sums(numbers):
            names = (found.whole, *found.parts)
            told = (
                f"{found.whole!r} is the sum of {listing(map(repr, found.parts))} in {percent(found.share)} of the rows"
            )
            gaps = {name: np.isnan(numbers[name]) for name in names}
            alone = np.sum([*gaps.values()], axis=0) == 1
            for name in names:
                if n := int((gaps[name] & alone).sum()):
                    reason = f"{told}; {counted(n, 'value')} of {name!r} {'is' if n == 1 else 'are'} missing beside it."
                    yield FillSum(
                        column=name,
                        cure=self.name,
                        level="repair",
                        reason=reason,
                        whole=found.whole,
                        parts=found.parts,
                    )
            if n := int(_is_broken(numbers, found.whole, found.parts).sum()):
                breaks = f"{counted(n, 'row breaks', 'rows break')} it"
                reason = f"{told}; {breaks}, and which number is wrong is not certain."
                yield DoubtSum(column=found.whole, cure=self.name, level="doubt", reason=reason, parts=found.parts)

    @staticmethod
    def speaks() -> Specimen:
        """A total that is wrong, and one that is missing."""
        return _bills(wrong=(7,), missing=(20,))

    @staticmethod
    def quiet() -> Specimen:
        """Totals that are right."""
        return _bills(wrong=(), missing=())


def _bills(wrong: tuple[int, ...], missing: tuple[int, ...]) -> Specimen:
    net, tax = [100 + 37 * n % 911 for n in range(90)], [5 + 13 * n % 97 for n in range(90)]
    gross = [a + b + 1000 * (n in wrong) for n, (a, b) in enumerate(zip(net, tax, strict=True))]
    return {"net": net, "tax": tax, "gross": [None if n in missing else v for n, v in enumerate(gross)]}


def _numbers(cells: Cells) -> dict[str, Numbers]:
    """The first columns of numbers, in the order of their names, so that where they stand does not matter."""
    found = {}
    for name in sorted(cells.names):
        values = cells.columns.by_name[name]
        if not isinstance(values, list) and (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
            found[name] = to_number_array(values)
    return dict(list(found.items())[:MAX_NUMBERS])


def _sums(numbers: dict[str, Numbers]) -> Iterator[_Sum]:
    """For each total the sum that holds most often; a part of a total is no total of the others."""
    taken: set[frozenset[str]] = set()
    totals: list[_Sum] = []
    for whole, values in numbers.items():
        others = [name for name in numbers if name != whole]
        sums = [found for parts in combinations(others, 2) if (found := _sum(numbers, whole, values, parts))]
        wider = {tuple(sorted((*two.parts, name))) for two in sums for name in others if name not in two.parts}
        if len(numbers) <= MOST_FOR_THREE:
            wider |= set(combinations(others, 3))
        sums += [found for parts in sorted(wider) if (found := _sum(numbers, whole, values, parts))]
        if sums:
            totals.append(max(sums, key=lambda found: (found.share, -len(found.parts))))
    for found in sorted(totals, key=lambda found: (-found.share, found.whole)):
        if (columns := frozenset((found.whole, *found.parts))) not in taken:
            taken.add(columns)
            yield found


def _sum(numbers: dict[str, Numbers], whole: str, values: Numbers, parts: tuple[str, ...]) -> _Sum | None:
    known = ~np.isnan(values)
    for part in parts:
        known &= ~np.isnan(numbers[part])
    rows = np.flatnonzero(known)
    few = rows[:: max(1, len(rows) // N_TRIED)]
    if len(rows) < LEAST_ROWS or _share(numbers, whole, parts, few) < HOLDS - 0.1:
        return None
    is_used = sum((numbers[part][rows] != 0).mean() >= LEAST_USED for part in parts) >= LEAST_USED_PARTS
    share = _share(numbers, whole, parts, rows)
    if share < HOLDS or not is_used or len(np.unique(values[rows])) < LEAST_DISTINCT:
        return None
    return _Sum(whole, parts, share)


def _share(numbers: dict[str, Numbers], whole: str, parts: tuple[str, ...], rows: NDArray[np.int64]) -> float:
    return 1.0 - float(_is_broken({n: numbers[n][rows] for n in (whole, *parts)}, whole, parts).mean())


def _is_broken(numbers: dict[str, Numbers], whole: str, parts: tuple[str, ...]) -> NDArray[np.bool_]:
    total = np.sum([numbers[part] for part in parts], axis=0)
    broken: NDArray[np.bool_] = np.abs(numbers[whole] - total) > SUM_TOLERANCE * np.maximum(1.0, np.abs(numbers[whole]))
    return broken

"""Codes that are not written like all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.shapes import by_character, by_run
from mlwright.data.words import counted, listing, percent, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_DISTINCT = 50
USUAL_SHARE = 0.99


class OddPatterns(Check):
    """Codes of which 99 % follow one pattern, and a few do not: another length, a letter among digits.

    Only columns of text in which the usual pattern has a digit, with 50 different values at least. The pattern is that
    of the single characters ("AB-1234": two letters, a dash, four digits), else that of their runs (letters, dash,
    digits). Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Codes that are written unlike the rest"
    action = "Look at these values: a slip, a lost leading zero, another system? mlwright takes each as it is."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [
            column.name
            for column in profile.columns
            if column.kind in ("category", "id") and column.length_max and column.n_distinct >= MIN_DISTINCT
        ]
        names = [name for name in names if name in table.columns]
        if not names:
            raise NotApplicable("there is no column of codes")
        rows = sampled_rows(table, profile)
        found = {name: odd for name in names if (odd := _odd(rows, name))}
        if found:
            told = listing((f"{name} ({odd.told()})" for name, odd in found.items()), 3)
            yield self.found(
                f"In {counted(len(found), 'column')} a few codes are not written like the rest: {told}.",
                *found,
                rows=[row for odd in found.values() for row in odd.rows][:6],
                examples=[value for odd in found.values() for value in odd.values][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two postal codes have lost their leading zero."""
        return Specimen(plain_columns() | {"postcode": _codes(["A-123", "A-77"])})

    @staticmethod
    def quiet() -> Specimen:
        """All postal codes have four digits."""
        return Specimen(plain_columns() | {"postcode": _codes(["A-0123", "A-0077"])})


class Odd(NamedTuple):
    """Values that break the pattern of their column, with one that keeps it and the share of rows that do."""

    values: tuple[str, ...]
    n_rows: int
    rows: list[int]
    usual: str
    share: float

    def told(self) -> str:
        """What it means."""
        few = f"{counted(self.n_rows, 'row')} such as {quoted(self.values, 2)}"
        return f"{few}, where {percent(self.share)} are like '{self.usual}'"


def _odd(rows: Rows, name: str) -> Odd | None:
    names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    return _breaking(rows, name, counts.tolist(), by_character) or _breaking(rows, name, counts.tolist(), by_run)


def _breaking(rows: Rows, name: str, counts: list[int], pattern_of: Callable[[str], str]) -> Odd | None:
    names, places = rows.levels(name)
    patterns = [pattern_of(value) for value in names]
    sizes: Counter[str] = Counter()
    for pattern, n in zip(patterns, counts, strict=True):
        sizes[pattern] += n
    usual, n_usual = sizes.most_common(1)[0]
    total = sum(counts)
    is_varied = len(usual) > 2 and "9" in usual and patterns.count(usual) >= MIN_DISTINCT / 2
    if not is_varied or not USUAL_SHARE * total <= n_usual < total:
        return None
    odd = [place for place, pattern in enumerate(patterns) if pattern != usual and counts[place]]
    where = np.flatnonzero(np.isin(places, odd))
    like = names[patterns.index(usual)]
    values = tuple(names[place] for place in odd[:3])
    return Odd(values, total - n_usual, rows.positions[where[:3]].tolist(), like, n_usual / total)


def _codes(odd: list[str]) -> list[str]:
    codes = [f"A-{1000 + row * 37 % 90:04d}" for row in range(300)]
    codes[40], codes[170] = odd
    return codes

"""Texts that were cut at a limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

LEAST_TEXTS = 10
LEAST_SHARE = 0.01
SHORTEST = 10
LEAST_LENGTHS = 8
TIMES_NEIGHBOURS = 2.5
ERRORS = 4.0
N_NEIGHBOURS = 10


class TruncatedTexts(Check):
    """Many different texts have exactly the greatest length there is, as if what lies beyond had been cut off.

    Ten of them and 1 % of the different texts at least, and 2.5 times as many as the fullest of the ten lengths below,
    by four standard errors (Poisson), the next one left out, as a text that was cut behind a blank may have lost it;
    the length must be ten characters or more, and eight different lengths must occur. Lengths of texts thin out towards
    the longest, so chance does not heap them there. Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Texts that were cut off"
    action = "Get the whole texts if they can be had; what was cut cannot be learned from."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        texts = [c for c in profile.columns if (c.length_max or 0) >= SHORTEST and c.name in table.columns]
        names = [column.name for column in texts if column.kind in ("text", "category", "id")]
        if not names:
            raise NotApplicable("there is no column of texts")
        rows = sampled_rows(table, profile)
        for name in names:
            levels, places = rows.levels(name)
            lengths = np.array([len(level) for level in levels])
            if (n := _n_cut(lengths)) is not None:
                at_limit = lengths == lengths.max()
                where = np.flatnonzero((places >= 0) & at_limit[places])
                yield self.found(
                    f"{counted(n, 'text')} of '{name}' ({percent(n / len(levels))} of the different ones) have exactly "
                    f"{lengths.max()} characters, the most there are; lengths just below come far less often.",
                    name,
                    rows=rows.positions[where[:5]].tolist(),
                    examples=[level[-40:] for level, cut in zip(levels, at_limit, strict=True) if cut][:3],
                )

    @staticmethod
    def speaks() -> Specimen:
        """Remarks end after 30 characters."""
        return Specimen(plain_columns() | {"remark": [text[:30] for text in _remarks()]})

    @staticmethod
    def quiet() -> Specimen:
        """Remarks end where they end."""
        return Specimen(plain_columns() | {"remark": _remarks()})


def _n_cut(lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int | None:
    """How many different texts have the greatest length, if that looks like a limit."""
    if len(lengths) < LEAST_TEXTS or lengths.max() < SHORTEST:
        return None
    counts = np.bincount(lengths)
    n, below = int(counts[-1]), counts[max(0, len(counts) - 2 - N_NEIGHBOURS) : -2]
    fullest = int(below.max(initial=0))
    often = max(TIMES_NEIGHBOURS * fullest, fullest + ERRORS * np.sqrt(n + fullest) if fullest else 0)
    is_heap = n >= max(LEAST_TEXTS, LEAST_SHARE * len(lengths), often)
    return n if is_heap and np.count_nonzero(counts) >= LEAST_LENGTHS else None


def _remarks() -> list[str]:
    rng = np.random.default_rng(0)
    words = ["parcel", "was", "late", "again", "and", "nobody", "called", "us", "back", "today"]
    return [" ".join(rng.choice(words, rng.integers(1, 14))) for _ in range(300)]

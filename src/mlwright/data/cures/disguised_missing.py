"""Values that stand for "missing"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from mlwright.data.compute.figures import Figures
from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.missing import SENTINELS, is_sentinel, missing_words, suspects
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MarkMissing
from mlwright.scoring.columns import Column
from mlwright.scoring.spelling import to_number, to_number_array

N_TOP = 200
ARE_NUMBERS = 0.95


class DisguisedMissing(Cure):
    """Words such as ``N/A`` and ``?``, and numbers such as -999 that cannot belong to the rest, become missing.

    Such numbers are looked for in text, too, where `ARE_NUMBERS` of the values are numbers. Words that tell something
    ("unknown", "none") stay: they are values of their own. Where one word is the only way in
    which the whole table says that something is missing, it is the table's way, and nothing is wrong.
    """

    title = "Disguised missing values"
    about = "writing"
    turn = 20

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        found = {name: words for name in cells.names if (words := _words(cells, name))}
        is_usual = len({word for words in found.values() for word in words}) == 1 and not _has_gaps(cells)
        for name, words in found.items():
            levels = cells.levels(name)
            n = sum(int(levels.counts[levels.place_of[word]]) for word in words)
            reason = f"{quoted(words)} {'stand' if len(words) > 1 else 'stands'} for a missing value"
            share = f"{counted(n, 'cell')} of {levels.n_known:,}"
            yield MarkMissing(
                column=name,
                cure=self.name,
                level="type" if is_usual else "spelling",
                reason=f"{reason} in {share}.",
                codes=tuple(words),
            )

    @staticmethod
    def speaks() -> Specimen:
        """A question mark among colours, -999 among ages."""
        return {"colour": ["red", "?", "blue", "N/A"] * 20, "age": [31, 44, 27, -999] * 5 + list(range(20, 80))}

    @staticmethod
    def quiet() -> Specimen:
        """Signs, country codes, and temperatures below zero."""
        return {
            "sign": ["+", "-"] * 40,
            "country": ["NA", "UK", "EU", "JP"] * 20,
            "celsius": [float(t) for t in range(-40, 40)],
        }


def _has_gaps(cells: Cells) -> bool:
    return any((cells.levels(name).places < 0).any() for name in cells.names)


def _words(cells: Cells, name: str) -> Sequence[str]:
    if name in cells.texts:
        levels = cells.levels(name)
        return (*missing_words(levels.names), *_sentinels(levels))
    return _sentinels(cells.levels(name)) if _may_end_in_sentinel(cells.columns.by_name[name]) else ()


def _may_end_in_sentinel(values: Column) -> bool:
    """Whether the least or the largest number is one that people write for "missing"; other columns are not spelled."""
    if isinstance(values, list) or not (pa.types.is_floating(values.type) or pa.types.is_integer(values.type)):
        return True
    numbers = to_number_array(values)
    finite = numbers[np.isfinite(numbers)]
    return len(finite) > 0 and not SENTINELS.isdisjoint({float(finite.min()), float(finite.max())})


def _sentinels(levels: Levels) -> tuple[str, ...]:
    """Numbers that cannot belong to the rest, where nearly all values are numbers."""
    numbers = np.array([to_number(name) for name in levels.names])
    known = ~np.isnan(numbers)
    if known.sum() < 2 or levels.counts[known].sum() < ARE_NUMBERS * levels.n_known:
        return ()
    order = np.argsort(-levels.counts * known, kind="stable")[:N_TOP]
    top = [(levels.names[place], int(levels.counts[place])) for place in order if known[place]]
    found = suspects(_figures(numbers[known], levels.counts[known]), top)
    rest = ~np.isin(np.array(levels.names), found) & known
    left = _figures(numbers[rest], levels.counts[rest])
    return tuple(code for code in found if is_sentinel(code, top, left))


def _figures(
    numbers: np.ndarray[tuple[int], np.dtype[np.float64]], counts: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Figures:
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return Figures(n=0, n_distinct=0)
    return Figures(
        n=int(counts.sum()), n_distinct=len(numbers), minimum=float(finite.min()), maximum=float(finite.max())
    )

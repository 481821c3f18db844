"""The words of a text column, and the rows that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows

LONGEST_READ = 2_000
"""Characters of a text that are looked at."""

_words = re.compile(r"[^\W\d_][\w'’]*[^\W_]|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]").findall


class Terms:
    """Words that come in at least `least` rows, whatever their case.

    Parameters
    ----------
    rows : Rows
    name : str
        A column of text.
    least : int
    """

    def __init__(self, rows: Rows, name: str, least: int) -> None:
        levels = rows.levels(name)
        words = [sorted({word.casefold() for word in _words(text[:LONGEST_READ])}) for text in levels.names]
        ids: dict[str, int] = {}
        flat = np.array([ids.setdefault(word, len(ids)) for word in chain.from_iterable(words)], dtype=np.int64)
        ends = np.cumsum([len(each) for each in words], dtype=np.int64)
        starts = np.concatenate([[0], ends[:-1]]) if len(words) else np.empty(0, dtype=np.int64)
        known = np.flatnonzero(levels.places >= 0)
        of_row = levels.places[known]
        lengths = (ends - starts)[of_row] if len(words) else np.empty(0, dtype=np.int64)
        inside = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        self.n_rows = len(rows)
        self._rows = np.repeat(known, lengths)
        self._terms = flat[np.repeat(starts[of_row], lengths) + inside]
        counts = np.bincount(self._terms, minlength=len(ids))
        self._names = list(ids)
        self.frequent = [int(term) for term in np.argsort(-counts, kind="stable") if counts[term] >= least]

    def name(self, term: int) -> str:
        """The word."""
        return self._names[term]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each word, the sum of the values over the rows that hold it."""
        return np.bincount(self._terms, values[self._rows], len(self._names)).astype(np.float64)

    def holds(self, term: int) -> NDArray[np.bool_]:
        """Which rows hold a word."""
        found = np.zeros(self.n_rows, dtype=bool)
        found[self._rows[self._terms == term]] = True
        return found

    def __iter__(self) -> Iterator[str]:
        return (self._names[term] for term in self.frequent)

"""Names and words that one table holds and another lacks, and the chance of that."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mlwright.data.cells.vocabulary import words_of
from mlwright.data.words import percent
from mlwright.records.looks import Cells
from mlwright.scoring.spelling import spelled


class NewNames(NamedTuple):
    """Names, or words, that the second table alone holds: by what chance, in what share of its rows, and the first.

    `least` is the chance that it would be if all new rows held one such name: with few rows that is no small one.
    """

    chance: float
    share: float
    first: str
    least: float

    def words(self, cells: Cells) -> str:
        """As a sentence."""
        if cells.sort == "words":
            return f"{percent(self.share)} of the texts hold {self.first!r}, which none held before."
        return f"{percent(self.share)} of the values are new names, such as {self.first!r}."


class Named(NamedTuple):
    """In how many of the rows each name or word stands, and how many rows there are."""

    counts: Counter[str]
    n_rows: int
    are_words: bool


def new_names(then: Named, now: Named) -> NewNames:
    """The share of the new rows that hold a name which the old ones lack, and the chance of that.

    If both came from the same source, all `m` rows of a name are new ones with a chance of ``q ** m`` at most, where
    `q` is the share of new rows among all. The chance is that of the most frequent such name, times the number of
    names. A text has many words: there the share is that of the most frequent alone.
    """
    lacking = {name: n for name, n in now.counts.items() if not then.counts[name]}
    q = now.n_rows / (then.n_rows + now.n_rows)
    least = min(1.0, (len(then.counts) + 1) * q**now.n_rows)
    if not lacking:
        return NewNames(1.0, 0.0, "", least)
    first = max(lacking, key=lambda name: (lacking[name], name))
    n_names = len(set(then.counts) | set(now.counts))
    n_rows = lacking[first] if now.are_words else sum(lacking.values())
    return NewNames(min(1.0, n_names * q ** lacking[first]), n_rows / now.n_rows, first, least)


def names_in(values: pa.ChunkedArray) -> Named:
    """The names of a column."""
    names = spelled(values)
    counts = np.bincount(names.places[names.places >= 0], minlength=len(names.levels)).tolist()
    return Named(Counter(dict(zip(names.levels, counts, strict=True))), len(values), are_words=False)


def words_in(values: pa.ChunkedArray) -> Named:
    """The words of a column of texts, each once a text."""
    return Named(Counter(word for words in words_of(values) for word in set(words)), len(values), are_words=True)

"""How much is learned of texts in the time that there is: all terms, words alone, or nothing of some columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from mlwright.data.words import quoted
from mlwright.learning.features.text import (
    FEWEST_DENSE,
    FEWEST_PROJECTED,
    FEWEST_TERMS,
    NONE,
    Size,
    mean_length,
    n_read,
)

WORD_S, GRAMS_S, DIRECTION_S = 1.0e-7, 2.5e-7, 5e-9
"""Of a quiet machine, for each character of a text: to count its words, its runs of characters, and for each of the
dense numbers that are learned from it."""
GRAMS_WEIGH = 6.0
"""So many times as many terms has a text whose runs of characters are terms too."""
READINGS = 1.5
"""How often all texts are read: by the search, and those of the test."""
EXTRA_DIRECTIONS = 10
TRUST_S = 0.5
"""The guesses are corrected by what the texts before took, as if so many seconds had been guessed rightly."""
PLAIN = Size((1, 1), NONE, FEWEST_TERMS, 0, FEWEST_DENSE, FEWEST_PROJECTED)
"""The least that is worth learning of a text."""


@dataclass
class TextTime:
    """Shares some seconds among the texts that are still to be learned, by their length.

    Parameters
    ----------
    seconds : float
        From now on, for learning the terms of all texts and for reading all rows by them; infinite for all there is.
    n_waiting : float
        Characters of all texts that wait.
    paced : callable
        From seconds of a quiet machine to those of this one.
    rows_for_one : float
        Rows that will be read for each that is learned from.

    Attributes
    ----------
    plain, left_out : list of str
        Columns of which words alone were learned, and nothing.
    """

    seconds: float = math.inf
    n_waiting: float = 0.0
    paced: Callable[[float], float] = float
    rows_for_one: float = 1.0
    plain: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ends = monotonic() + self.seconds
        self._guessed_s = self._took_s = self._promised_s = 0.0
        self._has_begun = False

    def best(self, name: str, rich: Size, texts: Sequence[str]) -> Size | None:
        """The richest way to learn a column that leaves as much for each character of those behind; None if none does.

        Of the first one words are learned at least: texts may be all that there is.

        Parameters
        ----------
        name : str
            Of the column.
        rich : Size
            What would be learned with time enough.
        texts : sequence of str
        """
        if math.isinf(self.seconds):
            return rich
        n_characters = float(sum(map(len, texts)))
        share = n_characters / max(self.n_waiting, n_characters, 1.0)
        self.n_waiting -= n_characters
        allowed_s = share * (self._ends - monotonic() - self._promised_s)
        for size in (rich, PLAIN):
            learned_s = self._corrected(self.paced(_learning_s(size, texts)))
            read_s = self._corrected(self.paced(self._n_readings * n_characters * _character_s(size)))
            if learned_s + read_s <= allowed_s:
                self._promised_s += read_s
                if size is not rich:
                    self.plain.append(name)
                return size
        (self.left_out if self._has_begun else self.plain).append(name)
        return None if self._has_begun else PLAIN

    def took(self, size: Size, texts: Sequence[str], seconds: float) -> None:
        """What learning a column took."""
        self._has_begun = True
        self._guessed_s += self.paced(_learning_s(size, texts))
        self._took_s += seconds

    def sentences(self) -> Sequence[str]:
        """What there was no time for, as sentences."""
        found = []
        if self.plain:
            found.append(f"Of {quoted(self.plain)} there was time for words alone; a longer train.budget reads all.")
        if self.left_out:
            found.append(
                f"There was no time for the words of {quoted(self.left_out)}; a longer train.budget uses them."
            )
        return found

    @property
    def _n_readings(self) -> float:
        return READINGS * self.rows_for_one

    def _corrected(self, seconds: float) -> float:
        return seconds * (self._took_s + TRUST_S) / (self._guessed_s + TRUST_S)


def _character_s(size: Size) -> float:
    return WORD_S * size.word_ngrams[1] / 2 + (GRAMS_S if size.char_ngrams != NONE else 0.0)


def _learning_s(size: Size, texts: Sequence[str]) -> float:
    """To count all terms, and to work out the directions of some texts."""
    weigh, length = GRAMS_WEIGH if size.char_ngrams != NONE else 1.0, mean_length(texts)
    direction_s = weigh * DIRECTION_S * length * min(len(texts), size.n_projected)
    counted_s = _character_s(size) * length * min(len(texts), n_read(texts))
    return counted_s + (size.n_dense + EXTRA_DIRECTIONS) * direction_s

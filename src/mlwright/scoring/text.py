"""Text as numbers: TF-IDF of word and character n-grams, and a dense projection of it.

A text is lowercased. Words are runs of letters, digits and underscores; word n-grams are joined by one space.
Character n-grams are taken within what stands between white space, with one space before and behind it. The weight
of a term in a text is ``(1 + ln(count)) * idf``, and the weights of one text have the Euclidean length 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mlwright.records.model import TextColumn

WORD = "w:"
CHARACTERS = "c:"
LONGEST_PIECE = 64
"""Characters of one piece between white space that are looked at: an address or a blob says no more than that."""

REMEMBERED_PIECES = 200_000

_words = re.compile(r"\w+").findall


def word_grams(text: str, sizes: tuple[int, int]) -> Iterator[str]:
    """The word n-grams of a lowercased text; `sizes` are the shortest and the longest n, (0, 0) for none.

    >>> list(word_grams("to be, or not", (1, 2)))
    ['to', 'be', 'or', 'not', 'to be', 'be or', 'or not']
    """
    shortest, longest = sizes
    if longest == 0:
        return
    words = _words(text)
    for n in range(shortest, longest + 1):
        if n == 1:
            yield from words
        else:
            yield from map(" ".join, zip(*(words[start:] for start in range(n)), strict=False))


def character_grams(piece: str, sizes: tuple[int, int]) -> Iterator[str]:
    """The character n-grams of one piece between white space.

    >>> list(character_grams("art", (3, 4)))
    [' ar', 'art', 'rt ', ' art', 'art ']
    """
    shortest, longest = sizes
    if longest == 0:
        return
    padded = f" {piece[:LONGEST_PIECE]} "
    for n in range(shortest, min(longest, len(padded)) + 1):
        for start in range(len(padded) - n + 1):
            yield padded[start : start + n]


class TextEncoder:
    """One text column of an encoding plan.

    Parameters
    ----------
    column : TextColumn
    idf : array of float, shape (n_terms,)
    projection : array of float, shape (n_terms, n_dense), optional
    """

    def __init__(
        self, column: TextColumn, idf: NDArray[np.floating], projection: NDArray[np.floating] | None = None
    ) -> None:
        self.column = column
        self._idf = idf.astype(np.float64)
        self._projection = None if projection is None else np.ascontiguousarray(projection, dtype=np.float32)
        self._word_places = _places(column.terms, WORD)
        self._character_places = _places(column.terms, CHARACTERS)
        self._of_piece: dict[str, tuple[int, ...]] = {}

    def sparse(self, texts: Sequence[str | None]) -> csr_matrix:
        """Weights of the terms, float32, shape (n_texts, n_terms); a missing text has none."""
        found = [self._terms(text.lower()) if text else [] for text in texts]
        starts = np.zeros(len(found) + 1, dtype=np.int32)
        np.cumsum([len(terms) for terms in found], out=starts[1:])
        places = np.fromiter((term for terms in found for term in terms), dtype=np.int32, count=starts[-1])
        counts = csr_matrix((np.ones(len(places)), places, starts), shape=(len(texts), len(self.column.terms)))
        counts.sum_duplicates()
        return self._weighted(counts)

    def dense(self, sparse: csr_matrix, texts: Sequence[str | None]) -> NDArray[np.float32]:
        """The projection of `sparse`, shape (n_texts, n_dense); NaN where the text is missing."""
        assert self._projection is not None
        numbers = cast("NDArray[np.float32]", sparse @ self._projection)
        numbers[[text is None for text in texts]] = np.nan
        return numbers

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        weights = (1.0 + np.log(counts.data)) * self._idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, weights * weights, minlength=counts.shape[0]))
        counts.data = (weights / lengths[rows]).astype(np.float32)
        return counts

    def _terms(self, text: str) -> list[int]:
        """The places of all known terms of a lowercased text, as often as they occur."""
        places = self._word_places
        found = [places[gram] for gram in word_grams(text, self.column.word_ngrams) if gram in places]
        if self._character_places:
            for piece in text.split():
                known = self._of_piece.get(piece)
                found.extend(self._look_up(piece) if known is None else known)
        return found

    def _look_up(self, piece: str) -> tuple[int, ...]:
        """The character n-grams of one piece, remembered: most pieces come again."""
        places = self._character_places
        grams = character_grams(piece, self.column.char_ngrams)
        known = tuple(places[gram] for gram in grams if gram in places)
        if len(self._of_piece) < REMEMBERED_PIECES:
            self._of_piece[piece] = known
        return known


def _places(terms: Sequence[str], sort: str) -> dict[str, int]:
    """The place of each term of one sort, without its prefix."""
    return {term[len(sort) :]: place for place, term in enumerate(terms) if term.startswith(sort)}

"""Text as numbers: TF-IDF of word and character n-grams, and a dense projection of it.

A text is lowercased. Words are runs of letters, digits and underscores; word n-grams are joined by one space.
Character n-grams are taken within what stands between white space, with one space before and behind it. The weight
of a term in a text is ``(1 + ln(count)) * idf``, and the weights of one text have the Euclidean length 1.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
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
    """All text columns of an encoding plan.

    Every text of every row is a document of its own, and the documents of a row stand one behind the other; so one
    sparse matrix serves all columns, and a row of it is read as a row of the table by leaving out the borders between
    its documents.

    Parameters
    ----------
    columns : sequence of TextColumn
    arrays : mapping of str to array
        The arrays that the columns name.
    """

    def __init__(self, columns: Sequence[TextColumn], arrays: Mapping[str, NDArray[np.floating]]) -> None:
        self.columns = columns
        starts = np.cumsum([0, *(len(column.terms) for column in columns)])
        self._terms = [_Terms(column, int(start)) for column, start in zip(columns, starts[:-1], strict=True)]
        self._n_terms = int(starts[-1])
        self._idf = np.concatenate([arrays[column.idf] for column in columns]).astype(np.float64)
        width = max(column.n_dense for column in columns)
        self._projection = np.zeros((self._n_terms, width), dtype=np.float32)
        for column, start in zip(columns, starts[:-1], strict=True):
            if column.projection:
                projection = arrays[column.projection]
                self._projection[start : start + len(projection), : column.n_dense] = projection
        self._has_dense = np.arange(width) < np.array([[column.n_dense] for column in columns])

    def encode(self, texts: Sequence[Sequence[str | None]]) -> tuple[csr_matrix, NDArray[np.float32]]:
        """The texts of each column as numbers.

        Parameters
        ----------
        texts : sequence of sequence of str or None
            For each column one text a row.

        Returns
        -------
        sparse : csr_matrix of float32, shape (n_rows, n_terms)
            Weights of the terms of all columns; none for a missing text.
        dense : array of float32, shape (n_rows, n_dense)
            The projections of all columns, side by side; NaN where the text is missing.
        """
        documents = list(chain.from_iterable(zip(*texts, strict=True)))
        weights = self._weighted(self._counted(documents))
        dense = cast("NDArray[np.float32]", weights @ self._projection)
        dense[[text is None for text in documents]] = np.nan
        n_rows, n_columns = len(documents) // len(self.columns), len(self.columns)
        borders = weights.indptr[::n_columns]
        sparse = csr_matrix((weights.data, weights.indices, borders), shape=(n_rows, self._n_terms))
        return sparse, dense.reshape(n_rows, n_columns, dense.shape[1])[:, self._has_dense]

    def _counted(self, documents: Sequence[str | None]) -> csr_matrix:
        """How often each term is in each document."""
        places, borders = array("i"), array("i", [0])
        for number, text in enumerate(documents):
            if text:
                self._terms[number % len(self._terms)].add_places(text.lower(), places)
            borders.append(len(places))
        found, ends = np.frombuffer(places, dtype=np.int32), np.frombuffer(borders, dtype=np.int32)
        counts = csr_matrix((np.ones(len(found)), found.copy(), ends.copy()), shape=(len(documents), self._n_terms))
        counts.sum_duplicates()
        return counts

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        weights = (1.0 + np.log(counts.data)) * self._idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, weights * weights, minlength=counts.shape[0]))
        counts.data = (weights / lengths[rows]).astype(np.float32)
        return counts


class _Terms:
    """The terms of one text column and their places; the first has the place `start`."""

    def __init__(self, column: TextColumn, start: int) -> None:
        self.column = column
        self._of_words = _places(column.terms, WORD, start)
        self._of_characters = _places(column.terms, CHARACTERS, start)
        self._of_piece: dict[str, tuple[int, ...]] = {}

    def add_places(self, text: str, found: array[int]) -> None:
        """Add the places of all known terms of a lowercased text to `found`, as often as they occur."""
        places = self._of_words
        found.extend([places[gram] for gram in word_grams(text, self.column.word_ngrams) if gram in places])
        if self._of_characters:
            for piece in text.split():
                known = self._of_piece.get(piece)
                found.extend(self._look_up(piece) if known is None else known)

    def _look_up(self, piece: str) -> tuple[int, ...]:
        """The character n-grams of one piece, remembered: most pieces come again."""
        places = self._of_characters
        grams = character_grams(piece, self.column.char_ngrams)
        known = tuple(places[gram] for gram in grams if gram in places)
        if len(self._of_piece) < REMEMBERED_PIECES:
            self._of_piece[piece] = known
        return known


def _places(terms: Sequence[str], sort: str, start: int) -> dict[str, int]:
    """The place of each term of one sort, without its prefix."""
    return {term[len(sort) :]: place for place, term in enumerate(terms, start) if term.startswith(sort)}

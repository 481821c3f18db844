"""Categories of many names that are phrases or share parts: their words and letters say what a rare name is like.

A job title that was seen once, ``"Senior Mechanic II"``, is no level; its terms still tell that it is like
``"Mechanic II"``. The column stays a category besides.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.learning.features.category import COUNTED_LEVELS, MAX_LEVELS, least_count
from mlwright.learning.features.text import Size, read_texts
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import spelled

MANY_PHRASES = 100
PHRASE_WORDS = 1.5
RARE_SHARE = 0.1

SIZE = Size(word_ngrams=(1, 2), char_ngrams=(2, 4), n_word_terms=2000, n_char_terms=3000, n_dense=24)


def phrases(column: ColumnProfile, values: pa.Array) -> list[str] | None:
    """A category's names row by row, or None if the names as such say all that there is to know."""
    names, places = spelled(values)
    known = np.array([name not in column.missing_codes and not _is_number(name) for name in names], dtype=bool)
    counts = np.bincount(places[places >= 0], minlength=len(names))[known]
    if len(counts) <= COUNTED_LEVELS:
        return None
    n_words = np.array([len(name.split()) for name in names])[known].mean()
    many_phrases = len(counts) >= MANY_PHRASES and n_words >= PHRASE_WORDS
    if not many_phrases and _rare_share(counts, len(values)) < RARE_SHARE:
        return None
    return read_texts(column, values)


def _is_number(name: str) -> bool:
    return not any(letter.isalpha() for letter in name)


def _rare_share(counts: np.ndarray[tuple[int], np.dtype[np.intp]], n_rows: int) -> float:
    """Share of the rows whose name is too rare to be a level."""
    kept = np.sort(counts[counts >= least_count(n_rows)])[::-1][:MAX_LEVELS]
    return 1.0 - float(kept.sum() / counts.sum())

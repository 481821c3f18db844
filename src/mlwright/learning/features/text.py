"""Text: the terms that are worth knowing, their weights, and a few dense numbers that stand for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mlwright.records.model import TextColumn
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.readers import TextReader
from mlwright.scoring.text import CHARACTERS, WORD, TextEncoder, character_grams, word_grams

Pair = tuple[int, int]
NONE: Pair = (0, 0)

SHORT_TEXT = 300
"""Character n-grams are taken where the mean text is no longer than this."""

MANY_TEXTS = 4
"""More columns of text than that share the terms and the dense numbers that so many would have."""
FEWEST_TERMS, FEWEST_DENSE, FEWEST_PROJECTED = 500, 8, 1_000
READ_ROWS = 50_000
READ_CHARACTERS = 20_000_000
PROJECTED_ROWS = 20_000


@dataclass(frozen=True)
class Size:
    """How large the learned terms may get.

    Parameters
    ----------
    word_ngrams, char_ngrams : pair of int
    n_word_terms, n_char_terms : int
        At most that many, the most frequent first.
    n_dense : int
        At most that many dense numbers.
    n_projected : int
        They are learned from at most that many texts.
    """

    word_ngrams: Pair
    char_ngrams: Pair
    n_word_terms: int
    n_char_terms: int
    n_dense: int
    n_projected: int = PROJECTED_ROWS

    def shared_by(self, n_columns: int) -> Size:
        """What is left to each of so many columns: what grows with their number would else be all that is learned.

        >>> Size((1, 2), (3, 5), 10_000, 10_000, 48).shared_by(60)
        Size(word_ngrams=(1, 2), char_ngrams=(3, 5), n_word_terms=667, n_char_terms=667, n_dense=8, n_projected=1333)
        """
        share = min(MANY_TEXTS / max(n_columns, 1), 1.0)
        return replace(
            self,
            n_word_terms=max(round(share * self.n_word_terms), FEWEST_TERMS),
            n_char_terms=max(round(share * self.n_char_terms), FEWEST_TERMS) if self.n_char_terms else 0,
            n_dense=max(round(share * self.n_dense), FEWEST_DENSE),
            n_projected=max(round(share * self.n_projected), FEWEST_PROJECTED),
        )


@dataclass(frozen=True)
class LearnedText:
    """The plan of a text column and its arrays, by the names that the plan gives them."""

    column: TextColumn
    arrays: dict[str, NDArray[Any]]


def size_for(texts: Sequence[str], n_columns: int = 1) -> Size:
    """What is learned of texts with time enough, where there are so many columns of them."""
    short = mean_length(texts) <= SHORT_TEXT
    size = Size(
        word_ngrams=(1, 2),
        char_ngrams=(3, 5) if short else NONE,
        n_word_terms=10_000 if short else 20_000,
        n_char_terms=10_000 if short else 0,
        n_dense=48,
    )
    return size.shared_by(n_columns)


def read_texts(column: ColumnProfile, values: pa.Array) -> list[str]:
    """The texts of a column, without the missing ones."""
    return [text for text in TextReader(_blank(column, NONE, NONE)).array(values) if text is not None]


def mean_length(texts: Sequence[str]) -> float:
    """Characters of the mean text; 0 if there is none."""
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def learn_terms(column: ColumnProfile, texts: Sequence[str], size: Size, prefix: str, seed: int) -> LearnedText | None:
    """Terms, weights and projection of texts; None if no term comes twice.

    `prefix` begins the names of the arrays, and is unique in a plan.
    """
    rng = np.random.default_rng(seed)
    read = _sample(texts, n_read(texts), rng)
    frequencies = _most_frequent(_word_frequencies(read, size.word_ngrams), WORD, size.n_word_terms, len(read))
    frequencies |= _most_frequent(
        _character_frequencies(read, size.char_ngrams), CHARACTERS, size.n_char_terms, len(read)
    )
    if not frequencies:
        return None
    idf = np.log((1 + len(read)) / (1 + np.array([*frequencies.values()]))) + 1.0
    learned = _blank(column, size.word_ngrams, size.char_ngrams).model_copy(
        update={"terms": tuple(frequencies), "idf": f"{prefix}.idf"}
    )
    arrays: dict[str, NDArray[Any]] = {learned.idf: idf.astype(np.float32)}
    n_dense = min(size.n_dense, len(frequencies) - 1, len(texts) // 40)
    if n_dense > 0:
        encoder = TextEncoder([learned], arrays)
        name = f"{prefix}.projection"
        arrays[name] = _projection(encoder, _sample(texts, size.n_projected, rng), n_dense, seed)
        learned = learned.model_copy(update={"projection": name, "n_dense": n_dense})
    return LearnedText(learned, arrays)


def _blank(column: ColumnProfile, word_ngrams: Pair, char_ngrams: Pair) -> TextColumn:
    return TextColumn(
        name=column.name,
        missing_codes=column.missing_codes,
        terms=(),
        word_ngrams=word_ngrams,
        char_ngrams=char_ngrams,
        idf="",
    )


def n_read(texts: Sequence[str]) -> int:
    """How many texts are read to find the terms: bounded in texts and in characters."""
    return min(READ_ROWS, int(READ_CHARACTERS / max(mean_length(texts), 1.0)) + 1)


def _sample(texts: Sequence[str], n: int, rng: np.random.Generator) -> Sequence[str]:
    if len(texts) <= n:
        return texts
    return [texts[place] for place in np.sort(rng.choice(len(texts), n, replace=False))]


def _word_frequencies(texts: Sequence[str], sizes: Pair) -> Counter[str]:
    """In how many texts each word n-gram is."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(word_grams(text.lower(), sizes)))
    return found


def _character_frequencies(texts: Sequence[str], sizes: Pair) -> Counter[str]:
    """In how many texts each character n-gram is; the n-grams of a piece are worked out once."""
    found: Counter[str] = Counter()
    if sizes == NONE:
        return found
    of_piece: dict[str, frozenset[str]] = {}
    for text in texts:
        pieces = text.lower().split()
        for piece in pieces:
            if piece not in of_piece:
                of_piece[piece] = frozenset(character_grams(piece, sizes))
        found.update(frozenset().union(*(of_piece[piece] for piece in pieces)))
    return found


def _most_frequent(frequencies: Counter[str], sort: str, n: int, n_texts: int) -> dict[str, int]:
    """The terms that most texts have, with their frequencies; equally frequent ones by letters."""
    least = 2 if n_texts < READ_ROWS else 3
    common = [(-count, term) for term, count in frequencies.items() if count >= least]
    return {sort + term: -count for count, term in sorted(common)[:n]}


def _projection(encoder: TextEncoder, texts: Sequence[str], n_dense: int, seed: int) -> NDArray[np.float32]:
    """The first right singular vectors of the texts' weights, shape (n_terms, n_dense)."""
    from sklearn.utils.extmath import randomized_svd

    # One thread: sums in another order would be another plan.
    with threadpool_limits(1):
        weights, _ = encoder.encode([texts])
        _, _, directions = randomized_svd(weights, n_dense, n_iter=2, random_state=seed)
    found: NDArray[np.float32] = np.ascontiguousarray(directions.T, dtype=np.float32)
    return found

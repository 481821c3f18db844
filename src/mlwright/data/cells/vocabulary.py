"""Which words of texts are known, in a sketch of some kilobytes, and how many words of a text are not.

The sketch is a Bloom filter: a word that was put in is always known, and one of 500 others seems to be. No word can be
read from it, so that a bundle carries no word of a text that was rare in training.

References
----------
Bloom, B. H. (1970). Space/time trade-offs in hash coding with allowable errors. Communications of the ACM 13.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_KNOWN = 20_000
"""Words of a vocabulary, the most frequent first."""
BITS_A_WORD, N_HASHES = 13, 8
N_LOTS = 64
"""Parts of all words, drawn by lot: one new word shows among those of its lot before it shows among all."""
TEXTS_AT_ONCE = 5_000
"""Each of whose words is a Python object for a while."""


class Vocabulary:
    """Words that are known.

    Parameters
    ----------
    sketch : str
        As of `sketched`.

    Examples
    --------
    >>> known = Vocabulary(sketched(["red", "green"]))
    >>> "red" in known, "blau" in known
    (True, False)
    """

    def __init__(self, sketch: str) -> None:
        self.bits = np.unpackbits(np.frombuffer(b64decode(sketch), np.uint8))
        self._asked: dict[str, bool] = {}

    def __contains__(self, word: str) -> bool:
        found = self._asked.get(word)
        if found is None:
            found = self._asked[word] = bool(self.bits[_places(word, len(self.bits))].all())
        return found

    def unknown(self, words: Iterable[str]) -> set[str]:
        """Those that are not known; numbers, of which each text has its own, are no words."""
        return {word for word in words if word not in self and any(map(str.isalpha, word))}


def sketched(words: Iterable[str]) -> str:
    """A sketch of words."""
    every = list(words)
    bits = np.zeros(8 * max(1, -(-BITS_A_WORD * len(every) // 8)), np.uint8)
    for word in every:
        bits[_places(word, len(bits))] = 1
    return b64encode(np.packbits(bits).tobytes()).decode()


def most_frequent(texts: pa.ChunkedArray) -> list[str]:
    """The words that stand in most of the texts, at most `MOST_KNOWN`."""
    counts = Counter(word for words in words_of(texts) for word in set(words))
    return sorted(counts, key=lambda word: (-counts[word], word))[:MOST_KNOWN]


def unknown_shares(texts: pa.ChunkedArray, known: Vocabulary) -> Array:
    """The share of the different words of each text that is not known, shape (n_rows,); 0 where it has no words."""
    every = (set(words) for words in words_of(texts))
    return np.array([len(known.unknown(words)) / max(1, len(words)) for words in every], dtype=np.float64)


def unknown_words(texts: pa.ChunkedArray, known: Vocabulary) -> Counter[str]:
    """In how many of the texts each word stands that is not known."""
    return Counter(word for words in words_of(texts) for word in known.unknown(words))


def lots_of_texts(texts: pa.ChunkedArray, known: Vocabulary) -> NDArray[np.int64]:
    """The lot of one unknown word of each text, always the same one of the same words; `N_LOTS` where it has none."""
    every = (known.unknown(words) for words in words_of(texts))
    return np.array([lot_of(min(words, key=_number)) if words else N_LOTS for words in every], dtype=np.int64)


def lot_of(word: str) -> int:
    """The part of all words to which one belongs."""
    return _number(word) % N_LOTS


def words_of(values: pa.ChunkedArray) -> Iterator[list[str]]:
    """The words of each text, in small letters."""
    for start in range(0, len(values), TEXTS_AT_ONCE):
        lower = pc.utf8_lower(pc.fill_null(values.slice(start, TEXTS_AT_ONCE).cast(pa.string()), ""))
        for words in pc.split_pattern_regex(lower, r"[^\pL\pN]+").to_pylist():
            yield [word for word in words if word]


@lru_cache(100_000)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8, person=b"lot").digest(), "little")


def _places(word: str, n_bits: int) -> NDArray[np.int64]:
    """The bits of a word."""
    digest = blake2b(word.encode(), digest_size=8 * N_HASHES).digest()
    return (np.frombuffer(digest, "<u8") % n_bits).astype(np.int64)

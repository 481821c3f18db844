"""Whether the values of a column are made of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

COMMON_SHARE = 0.01
COMMON_LEAST = 3
COVERED_SHARE = 0.5

_words = re.compile(r"[^\W\d_]+").findall
_unspaced = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]").findall
_UNSPACED_CHARACTERS_A_WORD = 2.0


@dataclass(frozen=True)
class Wording:
    """What a sample of values is made of.

    Parameters
    ----------
    words_mean : float
        Words in a value; two characters of a script that is written without spaces count as one.
    common : tuple of str
        Words that come back in many values, most frequent first; empty if most values hold none of them.
    """

    words_mean: float
    common: tuple[str, ...]


def wording_of(values: Sequence[str]) -> Wording:
    """What the values are made of.

    >>> wording_of(["Mr. Harris Owen", "Mrs. Bradley John", "Mr. Moran James"] * 3).common[:1]
    ('mr',)
    """
    if not values:
        return Wording(0.0, ())
    pieces = [_pieces(value) for value in values]
    seen_in = Counter(piece for each in pieces for piece in set(each))
    often = max(COMMON_LEAST, COMMON_SHARE * len(values))
    common = {piece for piece, count in seen_in.items() if count >= often}
    covered = sum(not common.isdisjoint(each) for each in pieces)
    ordered = (
        sorted(common, key=lambda piece: (-seen_in[piece], piece)) if covered >= COVERED_SHARE * len(values) else []
    )
    return Wording(sum(_n_words(value) for value in values) / len(values), tuple(ordered))


def _pieces(value: str) -> list[str]:
    unspaced = _unspaced(value)
    return [word.casefold() for word in _words(value) if len(word) > 1] + unspaced


def _n_words(value: str) -> float:
    return len(value.split()) + len(_unspaced(value)) / _UNSPACED_CHARACTERS_A_WORD

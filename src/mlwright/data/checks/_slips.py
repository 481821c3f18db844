"""Whether one name is another with a slip of the pen."""

from __future__ import annotations

import re

LEAST_LETTERS = 5
LEAST_CHANGED = 7
_WORDS = re.compile(r"[^\W_]+")
_ROMAN = re.compile(r"[ivx]+")


def is_slip(one: str, other: str) -> bool:
    """Whether two names in small letters differ in one word, by one letter or by two that are swapped.

    The word must have five letters, seven where a letter is changed, because short words of one letter's difference
    are often words of their own; numerals and plurals are no slips.

    >>> is_slip("portugl", "portugal"), is_slip("inland", "island"), is_slip("type ii", "type iii")
    (True, False, False)
    """
    words, others = _WORDS.findall(one), _WORDS.findall(other)
    differing = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    if len(words) != len(others) or len(differing) != 1:
        return False
    a, b = differing[0]
    least = LEAST_CHANGED if len(a) == len(b) and sorted(a) != sorted(b) else LEAST_LETTERS
    if min(len(a), len(b)) < least or not (a.isalpha() and b.isalpha()):
        return False
    is_plural = a + "s" == b or b + "s" == a
    return not is_plural and not (_ROMAN.fullmatch(a) and _ROMAN.fullmatch(b)) and _one_apart(a, b)


def _one_apart(a: str, b: str) -> bool:
    start = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped

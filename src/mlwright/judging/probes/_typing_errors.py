"""How people mistype: a letter is lost, doubled or wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mistyped(text: str, places: Iterable[int], rng: np.random.Generator) -> str:
    """The text with an error at each of some places."""
    characters = list(text)
    for place in places:
        wrong = LETTERS[rng.integers(len(LETTERS))]
        characters[place] = ("", 2 * characters[place], wrong)[rng.integers(3)]
    return "".join(characters)

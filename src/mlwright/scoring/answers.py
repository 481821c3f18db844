"""Which class a spelling of the target is: in the rows that a model learns from and in outcomes that come later.

A spelling that is a class by itself is that class. Any other one is the class that differs from it in writing alone, if
one and only one does: in capitals, blanks and the like (``YES``, ``New-York``) where there are three letters, or as
another word for the same answer where all classes are such words (``Y`` and ``1`` beside ``yes`` and ``no``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.scoring.folding import folded
from mlwright.scoring.spelling import spelled

FEWEST_LETTERS = 3
"""Shorter names may be codes that use capitals to tell apart: genes (``Aa``, ``AA``), grades, units."""
SCALES: tuple[tuple[frozenset[str], ...], ...] = tuple(
    tuple(frozenset(words.split()) for words in scale)
    for scale in (
        ("yes y true t 1 1.0 ja oui si sí sim positive pos", "no n false f 0 0.0 nein non não nao negative neg"),
        ("male m man men", "female f woman women w"),
        ("low l", "medium med mid m", "high h hi"),
    )
)
"""Answers by the words for them."""


class Answers:
    """The places of spellings among the classes of a target.

    Parameters
    ----------
    classes : collection of str

    Examples
    --------
    >>> Answers(["no", "yes"]).places(["YES", "N", "maybe"])
    [1, 0, -1]
    >>> Answers(["AA", "Aa"]).places(["AA", "aa"])
    [0, -1]
    """

    def __init__(self, classes: Collection[str]) -> None:
        self._exact = {name: place for place, name in enumerate(classes)}
        self._senses = Senses(classes)
        by_sense: dict[str, list[int]] = defaultdict(list)
        for name, place in self._exact.items():
            by_sense[self._senses.of(name)].append(place)
        self._alike = {sense: places[0] for sense, places in by_sense.items() if len(places) == 1}

    def place(self, name: str) -> int:
        """The place of one spelling; -1 where it is none of the classes."""
        found = self._exact.get(name)
        return self._alike.get(self._senses.of(name), -1) if found is None else found

    def places(self, names: Sequence[str]) -> list[int]:
        """The place of each spelling."""
        return [self.place(name) for name in names]

    def of(self, values: pa.ChunkedArray | pa.Array, missing: Collection[str] = ()) -> NDArray[np.int64]:
        """The place of each value; -1 where it is missing, by itself or as one of the codes, or no class."""
        levels, places = spelled(values)
        found = [-1 if name in missing else self.place(name) for name in levels]
        return np.array([*found, -1], dtype=np.int64)[places]


def as_classes(values: pa.ChunkedArray, classes: Sequence[str]) -> pa.ChunkedArray:
    """Text of which each value that is a class is written like it; all else as it is.

    >>> as_classes(pa.chunked_array([["YES", "perhaps", None]]), ("No", "Yes")).to_pylist()
    ['Yes', 'perhaps', None]
    """
    if not classes or not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    levels, places = spelled(values)
    answers = Answers(classes)
    names = [level if (place := answers.place(level)) < 0 else classes[place] for level in levels]
    return pa.chunked_array([pa.array([*names, None], pa.string()).take(pa.array(places % (len(names) + 1)))])


class Senses:
    """What spellings say: two spellings of one answer among these have the same sense.

    Parameters
    ----------
    names : collection of str
        All answers that there are, or the classes.
    """

    def __init__(self, names: Collection[str]) -> None:
        said = {name.casefold() for name in names}
        scales = [scale for scale in SCALES if said <= frozenset().union(*scale)]
        self._meanings = (
            {word: f"={place}" for place, words in enumerate(scales[0]) for word in words} if scales else {}
        )

    def of(self, name: str) -> str:
        """What one spelling says."""
        meaning = self._meanings.get(name.casefold())
        if meaning is not None:
            return meaning
        return folded(name) if sum(map(str.isalpha, name)) >= FEWEST_LETTERS else name

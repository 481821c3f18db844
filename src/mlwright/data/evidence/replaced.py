"""One letter that replaced others throughout a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.evidence.near import LEAST_FREQUENT, MAX_LENGTH, MAX_LEVELS, TIMES

MAX_REPLACED = 0.5
SEEN_AGAIN = 10
DOMINANT = 0.7
MOST_EDITS = 0.4
MOST_OF_ONE = 0.5
RARE_WORD = 3
SEVERAL = "several"


@dataclass(frozen=True)
class Replaced:
    """What may have stood where one letter replaced others.

    Parameters
    ----------
    sign : str
        The letter.
    targets : dict
        By column and place of the damaged value: the places of the values that it may have been.
    """

    sign: str
    targets: dict[tuple[str, int], tuple[int, ...]]


def replaced_letters(cells: Cells) -> Replaced | None:
    """Whether one letter replaced others throughout the table ("hexrt", "350x7"), and what the values may have been.

    Among rare values that differ from a frequent one by replaced letters alone, misspellings have many letters in the
    places that differ. Where one letter has at least `DOMINANT` of at least `SEEN_AGAIN` such values, in two columns
    at least, and stands for various letters, it was put there in one way. A damaged value may have been any more
    frequent value of its column that equals it but for that letter.
    """
    if "replaced_letter" not in cells.noted:
        cells.noted["replaced_letter"] = _replaced_letter(cells)
    sign: str | None = cells.noted["replaced_letter"]
    if sign is None:
        return None
    targets = {
        (name, place): found for name in cells.texts for place, found in _targets(cells.levels(name), sign).items()
    }
    return Replaced(sign, targets)


def _replaced_letter(cells: Cells) -> str | None:
    tallies: Counter[str] = Counter()
    columns: dict[str, set[str]] = defaultdict(set)
    originals: dict[str, Counter[str]] = defaultdict(Counter)
    for name in cells.texts:
        for sign, replaced in _signs(cells.levels(name)):
            tallies[sign] += 1
            columns[sign].add(name)
            originals[sign].update(replaced)
    if not tallies:
        return None
    sign, n = tallies.most_common(1)[0]
    is_clear = n >= SEEN_AGAIN and n >= DOMINANT * sum(tallies.values()) and len(columns[sign]) > 1
    most_replaced = originals[sign].most_common(1)[0][1]
    is_various = most_replaced <= MOST_OF_ONE * originals[sign].total()
    return sign if is_clear and is_various and sign != SEVERAL else None


def _signs(levels: Levels) -> Iterator[tuple[str, set[str]]]:
    """The letter in the places that differ and the letters that it stands for.

    For each rare value that differs from one frequent value of its length.
    """
    if len(levels.names) > MAX_LEVELS:
        return
    for lengths in _by_length(levels.names).values():
        often = [place for place in lengths if levels.counts[place] >= LEAST_FREQUENT]
        if not often:
            continue
        letters = _letters([levels.names[place] for place in often])
        counts = levels.counts[often]
        for rare in lengths:
            enough = counts >= TIMES * levels.counts[rare]
            if not enough.any():
                continue
            own = _letters([levels.names[rare]])
            n_other = (letters != own).sum(axis=1)
            n_other[~enough | (n_other == 0)] = letters.shape[1]
            best = int(n_other.argmin())
            if n_other[best] <= max(1, int(MOST_EDITS * letters.shape[1])):
                differs = letters[best] != own[0]
                found, replaced = {chr(c) for c in own[0][differs]}, {chr(c) for c in letters[best][differs]}
                yield found.pop() if len(found) == 1 else SEVERAL, replaced


def _targets(levels: Levels, sign: str) -> dict[int, tuple[int, ...]]:
    """What each value that holds the sign may have been, for columns in which values come back."""
    if len(levels.names) > MAX_LEVELS or levels.n_known < 2 * len(levels.names):
        return {}
    return _fitting(levels.names, levels.counts, sign)


def _fitting(names: Sequence[str], counts: NDArray[np.int64], sign: str) -> dict[int, tuple[int, ...]]:
    """By place: the more frequent names that a name with the sign equals but for it."""
    found: dict[int, tuple[int, ...]] = {}
    for places in _by_length(names).values():
        whole = [place for place in places if counts[place] >= 2]
        damaged = [place for place in places if sign in names[place]]
        if not whole or not damaged:
            continue
        letters = _letters([names[place] for place in whole])
        for place in damaged:
            own = _letters([names[place]])
            differs = letters != own
            fits = ~(differs & (own != ord(sign))).any(axis=1) & differs.any(axis=1)
            fits &= (counts[whole] > counts[place]) & (differs.sum(axis=1) <= MAX_REPLACED * letters.shape[1] + 1)
            if fits.any():
                found[place] = tuple(whole[i] for i in np.flatnonzero(fits))
    return found


def word_targets(levels: Levels, sign: str) -> dict[int, str]:
    """By place: values that hold the sign, with each word that holds it turned into the one frequent word that it fits.

    Values that stay in doubt are left out.
    """
    if len(levels.names) > MAX_LEVELS:
        return {}
    rows: Counter[str] = Counter()
    for name, n in zip(levels.names, levels.counts.tolist(), strict=True):
        rows.update(dict.fromkeys(name.split(), n))
    words, counts = list(rows), np.array(list(rows.values()), dtype=np.int64)
    turned = {
        words[place]: words[may[0]]
        for place, may in _fitting(words, counts, sign).items()
        if len(may) == 1 and counts[place] <= RARE_WORD and counts[may[0]] >= LEAST_FREQUENT * counts[place]
    }
    found = {}
    for place, name in enumerate(levels.names):
        if sign in name and any(word in turned for word in name.split()):
            found[place] = " ".join(turned.get(word, word) for word in name.split(" "))
    return found


def _by_length(names: Sequence[str]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        if 1 < len(name) <= MAX_LENGTH:
            found[len(name)].append(place)
    return found


def _letters(names: Sequence[str]) -> NDArray[np.uint32]:
    """Equally long texts as a table of letters, one row a text."""
    width = len(names[0])
    return np.array(names, dtype=f"<U{width}").view(np.uint32).reshape(len(names), width)

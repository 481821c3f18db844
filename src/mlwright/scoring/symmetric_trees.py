"""Symmetric trees as arrays: each level of a tree asks one question, whatever was answered before.

All questions are alike: is the bin of a feature larger than a cut? Features are numbers, whose bins lie between
borders, and what is known of names. Names, or several together with what is known of numbers, make up a combination,
which is found by a hash; each has a class, and a class says the bin of every feature of its combination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import ArrayFields
from mlwright.scoring.links import LINKS

Ints = NDArray[np.integer[Any]]
Keys = NDArray[np.uint64]

CODE, ABOVE, LEVEL = 0, 1, 2
"""Parts of a combination: a code; whether a number's bin is larger than a cut; whether a code has a certain place."""

MULTIPLIER = np.uint64(0x4906BA494954CB65)


class Part(NamedTuple):
    """A part of a combination.

    Parameters
    ----------
    kind : int
        `CODE`, `ABOVE` or `LEVEL`.
    column : int
        Of the codes, or of the numbers.
    value : int
        The cut, or the place.
    """

    kind: int
    column: int
    value: int


class Combination(NamedTuple):
    """What is known of some parts together.

    Parameters
    ----------
    parts : tuple of Part
    keys : array of uint64, shape (n_keys,)
        Hashes, from the smallest to the largest.
    classes : array of int, shape (n_keys,)
        The class of each; that of all others is 0.
    bins : array of int, shape (n_classes, n_features)
        Of the features of this combination.
    """

    parts: tuple[Part, ...]
    keys: Keys
    classes: Ints
    bins: Ints


@dataclass(frozen=True)
class SymmetricTrees(ArrayFields):
    """Trees whose answers add up to scores.

    Parameters
    ----------
    depths : array of int, shape (n_trees,)
        How many questions each tree asks.
    feature : array of int, shape (n_questions,)
        What each question is about: a number by its column, then the features of the combinations, one after the other.
    cut : array of int, shape (n_questions,)
        The answer is 1 if the bin is larger. The answer to question k of a tree is the bit k of the place of its leaf.
    leaf_values : array, shape (n_leaves, n_outputs)
        Of all trees, one after the other.
    bias : array, shape (n_outputs,)
    tree_link : array of int, shape (1,)
        Place in `LINKS` of what makes scores of the sums.
    n_borders : array of int, shape (n_numbers,)
    borders : array of float32, shape (sum of n_borders,)
        Between the bins of each number, from the smallest to the largest; a number on a border is below it.
    missing_bin : array of int, shape (n_numbers,)
        That of a missing number.
    code_sizes : array of int, shape (n_codes,)
        Places of each code: its levels, any other name, and a missing one.
    code_hashes : array of int, shape (largest of code_sizes,)
        What codes count in a combination; the last one is of a missing code.
    part_kind, part_column, part_value : array of int, shape (n_parts,)
        See `Part`; of all combinations, one after the other.
    n_parts, n_keys, n_classes, n_told : array of int, shape (n_combinations,)
        How many parts, keys, classes and features each combination has.
    keys : array of uint64, shape (sum of n_keys,)
    key_class : array of int, shape (sum of n_keys,)
    told_bin : array of int
        The bins of each combination, class by class.
    """

    what: ClassVar[str] = "a core of symmetric trees"

    depths: Ints
    feature: Ints
    cut: Ints
    leaf_values: NDArray[np.float64]
    bias: NDArray[np.float64]
    tree_link: Ints
    n_borders: Ints
    borders: NDArray[np.float32]
    missing_bin: Ints
    code_sizes: Ints
    code_hashes: Ints
    part_kind: Ints
    part_column: Ints
    part_value: Ints
    n_parts: Ints
    n_keys: Ints
    n_classes: Ints
    n_told: Ints
    keys: Keys
    key_class: Ints
    told_bin: Ints

    @property
    def n_numbers(self) -> int:
        """How many numbers the trees may look at."""
        return len(self.n_borders)

    @property
    def n_outputs(self) -> int:
        """How many sums there are."""
        return len(self.bias)

    @property
    def link(self) -> int:
        """Place in `LINKS`."""
        return int(self.tree_link[0])

    @cached_property
    def borders_of(self) -> list[NDArray[np.float32]]:
        """The borders of each number."""
        return _cut(self.borders, self.n_borders)

    @cached_property
    def combinations(self) -> list[Combination]:
        """What is known of names."""
        kinds, columns, values = self.part_kind.tolist(), self.part_column.tolist(), self.part_value.tolist()
        parts = list(map(Part, kinds, columns, values))
        ends = np.cumsum(self.n_parts).tolist()
        of_each = [tuple(parts[end - n : end]) for n, end in zip(self.n_parts.tolist(), ends, strict=True)]
        bins = _cut(self.told_bin, self.n_classes.astype(np.int64) * self.n_told)
        shaped = [each.reshape(n, -1) for each, n in zip(bins, self.n_classes.tolist(), strict=True)]
        return [*map(Combination, of_each, _cut(self.keys, self.n_keys), _cut(self.key_class, self.n_keys), shaped)]

    @cached_property
    def bit(self) -> Ints:
        """Which bit of the place of a leaf each question answers, shape (n_questions,)."""
        ends = np.cumsum(self.depths, dtype=np.int64)
        bits: Ints = np.arange(len(self.feature)) - np.repeat(ends - self.depths, self.depths)
        return bits

    @cached_property
    def tree(self) -> Ints:
        """Which tree asks each question, shape (n_questions,)."""
        return np.repeat(np.arange(len(self.depths)), self.depths)

    @cached_property
    def leaves(self) -> NDArray[np.float64]:
        """The leaves of all trees, each as if it were as deep as the deepest; shape (n_trees, n_places, n_outputs)."""
        sizes = 1 << self.depths.astype(np.int64)
        places = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        whole = np.zeros((len(sizes), sizes.max(initial=1), self.n_outputs))
        whole[np.repeat(np.arange(len(sizes)), sizes), places] = self.leaf_values
        return whole

    @cached_property
    def first_told(self) -> Ints:
        """The first feature of each combination."""
        first: Ints = self.n_numbers + np.cumsum(self.n_told, dtype=np.int64) - self.n_told
        return first

    @cached_property
    def place_of(self) -> Ints:
        """Where the feature of each question stands among those of its column, shape (n_questions,)."""
        firsts = np.append(np.arange(self.n_numbers), np.repeat(self.first_told, self.n_told))
        return self.feature - firsts[self.feature]

    def questions_by_column(self) -> Iterator[tuple[int, Ints]]:
        """The numbers and then the combinations that are asked about: the column of each, and its questions."""
        told = np.repeat(np.arange(len(self.n_told)), self.n_told)
        columns = np.append(np.arange(self.n_numbers), self.n_numbers + told)[self.feature]
        for column in np.unique(columns).tolist():
            yield column, np.flatnonzero(columns == column)

    def hashes_of(self, column: int) -> Ints:
        """What each place of a code counts in a combination; the last one is of a missing code."""
        return np.append(self.code_hashes[: self.code_sizes[column] - 1], self.code_hashes[-1])

    def values_of(self, part: Part) -> Ints:
        """What each place of a part counts in a combination."""
        return self.hashes_of(part.column) if part.kind == CODE else np.arange(2)

    def _fits_together(self) -> bool:
        shaped = all(getattr(self, name).ndim == 1 + (name == "leaf_values") for name in self.names())
        typed = all(getattr(self, name).dtype == kind for kind, names in _TYPES.items() for name in names)
        counts = (self.n_borders, self.n_parts, self.n_keys, self.n_told, self.n_classes - 1)
        if not (shaped and typed) or any(count.min(initial=0) < 0 for count in counts):
            return False
        return self.depths.max(initial=0) <= DEEPEST and self._has_sizes() and self._knows_its_places()

    def _has_sizes(self) -> bool:
        """Whether there is as much of everything as is said."""
        alike = {len(each) for each in (self.n_parts, self.n_keys, self.n_classes, self.n_told)}
        if len(alike) > 1 or self.n_told.sum() > len(self.told_bin):
            return False  # before anything is multiplied
        n_leaves, n_bins = (1 << self.depths.astype(np.int64)).sum(), self.n_classes.astype(np.int64) @ self.n_told
        sizes = (
            (self.depths.sum(), (self.feature, self.cut)),
            (self.n_parts.sum(), (self.part_kind, self.part_column, self.part_value)),
            (self.n_keys.sum(), (self.keys, self.key_class)),
            (n_leaves, (self.leaf_values,)),
            (n_bins, (self.told_bin,)),
            (self.n_borders.sum(), (self.borders,)),
            (self.n_numbers, (self.missing_bin,)),
            (1, (self.tree_link,)),
        )
        fit = all(len(array) == size for size, arrays in sizes for array in arrays)
        n_places = len(self.depths) * len(self.bias) << int(self.depths.max(initial=0))
        return fit and self.leaf_values.shape[1] == len(self.bias) and 0 < n_places <= MOST_LEAVES

    def _knows_its_places(self) -> bool:
        """Whether nothing points to where there is nothing."""
        n_columns = np.where(self.part_kind == ABOVE, self.n_numbers, len(self.code_sizes))
        within = (
            (self.feature, self.n_numbers + self.n_told.sum()),
            (self.part_kind, LEVEL + 1),
            (self.part_column, n_columns),
            (self.part_value, np.iinfo(np.int32).max),
            (self.missing_bin, self.n_borders + 1),
            (self.key_class, np.repeat(self.n_classes, self.n_keys)),
            (self.tree_link, len(LINKS)),
            (self.code_sizes - 2, len(self.code_hashes) - 1),
        )
        return all(((places >= 0) & (places < n)).all() for places, n in within)


DEEPEST = 16
"""Questions of a tree."""

MOST_LEAVES = 1 << 21
"""Numbers in the leaves of all trees, each as deep as the deepest: 17 MB, and about 400 while CatBoost's are read."""

_TYPES = {
    "float64": ("leaf_values", "bias"),
    "float32": ("borders",),
    "uint8": ("depths", "tree_link", "part_kind"),
    "uint16": ("cut", "missing_bin", "told_bin"),
    "uint32": ("key_class",),
    "uint64": ("keys",),
    "int32": (
        *("feature", "n_borders", "code_sizes", "code_hashes", "part_column", "part_value"),
        *("n_parts", "n_keys", "n_classes", "n_told"),
    ),
}


def joined(before: NDArray[Any], values: NDArray[Any]) -> Keys:
    """The hashes of combinations with one more part, by what it counts; 0 is before the first."""
    with np.errstate(over="ignore"):
        hashes: Keys = MULTIPLIER * (before + MULTIPLIER * values.astype(np.int64).view(np.uint64))
    return hashes


def _cut(array: NDArray[Any], counts: Ints) -> list[NDArray[Any]]:
    """The pieces of an array, each of so many entries."""
    return np.split(array, np.cumsum(counts, dtype=np.int64)[:-1]) if len(counts) else []

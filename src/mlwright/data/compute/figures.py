"""The figures of one column, and how they follow from its values."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.compute.engine import LONGEST_SHOWN, Sort
from mlwright.data.compute.moments import Moments
from mlwright.records.profile import QUANTILE_LEVELS
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import canonical, canonical_array, to_number, to_number_array

N_TOP = 200


@dataclass(frozen=True)
class Figures:
    """What is known of one column; missing values are left out.

    Parameters
    ----------
    n : int
        Values that are there.
    n_distinct : int
    distinct_error : float
        The relative standard error of `n_distinct`; 0 where it is counted.
    quantile_error : float
        How far the ranks of the quantiles may be off, as a share of the rows, 95 times in 100; 0 where they are exact.
    n_whole : int or None
        Numbers without a fraction; None where not all numbers of a sample are whole.
    is_ascii : bool or None
        Whether all texts are known to be written in ASCII alone, those that count as missing among them.
    """

    n: int
    n_distinct: int
    distinct_error: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    skewness: float | None = None
    quantiles: tuple[float, ...] = ()
    quantile_error: float = 0.0
    n_zero: int | None = None
    n_infinite: int | None = None
    n_whole: int | None = None
    length_mean: float | None = None
    length_max: float | None = None
    is_ascii: bool | None = None

    @property
    def distinct_is_exact(self) -> bool:
        """Whether the different values were counted, not estimated."""
        return self.distinct_error == 0.0


@dataclass(frozen=True, eq=False)
class Counts:
    """All different values of a column, and how many rows hold each: whatever one wants to know follows from them.

    Parameters
    ----------
    sort : str
    values : pyarrow.Array
        Without null, NaN and blank text; text without white space around it, and cut where it is long.
    counts : array of int64
    lengths : array of int64
        Of text, in characters.
    """

    sort: Sort
    values: pa.Array
    counts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, sort: Sort, values: pa.Array, counts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Self:
        """From values as an engine gave them, some of which may be alike."""
        if sort == "text":
            stripped = pc.utf8_trim_whitespace(values)
            lengths = lengths - _lengths(values) + _lengths(stripped)
            values = pc.if_else(pc.equal(stripped, ""), None, stripped)
        elif pa.types.is_floating(values.type):
            values = pc.add(pc.if_else(pc.is_nan(values), None, values), 0.0)  # turns -0.0 into 0.0
        coded = values.dictionary_encode()
        places = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        there, n = places >= 0, len(coded.dictionary)
        longest = np.zeros(n, np.int64)
        longest[places[there]] = lengths[there]
        summed = np.bincount(places[there], counts[there], n).astype(np.int64)
        return cls(sort, coded.dictionary, summed, longest)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The values as numbers; moments in seconds since 1970."""
        return to_moment_array(self.values) if self.sort == "moment" else to_number_array(self.values)

    @cached_property
    def is_ascii(self) -> bool:
        """Whether all texts are known to be ASCII; of those that were cut it is not known."""
        is_cut = self.lengths > LONGEST_SHOWN
        return not is_cut.any() and bool(pc.all(pc.string_is_ascii(self.values)).as_py() is not False)

    def without(self, codes: Collection[str]) -> Counts:
        """The same without some spellings."""
        if not codes or not len(self.values):
            return self
        if self.sort in ("whole", "fraction"):
            kept = ~np.isin(self.numbers, [to_number(code) for code in codes])
        elif self.sort == "text":
            given = pa.array(sorted(codes), self.values.type)
            kept = ~pc.is_in(self.values, given).to_numpy(zero_copy_only=False)
        else:
            kept = np.array([level not in codes for level in canonical_array(self.values)])
        if kept.all():
            return self
        return Counts(self.sort, self.values.filter(pa.array(kept)), self.counts[kept], self.lengths[kept])

    def figures(self, codes: Collection[str] = ()) -> Figures:
        """The figures, exactly, of all values but those that count as missing."""
        own = self.without(codes)
        n, n_distinct = int(own.counts.sum()), len(own.values)
        if self.sort == "boolean":
            return Figures(n, n_distinct)
        if self.sort == "text":
            if not n:
                return Figures(0, 0, is_ascii=self.is_ascii)
            mean, longest = float((own.lengths * own.counts).sum()) / n, float(own.lengths.max())
            return Figures(n, n_distinct, length_mean=mean, length_max=longest, is_ascii=self.is_ascii)
        return figures_of(own.numbers, own.counts, with_whole=self.sort == "fraction")

    def top(self, wanted: Collection[str] = ()) -> tuple[tuple[str, int], ...]:
        """The most frequent values as they are spelled, most frequent first, and the wanted ones however seldom."""
        shown = np.flatnonzero(self.lengths <= LONGEST_SHOWN)
        by_value = pc.sort_indices(self.values.take(pa.array(shown))).to_numpy()
        shown = shown[by_value]
        first = shown[np.argsort(-self.counts[shown], kind="stable")[:N_TOP]]
        if wanted and self.sort == "text":
            given = pc.is_in(self.values, pa.array(sorted(wanted), self.values.type)).to_numpy(zero_copy_only=False)
            first = np.concatenate([first, np.setdiff1d(shown[given[shown]], first)])
        levels = self.values.take(pa.array(first)).to_pylist()
        found = [(canonical(v), int(n)) for v, n in zip(levels, self.counts[first], strict=True)]
        return tuple(sorted(((v, n) for v, n in found if v is not None), key=lambda pair: (-pair[1], pair[0])))


def figures_of(
    values: NDArray[np.float64], counts: NDArray[np.int64] | None = None, *, with_whole: bool = True
) -> Figures:
    """The figures of numbers in memory, each there `counts` times; NaN is missing."""
    known = ~np.isnan(values)
    there = values[known]
    weights = np.ones(len(there), np.int64) if counts is None else counts[known]
    found = Moments.of(there, weights)
    n_distinct = len(np.unique(there))
    if not found.n:
        return Figures(found.n_infinite, n_distinct, n_infinite=found.n_infinite)
    finite = np.isfinite(there)
    x, w = there[finite], weights[finite]
    return Figures(
        n=found.n + found.n_infinite,
        n_distinct=n_distinct,
        minimum=found.minimum,
        maximum=found.maximum,
        mean=finite_or_none(found.mean),
        std=found.std,
        skewness=found.skewness,
        quantiles=weighted_quantiles(x, w),
        n_zero=found.n_zero,
        n_infinite=found.n_infinite if with_whole else 0,
        n_whole=int(w[x == np.floor(x)].sum()) if with_whole else None,
    )


def weighted_quantiles(values: NDArray[np.float64], counts: NDArray[np.int64] | None = None) -> tuple[float, ...]:
    """The quantiles of finite values, each there `counts` times or once, with straight lines between neighbours."""
    if counts is None:
        ordered, ends = np.sort(values), np.arange(1, len(values) + 1)
    else:
        order = np.argsort(values, kind="stable")
        ordered, ends = values[order], np.cumsum(counts[order])
    places = np.array(QUANTILE_LEVELS) * (ends[-1] - 1)
    low, high = (ordered[np.searchsorted(ends, np.floor(p), side="right")] for p in (places, np.ceil(places)))
    share = places - np.floor(places)
    return tuple(float(q) for q in low * (1 - share) + high * share)


def finite_or_none(value: float | None) -> float | None:
    """A number as JSON knows it."""
    return None if value is None or not math.isfinite(value) else float(value)


def _lengths(values: pa.Array) -> NDArray[np.int64]:
    found = pc.fill_null(pc.utf8_length(values), 0).to_numpy(zero_copy_only=False)
    return np.asarray(found, dtype=np.int64)

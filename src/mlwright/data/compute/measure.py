"""What a query asks of columns of very many values, and the figures that follow.

Sums are exact, and so are the extremes. How many different values there are is estimated from those with the smallest
hashes, and the quantiles are those of drawn rows; both say how exact they are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, cast

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.engine import LONGEST_SHOWN, Sort, begins_blank, hashed, is_below, n_bytes, plain, sort_of
from mlwright.data.compute.figures import Counts, Figures, finite_or_none, weighted_quantiles
from mlwright.data.compute.moments import Moments
from mlwright.data.compute.sketches import SPACE, Distinct, rank_error
from mlwright.scoring.spelling import to_number

N_HASHED = 30_000
"""Of the different values of a column, about so many are counted."""
MOST_LISTED = 300_000
"""The hashes of so many rows of a column are fetched as they are; those of more are counted by the engine."""
FREQUENT_SHARE = 0.001
LARGEST_SQUARED = 1e150
_LONGEST_CODE = 12


class Guess(NamedTuple):
    """What some rows say of a column: how many values, the frequent ones, where numbers lie, how long texts are."""

    n_distinct: float
    frequent: pa.Array
    shift: float = 0.0
    scale: float = 1.0
    numbers: NDArray[np.float64] = np.empty(0)
    longest: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the numbers are whole."""
        return bool((self.numbers == np.floor(self.numbers)).all())

    @property
    def limit(self) -> int:
        """About `N_HASHED` different values have hashes below it."""
        return max(1, min(SPACE, math.ceil(SPACE * N_HASHED / max(1.0, self.n_distinct))))

    def has_few_below(self, n_rows: int) -> bool:
        """Whether few rows have a hash below the limit, since no value comes often."""
        return not len(self.frequent) and n_rows * N_HASHED <= MOST_LISTED * self.n_distinct


def guess_of(counts: Counts, n_rows: int) -> Guess:
    """What counted rows say of a column of `n_rows`.

    How many values there are by Chao's estimate, from those that were seen once and twice.

    References
    ----------
    Chao, A. (1984). Nonparametric estimation of the number of classes in a population. Scandinavian Journal of
    Statistics 11(4).
    """
    n, once, twice = (int(counts.counts.sum()), *(int((counts.counts == times).sum()) for times in (1, 2)))
    n_distinct = min(n_rows, len(counts.values) + once * (once - 1) / (2 * (twice + 1)))
    is_shown = (counts.counts >= max(5, FREQUENT_SHARE * n)) & (counts.lengths <= LONGEST_SHOWN)
    frequent = counts.values.filter(pa.array(is_shown))
    if counts.sort in ("text", "boolean"):
        return Guess(n_distinct, frequent, longest=int(counts.lengths.max(initial=0)))
    numbers = np.repeat(counts.numbers, counts.counts)
    numbers = numbers[np.abs(numbers) <= LARGEST_SQUARED]
    if not len(numbers):
        return Guess(n_distinct, frequent)
    shift, scale = float(np.median(numbers)), float(numbers.std())
    return Guess(n_distinct, frequent, shift, scale if 0 < scale < LARGEST_SQUARED else 1.0, numbers)


def value_of(column: ir.Value, codes: Collection[str]) -> ir.Value:
    """A column with null where a value counts as missing; of text its length."""
    value, sort = plain(column), sort_of(column)
    if sort == "text":
        is_code = ibis.cases((may_be_code(value, codes), value.strip().isin(["", *codes])), else_=False)
        return ibis.cases((is_code, None), else_=value.length())
    return ibis.cases((_is_code(value, sort, codes), None), else_=value) if codes else value


def bounded(value: ir.Value) -> ir.Value:
    """A fraction with null where it is infinite or its square would be."""
    return ibis.cases((value.abs() <= LARGEST_SQUARED, value))


def extremes(value: ir.Value) -> dict[str, ir.Value]:
    """The smallest and the largest number, or moment."""
    return {"minimum": _number(value.min()), "maximum": _number(value.max())}


def sums_of(value: ir.Value, sort: Sort, guess: Guess, ends: Mapping[str, Any] | None) -> dict[str, ir.Value]:
    """What is added up over the rows; zeros are not counted where they lie outside of the extremes."""
    if sort == "boolean":
        return {"n": value.count()}
    if sort == "text":
        return {"n": value.count(), "length": value.sum(), "longest": value.max()}
    number = _number(value)
    z = (number - guess.shift) * (1 / guess.scale)
    asked = {"n": value.count(), "z": z.sum(), "zz": (z * z).sum(), "zzz": (z * z * z).sum()}
    if _may_hold_zero(ends):
        asked["n_zero"] = ibis.cases((number == 0, 1)).count()
    if sort == "fraction" and guess.is_whole:
        asked["n_whole"] = ibis.cases((number % 1 == 0, 1)).count()
    return asked


def of_writing(column: ir.Value) -> dict[str, ir.Value]:
    """How many texts there are as they are stored, and how many of them need more than ASCII."""
    text = plain(column)
    return {"n_stored": text.count(), "n_foreign": (n_bytes(text) != text.length()).sum()}


def has_hash_below(expr: ir.Table, column: ir.Value, limit: int) -> ir.BooleanValue:
    """Whether a row holds a value whose hash lies below a limit."""
    value = plain(column)
    return cast("ir.BooleanValue", value.notnull() & is_below(hashed(expr, value), limit))


def hashes_below(expr: ir.Table, column: ir.Value, limit: int) -> ir.Value:
    """The hashes below a limit, one for each row that holds a value."""
    code = hashed(expr, plain(column))
    return code.collect(where=has_hash_below(expr, column, limit), include_null=True)


def figures_of_sums(
    sort: Sort, answer: Mapping[str, Any], codes: Collection[str], guess: Guess, sketch: Distinct
) -> Figures:
    """The figures of a column, from what was added up and from its sketch of different values."""
    n, n_infinite = int(answer["n"]), int(answer.get("n_there") or answer["n"]) - int(answer["n"])
    known = Figures(n + n_infinite, min(n + n_infinite, sketch.n), sketch.error, n_infinite=n_infinite)
    if sort == "text":
        return replace(
            known,
            n_infinite=None,
            length_mean=float(answer["length"]) / n if n else None,
            length_max=finite_or_none(answer["longest"]),
            is_ascii=not answer["n_foreign"],
        )
    if sort == "boolean" or not n:
        return known
    ends = {"minimum": float(answer["minimum"]), "maximum": float(answer["maximum"])}
    found = Moments.of_sums(n, (answer["z"], answer["zz"], answer["zzz"]), guess.shift, guess.scale, **ends)
    drawn = guess.numbers[~np.isin(guess.numbers, [to_number(code) for code in codes])]
    return replace(
        known,
        minimum=found.minimum,
        maximum=found.maximum,
        mean=finite_or_none(found.mean),
        std=found.std,
        skewness=found.skewness,
        quantiles=weighted_quantiles(drawn) if len(drawn) else (),
        quantile_error=rank_error(len(drawn)),
        n_zero=int(answer.get("n_zero", 0)),
        n_whole=answer.get("n_whole"),
    )


def may_be_code(text: ir.Value, codes: Collection[str]) -> ir.Value:
    """Whether a text begins as a code does, or with white space: only then is it worth a closer look, which is slow."""
    initials, longest = sorted({ord(code[0]) for code in codes if code}), max([_LONGEST_CODE, *map(len, codes)])
    return begins_blank(text) | ((text.length() <= longest) & text.ascii_str().isin(initials))


def _is_code(value: ir.Value, sort: Sort, codes: Collection[str]) -> ir.Value:
    if sort in ("whole", "fraction"):
        numbers = [number for number in map(to_number, codes) if not math.isnan(number)]
        return value.isin(numbers) if numbers else ibis.literal(False)
    if not value.type().is_date():
        return value.cast("timestamp").strftime("%Y-%m-%dT%H:%M:%S").isin(list(codes))
    return value.cast("string").isin(list(codes))


def _may_hold_zero(ends: Mapping[str, Any] | None) -> bool:
    """Whether zero lies between the extremes; NaN as an extreme tells nothing."""
    low, high = ((ends or {}).get(end) for end in ("minimum", "maximum"))
    return not ((low is not None and low > 0) or (high is not None and high < 0))


def _number(value: ir.Value) -> ir.Value:
    """A number, or a moment in seconds since 1970."""
    is_moment = sort_of(value) == "moment"
    return (value.cast("timestamp").epoch_seconds() if is_moment else value).cast("float64")

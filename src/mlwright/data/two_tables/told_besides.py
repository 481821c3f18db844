"""What is told of two tables besides the shares of cells: keys that repeat, dates that moved on, other units."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.cells import DAY_S
from mlwright.data.drifts._shares import chance, distance
from mlwright.data.units import UNITS, Unit
from mlwright.data.words import figure, percent
from mlwright.records.drift import ColumnDrift
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import to_number_array

Array = NDArray[np.float64]

FAR = 0.4
"""Share of the rows that lie elsewhere from which on another unit is looked for."""
NEAR = 0.1
CERTAIN = 1e-3
FEWEST_KEYS = 10


def keys_beside(name: str, then: pa.ChunkedArray, now: pa.ChunkedArray) -> ColumnDrift:
    """Whether values that name rows do so still; of as many rows of either table, as more rows repeat more."""
    if min(len(then), len(now)) < FEWEST_KEYS:
        return ColumnDrift(name=name, untested="there are too few rows, or one value alone")
    both = [_key_counts(values) for values in (then, now)]
    kept = (both[0] + both[1]) > 0
    there = [counts[kept] for counts in both]
    again = [percent(counts[1] / counts.sum()) for counts in both]
    lost = [percent(counts[2] / counts.sum()) for counts in both]
    told = f"{lost[1]} of the values are missing; it was {lost[0]}."
    if abs(both[1][1] - both[0][1]) >= abs(both[1][2] - both[0][2]):
        told = f"{again[1]} of the values stand in another row too; it was {again[0]}."
    labels = np.array([f"{name} is there once", f"{name} is there again", f"{name} is missing"])
    return ColumnDrift(
        name=name,
        sort="names",
        p_value=chance(there[0], there[1]) if kept.sum() > 1 else 1.0,
        size=distance(*both),
        sentence=told,
        labels=tuple(labels[kept].tolist()),
        then=tuple((there[0] / there[0].sum()).tolist()),
        now=tuple((there[1] / there[1].sum()).tolist()),
    )


def _key_counts(values: pa.ChunkedArray) -> Array:
    """Rows with a value for the first time, with one that was there before, and without one."""
    n_missing, n_distinct = values.null_count, pc.count_distinct(values, mode="only_valid").as_py()
    return np.array([n_distinct, len(values) - n_missing - n_distinct, n_missing], dtype=np.float64)


def moved_on(name: str, then: pa.ChunkedArray, now: pa.ChunkedArray) -> str:
    """By how much dates lie later or earlier, if that is beyond chance; dates move on by themselves, so it is told."""
    before, after = (to_moment_array(values) for values in (then, now))
    before, after = (moments[np.isfinite(moments)] for moments in (before, after))
    if not len(before) or not len(after):
        return ""
    middles = [float(np.median(moments)) for moments in (before, after)]
    counts = [
        np.array([(moments <= middles[0]).sum(), (moments > middles[0]).sum()], float) for moments in (before, after)
    ]
    if not (counts[0] + counts[1]).all() or chance(*counts) > CERTAIN:
        return ""
    days = (middles[1] - middles[0]) / DAY_S
    way = "later" if days > 0 else "earlier"
    spans = [f"{_day(moments.min())} to {_day(moments.max())}" for moments in (after, before)]
    return f"{name} lies {figure(abs(days))} days {way} in the middle: {spans[0]}; it was {spans[1]}."


def _day(moment: float) -> str:
    return str(np.datetime64(int(moment), "s").astype("datetime64[D]"))


def numbers_beside(found: ColumnDrift, then: pa.ChunkedArray, now: pa.ChunkedArray) -> ColumnDrift:
    """Of numbers that moved the middle then and now, and the unit that would explain it."""
    there = [numbers[~np.isnan(numbers)] for numbers in map(to_number_array, (then, now))]
    known = [numbers[np.isfinite(numbers)] for numbers in there]
    if not all(map(len, known)):
        return found
    middles = [figure(float(np.median(numbers))) for numbers in known]
    unit = _unit(*map(_trimmed, known)) if found.size >= FAR else None
    looks = f" They look {unit.told}." if unit else _most_frequent_beyond(*there) if found.aspect == "new" else ""
    told = f"{found.sentence} The middle is {middles[1]}; it was {middles[0]}.{looks}"
    return found.model_copy(update={"sentence": told})


def _most_frequent_beyond(then: Array, now: Array) -> str:
    """A number such as there was none, if one of them comes again and again: a code for a missing value looks so."""
    values, counts = np.unique(now[(now < then.min()) | (now > then.max())], return_counts=True)
    return f" Beyond lies most often {figure(float(values[counts.argmax()]))}." if counts.max(initial=0) > 1 else ""


def _unit(then: tuple[float, float], now: tuple[float, float]) -> Unit | None:
    """The unit that brings mean and spread back to where they were, both to within a tenth of the spread."""
    apart = {
        unit: max(abs((now[0] - unit.shift) / unit.scale - then[0]), abs(now[1] / unit.scale - then[1]))
        for unit in UNITS
    }
    best = min(apart, key=apart.__getitem__)
    return best if apart[best] < NEAR * then[1] else None


def _trimmed(numbers: Array) -> tuple[float, float]:
    """Mean and mean distance from it of the inner nine tenths, which hardly feel how values were rounded."""
    low, high = np.quantile(numbers, [0.05, 0.95])
    inner = numbers[(numbers >= low) & (numbers <= high)]
    return float(inner.mean()), float(np.abs(inner - inner.mean()).mean())

"""Values as the toolbox takes them: any sequence, missing ones left out, too few refused in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlwright.core.errors import TableError

Array = NDArray[np.float64]


def numbers(values: ArrayLike, least: int = 2, name: str = "values") -> Array:
    """One-dimensional numbers without the missing ones.

    Raises
    ------
    TableError
        If they are no numbers, or fewer than `least`.
    """
    found = _floats(values, name)
    there = found[~np.isnan(found)]
    if len(there) < least:
        raise TableError(f"The {name} hold {len(there)} numbers; it takes {least} at least.", "Give more values.")
    if not np.isfinite(there).all():
        raise TableError(f"The {name} hold infinite numbers.", "Leave them out, or bound them.")
    return there


def pairs(x: ArrayLike, y: ArrayLike, least: int = 4) -> tuple[Array, Array]:
    """Two columns of numbers without the rows in which one is missing."""
    a: Array = _floats(x, "values of x")
    b: Array = _floats(y, "values of y")
    _alike(len(a), len(b))
    known = np.isfinite(a) & np.isfinite(b)
    _check_enough(known, least)
    return a[known], b[known]


def names(values: Sequence[Any], name: str = "names") -> tuple[NDArray[np.int64], list[str]]:
    """Names as places in a sorted list; -1 where missing (None or NaN)."""
    found = [None if value is None or value != value else str(value) for value in np.asarray(values, object).ravel()]
    known = sorted({value for value in found if value is not None})
    if not known:
        raise TableError(f"The {name} are all missing.", "Give a column that has values.")
    places = {value: place for place, value in enumerate(known)}
    return np.array([-1 if value is None else places[value] for value in found], dtype=np.int64), known


def table_of(a: Sequence[Any], b: Sequence[Any], least: int = 4) -> Array:
    """How often each pair of names comes, shape (n_names_a, n_names_b), without empty rows and columns."""
    first, second = names(a, "names of a")[0], names(b, "names of b")[0]
    _alike(len(first), len(second))
    known = (first >= 0) & (second >= 0)
    _check_enough(known, least)
    first, second = first[known], second[known]
    shape = int(first.max()) + 1, int(second.max()) + 1
    flat = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1])
    counts: Array = flat.reshape(shape).astype(np.float64)
    filled: Array = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    return filled


def _floats(values: ArrayLike, name: str) -> Array:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TableError(f"The {name} are not all numbers.", "Convert them, or compare them as names.") from None
    if found.ndim != 1:
        raise TableError(f"The {name} have {found.ndim} dimensions; one is wanted.", "Give a single column.")
    return found


def _alike(n: int, m: int) -> None:
    if n != m:
        raise TableError(f"The two columns are {n} and {m} rows long.", "Give two columns of the same rows.")


def _check_enough(known: NDArray[np.bool_], least: int) -> None:
    if known.sum() < least:
        raise TableError(f"{int(known.sum())} rows have both values; it takes {least} at least.", "Give more rows.")

"""Named arrays as bytes, in the safetensors format: shapes, types and numbers, and no code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mlwright.core.errors import BundleError

Arrays = dict[str, NDArray[Any]]


def arrays_to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack arrays; the same arrays always give the same bytes."""
    packed: bytes = save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())})
    return packed


def arrays_from_bytes(data: bytes, names: Iterable[str], what: str) -> Arrays:
    """Unpack arrays and see that those of `names` are there.

    Raises
    ------
    BundleError
        If the bytes are not in the format, or an array is missing or holds something that is not finite.
    """
    try:
        arrays: Arrays = load(data)
    except (SafetensorError, ValueError, KeyError, AttributeError) as error:
        raise BundleError(f"{what} cannot be read: {error}.") from error
    if missing := [name for name in names if name not in arrays]:
        raise BundleError(f"{what} lacks the array {missing[0]!r}.")
    if odd := [name for name, array in arrays.items() if not np.isfinite(array).all()]:
        raise BundleError(f"{what} holds numbers that are not finite, in {odd[0]!r}.")
    return arrays

"""Hashes that are the same in every engine, version and machine, so that what is kept today merges for ever."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FAMILY = "mlwright-1"
_STEP = np.uint64(0x9E3779B97F4A7C15)


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """64 bits for 64 bits, such that near ones become strangers (splitmix64).

    References
    ----------
    Steele, G., Lea, D. and Flood, C. (2014). Fast splittable pseudorandom number generators. OOPSLA 2014.
    """
    x = x + _STEP
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def hashes_of_numbers(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Of finite or infinite numbers, by their bits; 0 and -0 are alike."""
    return mixed((values + 0.0).view(np.uint64))


def hashes_of_texts(values: pa.Array) -> NDArray[np.uint64]:
    """Of texts without null: each byte is mixed with its place, and the sum is mixed with the length."""
    whole = values.cast(pa.large_string())
    starts = np.frombuffer(whole.buffers()[1], np.int64)[whole.offset : whole.offset + len(whole) + 1]
    lengths = np.diff(starts)
    letters = np.frombuffer(whole.buffers()[2] or b"", np.uint8)[starts[0] : starts[-1]]
    places = np.arange(len(letters), dtype=np.int64) - np.repeat(starts[:-1] - starts[0], lengths)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(mixed(letters + (places.astype(np.uint64) << np.uint64(8))))])
    return mixed((sums[starts[1:] - starts[0]] - sums[starts[:-1] - starts[0]]) ^ lengths.astype(np.uint64))

"""What the tasks with classes share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.scoring.spelling import spelled


def class_places(
    values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
) -> NDArray[np.float64]:
    """The place of each value in `classes`; NaN where it is missing, a missing code or not among them."""
    levels, places = spelled(values)
    known = {name: float(place) for place, name in enumerate(classes) if name not in missing_codes}
    by_level = np.array([*(known.get(level, np.nan) for level in levels), np.nan])
    found: NDArray[np.float64] = by_level[places]
    return found

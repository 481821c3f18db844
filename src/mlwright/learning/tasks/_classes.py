"""What the tasks with classes share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.scoring.answers import Answers


def class_places(
    values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
) -> NDArray[np.float64]:
    """The place of each value in `classes`; NaN where it is missing, a missing code or not among them."""
    places = Answers(classes).of(values, missing_codes)
    return np.where(places < 0, np.nan, places.astype(np.float64))

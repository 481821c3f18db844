"""Encoded rows as CatBoost takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.fills import fill


def features(blocks: Blocks, fills: NDArray[np.float64]) -> Any:
    """The rows as CatBoost takes them: numbers, and codes as the names of categories."""
    import catboost

    numbers = fill(np.array(blocks.numbers, dtype=np.float32, order="C"), fills)
    names = np.array([b"%d" % code for code in blocks.codes.ravel().tolist()], dtype=object)
    return catboost.FeaturesData(
        num_feature_data=numbers if numbers.shape[1] else None,
        cat_feature_data=names.reshape(blocks.codes.shape) if blocks.codes.shape[1] else None,
    )

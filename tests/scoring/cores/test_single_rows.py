"""A row alone is scored by LightGBM as it is among others, from as many threads as there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores.lightgbm import LightGBMCore


def trained(n_classes: int) -> tuple[LightGBMCore, Blocks]:
    """A core and rows with missing numbers, missing names and names that it has not seen."""
    rng = np.random.default_rng(n_classes)
    numbers = rng.normal(size=(400, 3)).astype(np.float32)
    numbers[rng.random(numbers.shape) < 0.1] = np.nan
    blocks = Blocks(numbers, rng.integers(-1, 5, size=(400, 2)).astype(np.int32))
    matrix = blocks.matrix()
    target = (np.nan_to_num(matrix).sum(axis=1) > rng.normal(size=400)).astype(int) % max(n_classes, 2)
    if n_classes > 2:
        target = rng.integers(0, n_classes, size=400)
    kind = {0: "regression", 2: "binary"}.get(n_classes, "multiclass")
    options = {"objective": kind, "verbose": -1, "num_threads": 1, "num_leaves": 7}
    options |= {"num_class": n_classes} if n_classes > 2 else {}
    data = lightgbm.Dataset(matrix, target, categorical_feature=[3, 4])
    text = lightgbm.train(options, data, num_boost_round=20).model_to_string()
    return LightGBMCore.of(text, np.full(3, np.nan)), blocks


@pytest.mark.parametrize("n_classes", [0, 2, 4])
def test_a_row_alone_has_the_scores_that_it_has_among_others(n_classes: int) -> None:
    core, blocks = trained(n_classes)
    together = core.predict(blocks)
    alone = np.vstack([core.predict(blocks.take(np.array([row]))) for row in range(len(blocks))])
    assert np.array_equal(alone, together)


def test_many_threads_get_the_scores_of_one() -> None:
    core, blocks = trained(2)
    rows = [blocks.take(np.array([row])) for row in range(len(blocks))]
    wanted = [core.predict(row).item() for row in rows]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [core.predict(row).item() for row in rows], range(8)):
            assert found == wanted

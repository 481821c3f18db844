"""Children of neighbouring rows, and what cores gain together where these are asked: known truth, seeded."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.correcting.children import children
from mlwright.learning.search.correcting.together import gain_together
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.scoring.blocks import BlockNames, Blocks

N_ROWS, N_FOLDS = 400, 8
NAMES = BlockNames(("a", "b", "c", "c:squared"), ("a", "b", "c", "c"), ("d",), ("d",), (3,))


def some_blocks(rng, n_rows=N_ROWS):
    numbers = rng.normal(size=(n_rows, 3))
    numbers[rng.random(n_rows) < 0.1, 0] = np.nan
    codes = rng.integers(0, 3, size=(n_rows, 1)).astype(np.int32)
    return Blocks(np.c_[numbers, numbers[:, 2] ** 2].astype(np.float32), codes)


def test_a_child_has_its_columns_from_two_rows_and_those_of_one_input_stay_together():
    rng = np.random.default_rng(0)
    blocks = some_blocks(rng)
    born = children(blocks, NAMES, rng)
    assert len(born) == len(blocks)
    assert np.allclose(born.numbers[:, 2] ** 2, born.numbers[:, 3], rtol=1e-5)
    for place in range(3):
        changed = ~np.isclose(born.numbers[:, place], blocks.numbers[:, place], equal_nan=True)
        assert 0.3 < changed.mean() < 0.7
        assert np.isin(born.numbers[changed, place], [*blocks.numbers[:, place], np.nan]).mean() > 0.85
    both = (born.numbers[:, 1] != blocks.numbers[:, 1]) & (born.numbers[:, 2] != blocks.numbers[:, 2])
    other = [int(np.flatnonzero(blocks.numbers[:, 1] == row[1])[0]) for row in born.numbers[both]]
    assert np.array_equal(blocks.numbers[other, 2], born.numbers[both, 2])


def test_rows_without_columns_are_their_own_children():
    empty = Blocks(np.empty((5, 0), dtype=np.float32), np.empty((5, 0), dtype=np.int32))
    assert len(children(empty, BlockNames((), (), (), (), ()), np.random.default_rng(0))) == 5


@pytest.mark.parametrize("n_near", [1, 2, 3])
def test_what_cores_gain_together_is_found_though_they_know_all_rows(n_near):
    """The mean of the nearest rows: of a row that it has learned from a core has heard the truth."""
    told, true = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        inputs, fresh = rng.normal(size=(N_ROWS, 4)).astype(np.float32), rng.normal(size=(4_000, 4))
        target = inputs.sum(axis=1) + rng.normal(size=N_ROWS)
        fold = rng.permutation(N_ROWS) % N_FOLDS

        def said(rows, *, inputs=inputs, target=target, fold=fold):
            cores = []
            for one in range(N_FOLDS):
                learned = fold != one
                near = cKDTree(inputs[learned]).query(rows, [*range(1, n_near + 1)])[1]
                cores.append(target[learned][near].mean(axis=1))
            return np.stack(cores)[:, :, None]

        names = BlockNames(tuple("wxyz"), tuple("wxyz"), (), (), ())
        born = children(Blocks(inputs, np.empty((N_ROWS, 0), dtype=np.int32)), names, rng)
        judge = Judge(TASKS.get("regression")(), METRICS.get("rmse")(), HeldOut(np.arange(N_ROWS), target, fold))
        told.append(gain_together(said(inputs), said(born.numbers), judge, 0.0, is_number=True))
        true.append(float(said(fresh)[:, :, 0].var(axis=0).mean()))
    assert 0.7 < np.mean(told) / np.mean(true) < 1.3

"""Well-scaled columns: laid out to fit, multiplied to score, with the same result."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from mlwright.core.errors import BundleError
from mlwright.learning.design import lay_out, learn_design
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.cores.net import NetCore
from mlwright.scoring.dense import Design


def rows(n_rows=300, n_levels=(3, 5), n_terms=0):
    rng = np.random.default_rng(0)
    numbers = np.column_stack(
        [rng.normal(50, 10, n_rows), rng.lognormal(0, 2, n_rows), rng.integers(0, 2, n_rows), np.full(n_rows, 4.0)]
    ).astype(np.float32)
    numbers[::7, 0] = np.nan
    codes = np.column_stack([rng.integers(-1, levels + 1, n_rows) for levels in n_levels]).astype(np.int32)
    text = csr_matrix(random_array((n_rows, n_terms), density=0.1, rng=rng, dtype=np.float32)) if n_terms else None
    names = BlockNames(tuple("abcd"), tuple("abcd"), ("e", "f"), ("e", "f"), n_levels, n_terms)
    return Blocks(numbers, codes, text), names


def columns_of(design: Design, blocks: Blocks):
    laid_out = lay_out(design, blocks)
    return np.hstack([laid_out.dense, *([] if laid_out.sparse is None else [laid_out.sparse.toarray()])])


@pytest.mark.parametrize(
    ("n_levels", "n_terms", "n_ramps"), [((3, 5), 0, 0), ((3, 5), 0, 8), ((200, 5), 0, 4), ((3, 5), 20, 4)]
)
def test_the_product_is_that_of_the_columns_laid_out(n_levels, n_terms, n_ramps):
    blocks, names = rows(n_levels=n_levels, n_terms=n_terms)
    design = learn_design(blocks, names, with_text=True, n_ramps=n_ramps)
    weights = np.random.default_rng(1).normal(size=(design.width, 3))
    expected = columns_of(design, blocks) @ weights
    assert np.allclose(design.times(blocks, weights), expected)
    assert np.allclose(lay_out(design, blocks).times(weights), expected)


def test_columns_beside_each_other_are_as_one_matrix():
    blocks, names = rows(n_levels=(200, 5), n_terms=20)
    design = learn_design(blocks, names, with_text=True)
    laid_out, matrix, some = lay_out(design, blocks), columns_of(design, blocks), np.array([7, 3])
    values = np.random.default_rng(1).normal(size=(len(blocks), 2))
    assert laid_out.width == design.width == matrix.shape[1]
    assert np.allclose(laid_out.transposed_times(values), matrix.T @ values)
    assert np.allclose(laid_out.take(some).times(matrix.T[:, :3]), matrix[some] @ matrix.T[:, :3])


def test_few_rows_and_many_are_bent_alike():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False, n_ramps=4)
    alone = [design.dense(blocks.take(np.array([row]))) for row in range(len(blocks))]
    assert (np.vstack(alone) == design.dense(blocks)).all()


def test_numbers_are_standardised_and_missing_ones_are_average():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False)
    first = design.dense(blocks)[:, 0]
    is_missing = np.isnan(blocks.numbers[:, 0])
    assert (first[is_missing] == 0).all()
    assert first[~is_missing].mean() == pytest.approx(0, abs=1e-6)
    assert first[~is_missing].std() == pytest.approx(1, abs=1e-6)


def test_a_column_says_where_a_number_is_missing_if_it_ever_was():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False)
    assert design.gaps.tolist() == [0]
    assert (design.dense(blocks)[:, -1] == np.isnan(blocks.numbers[:, 0])).all()


def test_a_skewed_number_gets_a_copy_with_a_normal_distribution_and_a_normal_one_does_not():
    blocks, names = rows(n_rows=3000)
    design = learn_design(blocks, names, with_text=False)
    assert design.curves.tolist() == [1]
    copy = design.dense(blocks)[:, 4]
    assert abs(copy.mean()) < 0.05
    assert abs(copy.std() - 1) < 0.1
    assert abs((copy**3).mean()) < 0.2


def test_a_constant_column_stays_zero_whatever_comes_later():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False)
    wild = Blocks(np.full_like(blocks.numbers, 1e30), blocks.codes)
    assert (design.dense(wild)[:, 3] == 0).all()
    assert np.isfinite(design.dense(wild)).all()


def test_every_code_raises_one_flag():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False)
    flags = columns_of(design, blocks)[:, design.n_dense :]
    assert flags.shape[1] == 3 + 2 + 5 + 2
    assert (flags.sum(axis=1) == 2).all()
    missing_or_other = blocks.codes[:, 0] == -1, blocks.codes[:, 0] == 3
    assert (flags[:, 4] == missing_or_other[0]).all()
    assert (flags[:, 3] == missing_or_other[1]).all()


def test_a_core_whose_arrays_do_not_fit_together_is_refused():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False, n_ramps=2)
    short = np.zeros((design.width - 1, 1))
    with pytest.raises(BundleError, match="do not fit"):
        LinearCore.from_bytes(LinearCore(design, short, np.zeros(1), 0).to_bytes())
    with pytest.raises(BundleError, match="do not fit"):
        NetCore.from_bytes(NetCore(design, [short], [np.zeros(1)], 0).to_bytes())


def test_a_core_with_numbers_that_are_none_is_refused():
    blocks, names = rows()
    design = learn_design(blocks, names, with_text=False)
    weights = np.full((design.width, 1), np.nan)
    with pytest.raises(BundleError, match="not finite"):
        LinearCore.from_bytes(LinearCore(design, weights, np.zeros(1), 0).to_bytes())

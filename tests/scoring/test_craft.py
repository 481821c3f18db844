"""Made numbers are what their recipe says, for every row, and are missing where they cannot be made."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.core.errors import BundleError
from mlwright.learning.models import Rows
from mlwright.learning.models._craft import Pair, Recipe, Table, learn, make_out_of_fold
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.craft import OPERATIONS, Craft

NAMES = BlockNames(("a", "b"), ("a", "b"), ("city", "plan"), ("city", "plan"), (2, 3))
EVERY_PAIR = Recipe([Pair(0, 1, place) for place in range(len(OPERATIONS))], [])


def blocks(numbers: list[list[float]], codes: list[list[int]]) -> Blocks:
    return Blocks(np.array(numbers, dtype=np.float32), np.array(codes, dtype=np.int32))


def rows(n_rows: int = 4_000) -> Rows:
    """City 0 has a mean of 10, city 1 of 20; plans say nothing."""
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.integers(0, 2, n_rows), rng.integers(0, 3, n_rows)]).astype(np.int32)
    target = 10.0 + 10.0 * codes[:, 0] + rng.normal(size=n_rows)
    return Rows(Blocks(np.column_stack([target, codes[:, 1]]).astype(np.float32), codes), target)


def made(recipe: Recipe, learned_from: Rows, asked: Blocks) -> np.ndarray:
    return learn(recipe, learned_from, learned_from.target[:, None], NAMES).made(asked)


def test_pairs_are_calculated_and_nothing_is_divided_by_zero():
    known, asked = rows(10), blocks([[6.0, 2.0], [6.0, 0.0], [np.nan, 2.0]], [[0, 0]] * 3)
    found = made(EVERY_PAIR, known, asked)
    assert found[0].tolist() == [8.0, 4.0, 12.0, 3.0]
    assert found[1, :3].tolist() == [6.0, 6.0, 0.0]
    assert np.isnan(found[1, 3])
    assert np.isnan(found[2]).all()


def test_numbers_that_grow_beyond_all_bounds_are_missing():
    assert np.isnan(made(EVERY_PAIR, rows(10), blocks([[1e30, 1e30]], [[0, 0]]))[0, 2])


def test_a_table_holds_the_mean_of_the_target_for_each_code():
    found = made(Recipe([], [Table(0, -1, 0)]), rows(), blocks([[0, 0]] * 4, [[0, 0], [1, 0], [2, 0], [-1, 0]]))
    assert found[:, 0] == pytest.approx([10, 20, 15, 15], abs=0.3)


def test_two_codes_together_have_an_entry_each():
    known = rows()
    both = Rows(known.blocks, (known.blocks.codes[:, 0] ^ (known.blocks.codes[:, 1] == 2)).astype(float))
    asked = blocks([[0, 0]] * 4, [[0, 0], [0, 2], [1, 0], [1, 2]])
    assert made(Recipe([], [Table(0, 1, 0)]), both, asked)[:, 0] == pytest.approx([0, 1, 1, 0], abs=0.05)


def test_the_mean_of_a_number_is_subtracted_from_it():
    found = made(Recipe([], [Table(0, -1, -1, 0)]), rows(), blocks([[12.0, 0], [12.0, 0]], [[0, 0], [1, 0]]))
    assert found[:, 0] == pytest.approx([2, -8], abs=0.3)


def test_a_rows_own_target_is_not_told_to_it():
    """With a code of its own for every row, a mean that held the row's own target would tell it all."""
    rng, n_rows = np.random.default_rng(1), 500
    names = BlockNames((), (), ("id",), ("id",), (n_rows,))
    target = rng.normal(size=n_rows)
    lone = Rows(Blocks(np.empty((n_rows, 0), np.float32), np.arange(n_rows, dtype=np.int32)[:, None]), target)
    recipe = Recipe([], [Table(0, -1, 0)])
    out_of_fold = make_out_of_fold(recipe, lone, target[:, None], names, rng)
    assert np.corrcoef(learn(recipe, lone, target[:, None], names).made(lone.blocks)[:, 0], target)[0, 1] > 0.99
    assert abs(np.corrcoef(out_of_fold[:, 0], target)[0, 1]) < 0.35


def test_arrays_that_do_not_fit_together_are_refused():
    arrays = learn(Recipe([], [Table(0, 1, 0)]), rows(50), rows(50).target[:, None], NAMES).to_arrays()
    for name, wrong in [("entries", arrays["entries"][:-1]), ("first", np.array([7])), ("second", np.array([9]))]:
        with pytest.raises(BundleError, match="do not fit"):
            Craft.from_arrays(arrays | {name: wrong})

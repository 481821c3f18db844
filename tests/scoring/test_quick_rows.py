"""A row alone takes quicker ways than many rows, and gets the same answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlwright.records.model import Calibrator
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.calibrate import calibrate, calibration_of_row
from mlwright.scoring.craft import Craft
from mlwright.scoring.dense import Design
from mlwright.scoring.tables import Tables, tables_of

N_LEVELS = (3, 2)
NUMBERS = st.one_of(st.just(math.nan), st.floats(-1e6, 1e6, width=32), st.sampled_from([-2.0, 0.0, 1.0, 5.0, 1e30]))


def design(rng: np.random.Generator, *, step: bool) -> Design:
    """Four numbers: curves, one of them with a step; ramps; a gap; and two codes."""
    knots = np.sort(rng.normal(0, 3, size=(3, 6)), axis=1)
    if step:
        knots[0, 2] = knots[0, 3]
    return Design(
        low=np.array([-5.0, -1.0, 0.0, -2.0]),
        high=np.array([5.0, 1.0, 0.0, 900.0]),
        center=rng.normal(size=4),
        scale=rng.uniform(0.5, 2, size=4),
        curves=np.array([0, 1, 1]),
        knots=knots,
        heights=np.cumsum(rng.uniform(size=(3, 6)), axis=1),
        ramps=np.array([3, 3, 0]),
        feet=np.array([0.0, 5.0, 1.0]),
        lengths=np.array([5.0, 0.5, 1e-9]),
        gaps=np.array([2, 3]),
        n_levels=np.array(N_LEVELS),
        n_terms=np.array([0]),
    )


@settings(max_examples=200)
@given(
    numbers=st.lists(NUMBERS, min_size=4, max_size=4),
    codes=st.tuples(st.integers(-1, 3), st.integers(-1, 2)),
    step=st.booleans(),
    n_sums=st.sampled_from([1, 3]),
)
def test_tables_say_what_the_columns_say(numbers: list[float], codes: tuple[int, int], step: bool, n_sums: int) -> None:
    rng = np.random.default_rng(0)
    columns = design(rng, step=step)
    weights = rng.normal(size=(columns.width, n_sums))
    row = Blocks(np.array([numbers], dtype=np.float32), np.array([codes], dtype=np.int32))
    other = design(np.random.default_rng(1), step=step)
    others = rng.normal(size=(other.width, 2))
    found = Tables([columns, other], [weights, others]).sums(row.first)
    wanted = np.hstack([columns.times(row, weights), other.times(row, others)])
    np.testing.assert_allclose(found, wanted, rtol=1e-6 if abs(numbers[0] - 1) < 1e-6 else 1e-11, atol=1e-11)


def test_tables_that_would_be_too_large_are_not_made() -> None:
    columns = design(np.random.default_rng(0), step=False)
    assert tables_of([columns], [np.zeros((columns.width, 2))]) is not None
    assert tables_of([columns], [np.broadcast_to(0.0, (columns.width, 1 << 20))]) is None


@pytest.mark.parametrize("minuend", [-1, 1])
@settings(max_examples=200)
@given(
    numbers=st.lists(st.one_of(NUMBERS, st.sampled_from([3e38, -0.0])), min_size=2, max_size=2),
    codes=st.tuples(st.integers(-1, 5), st.integers(-1, 5)),
)
def test_made_columns_of_one_row_are_those_of_many(minuend: int, numbers: list[float], codes: tuple[int, int]) -> None:
    craft = Craft(
        left=np.array([0, 0, 0, 1]),
        right=np.array([1, 1, 1, 0]),
        operation=np.array([0, 1, 2, 3]),
        first=np.array([0, 1]),
        second=np.array([-1, 0]),
        minuend=np.array([-1, minuend]),
        n_levels=np.array(N_LEVELS),
        entries=np.random.default_rng(1).normal(size=5 + 4 * 5).astype(np.float32),
    )
    row = Blocks(np.array([numbers], dtype=np.float32), np.array([codes], dtype=np.int32))
    np.testing.assert_array_equal(craft.row(row.first), craft.extended(row).row)


@given(score=st.floats(0.0, 1.0), parameters=st.tuples(*[st.floats(-300, 300)] * 3))
def test_a_score_is_calibrated_alone_as_among_others(score: float, parameters: tuple[float, float, float]) -> None:
    calibrator = Calibrator(form="beta", parameters=parameters)
    found = calibration_of_row(calibrator)([score])
    assert found == pytest.approx(calibrate(np.array([[score]]), calibrator)[0].tolist(), rel=1e-12, abs=1e-300)

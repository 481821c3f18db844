"""The mean of a part of rows that follow each other in time is held as often as is said, by no wider an interval."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.statistics.means import mean_estimates
from mlwright.statistics.parts import part_estimate
from mlwright.statistics.sampling import Draws, Sampling, block_length

N_ROWS, N_SETS = 1200, 300


def remembering(rng: np.random.Generator, memory: float) -> np.ndarray:
    """Values with a spread of 1 that remember the value before them."""
    noise = rng.normal(size=N_ROWS + 100) * np.sqrt(1 - memory**2)
    values = np.zeros(len(noise))
    for place in range(1, len(values)):
        values[place] = memory * values[place - 1] + noise[place]
    return values[100:]


@pytest.mark.parametrize("memory", [0.0, 0.7])
def test_a_part_scattered_in_time_is_held_as_often_as_is_said(memory: float) -> None:
    rng = np.random.default_rng(0)
    part = np.arange(N_ROWS) % 24 < 3  # three hours of each day
    found = []
    for _ in range(N_SETS):
        values = 2.0 + remembering(rng, memory)
        sampling = Sampling(N_ROWS, order=np.arange(N_ROWS), block=block_length(values))
        found.append(part_estimate(values, part, Draws(sampling, 1, 400)))
    held = np.mean([one.low <= 2.0 <= one.high for one in found])
    assert 0.91 <= held <= 0.995
    usual = 1.96 * np.std([one.value for one in found])
    assert np.median([one.high - one.value for one in found]) < 1.6 * usual


def test_where_rows_are_drawn_one_by_one_it_is_the_mean_of_its_rows() -> None:
    values, part = np.random.default_rng(0).exponential(size=200), np.arange(200) < 60
    draws = Draws(Sampling(200), 1)
    assert part_estimate(values, part, draws) == mean_estimates(values[:60][:, None], draws.of(Sampling(60)))[0]

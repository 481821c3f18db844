"""Figures of held-out rows as they are to be expected on new ones."""

import math

import pytest

from mlwright.learning.metrics import METRICS
from mlwright.learning.owed import moved
from mlwright.records.evaluation import Estimate

TOLD = Estimate(value=1.0, low=0.9, high=1.1, level=0.95, method="known")


def reach(found):
    return found.value - found.low, found.high - found.value


def test_an_error_in_proportion_to_squares_reaches_further_up_than_down():
    rmse = METRICS.get("rmse")()
    below, above = reach(moved(TOLD, 0.0, 0.1, rmse, in_proportion=True))
    # At either end the truth is so many of its own standard errors away: 1.96 tenths of itself.
    down, up = 1 - 1 / 1.196, 1 / 0.804 - 1
    assert (below, above) == (
        pytest.approx(math.hypot(0.1, down), abs=1e-4),
        pytest.approx(math.hypot(0.1, up), abs=1e-4),
    )


@pytest.mark.parametrize("metric", ["log_loss", "mae", "r2"])
def test_other_errors_reach_as_far_both_ways(metric):
    told = TOLD.model_copy(update={"value": 0.5, "low": 0.4, "high": 0.6})
    below, above = reach(moved(told, 0.0, 0.1, METRICS.get(metric)(), in_proportion=True))
    assert below == pytest.approx(above)


def test_an_error_as_large_as_the_figure_has_an_end():
    assert math.isfinite(moved(TOLD, 0.0, 2.0, METRICS.get("rmse")(), in_proportion=True).high)

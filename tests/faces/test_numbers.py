"""Figures as people read them."""

import math

import pytest

from mlwright.faces.render.numbers import alike, duration, short, two_errors, with_interval
from mlwright.records.evaluation import Estimate


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, method="known")


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (0.41234, 0.38531, 0.43914, "0.4123 (0.3853 to 0.4391)"),
        (399.1, 330.5, 440.6, "399 (330 to 441)"),
        (-335.46, -370.46, -304.01, "-335.5 (-370.5 to -304.0)"),
        (46028.4, 43864.1, 48646.9, "46,028 (43,864 to 48,647)"),
        (58_736_593, 56_530_389, 61_103_306, "58.74 million (56.53 to 61.10 million)"),
        (0, 0, 0.0128, "0 (0 to 0.0128)"),
        (0.5, 0.5, 0.5, "0.5"),
        (1e-9, 5e-10, 2e-9, "1e-09 (5e-10 to 2e-09)"),
        (3e13, 2e13, 5e13, "3e+13 (2e+13 to 5e+13)"),
        (math.nan, math.nan, math.nan, "-"),
        (0.5, math.nan, math.nan, "0.5"),
    ],
)
def test_an_interval_says_how_many_digits_matter(value, low, high, told):
    assert with_interval(estimate(value, low, high)) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(math.inf, "∞"), (-math.inf, "-∞"), (math.nan, "-"), (0.0, "0"), (2.5e6, "2.5 million"), (1e15, "1e+15")],
)
def test_a_number_has_as_many_digits_as_help(value, told):
    assert short(value) == told


def test_numbers_beside_an_estimate_look_like_it():
    beside = estimate(0.8401, 0.8230, 0.8571)
    assert alike(0.66961234, beside) == "0.6696"
    assert alike(-0.00000067, beside) == "0.0000"
    assert alike(math.nan, beside) == "-"
    assert alike(0.25, estimate(0.5, 0.5, 0.5)) == "0.25"
    assert alike(0.0071234, two_errors(0.4081, 0.0071)) == "0.0071"


@pytest.mark.parametrize(("seconds", "told"), [(59.9, "59.9 s"), (60, "1 min 0 s"), (3599.6, "1 h 0 min"), (0, "0 ms")])
def test_a_length_of_time(seconds, told):
    assert duration(seconds) == told

"""Evidence that is looked at after every value is wrong as rarely as it says, and finds what is there."""

import math

import numpy as np
import pytest

from mlwright.statistics.sequential import Gathered, log_e_value, lower_bound, upper_bound

ALPHA = 0.05


def steps(gathered, values):
    """What is gathered after each hundred values."""
    for part in np.array_split(values, len(values) // 100):
        gathered = gathered.adding(part)
        yield gathered


def crossed(values, width):
    return any(log_e_value(found, width) >= math.log(1 / ALPHA) for found in steps(Gathered(), values))


def test_nothing_is_known_before_the_first_value():
    assert log_e_value(Gathered(), 2.0) == 0.0
    assert lower_bound(Gathered(), 2.0, ALPHA) == -math.inf


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_a_mean_of_nothing_is_taken_for_a_gain_no_more_often_than_stated(memory):
    """Values whose expectation given those before is 0, with a spread that is calm and wild by turns."""
    wrong = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        calm = np.repeat(rng.random(20) < 0.5, 100)
        size = np.where(calm, 0.05, 1.0) * (1 - memory * rng.random(2000))
        wrong += crossed(np.clip(size * rng.normal(0, 0.4, 2000), -1, 1), 2.0)
    assert wrong / 300 <= ALPHA


def test_skewed_values_hold_the_rate_too():
    """Mostly a small gain and rarely a large loss: what a sample that misses the losses takes for better."""
    wrong = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        lost = rng.random(2000) < 0.05
        wrong += crossed(np.where(lost, -0.95, 0.05), 2.0)
    assert wrong / 300 <= ALPHA


def test_a_gain_is_found():
    rng = np.random.default_rng(0)
    found = Gathered().adding(rng.normal(0.1, 0.3, 600).clip(-1, 1))
    assert log_e_value(found, 2.0) > math.log(1 / ALPHA)
    assert 0 < lower_bound(found, 2.0, ALPHA) < 0.1 < upper_bound(found, 2.0, ALPHA)


def test_bounds_hold_the_mean_at_every_look():
    missed = 0
    for seed in range(200):
        values = np.random.default_rng(seed).beta(0.3, 2.0, 1000)
        truth = 0.3 / 2.3
        missed += any(
            not lower_bound(found, 1.0, ALPHA / 2) <= truth <= upper_bound(found, 1.0, ALPHA / 2)
            for found in steps(Gathered(), values)
        )
    assert missed / 200 <= ALPHA


def test_values_may_come_in_parts():
    values = np.random.default_rng(1).random(500)
    parts = Gathered().adding(values[:17]).adding(values[17:17]).adding(values[17:])
    assert parts == pytest.approx(Gathered().adding(values))

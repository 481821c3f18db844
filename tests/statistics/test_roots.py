"""The gain of a root mean squared error where rare large amounts are missed by dummy and model alike."""

import math

import numpy as np

from mlwright.statistics.roots import roots_difference
from mlwright.statistics.sampling import Draws, Sampling

N_ROWS, N_SETS, MOST_SAID = 240, 60, 4.5


def squares(rng, n_rows):
    """Of a dummy and of a model on lognormal amounts, of which the model never says more than so much."""
    amounts = np.exp(rng.normal(size=n_rows))
    said = np.minimum(amounts, MOST_SAID) + 0.3 * rng.normal(size=n_rows)
    return (amounts - math.exp(0.5)) ** 2, (amounts - said) ** 2


def interval(seed):
    return roots_difference(*squares(np.random.default_rng(seed), N_ROWS), Draws(Sampling(N_ROWS), seed))


def test_it_holds_though_most_samples_lack_the_amounts_that_a_model_never_answers():
    dummy, model = (math.sqrt(each.mean()) for each in squares(np.random.default_rng(1_000), 2_000_000))
    held = [found.low <= dummy - model <= found.high for found in map(interval, range(N_SETS))]
    assert np.mean(held) >= 0.9


def test_two_models_that_miss_alike_gain_nothing_from_a_row_that_neither_answers():
    missed = squares(np.random.default_rng(0), N_ROWS)[0]
    found = roots_difference(missed, missed, Draws(Sampling(N_ROWS), 0))
    assert (found.low, found.value, found.high) == (0.0, 0.0, 0.0)

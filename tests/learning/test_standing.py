"""Ways of touching answers up count for what they add to each other."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.standing import Standing, name_of, pairs_of


def squares(errors):
    """Losses of each way, and of half-and-half answers of each two, from their errors."""
    return {name_of(one, other): ((errors[one] + errors[other]) / 2) ** 2 for one, other in pairs_of(errors)}


def errors(seed=0, n=4000):
    rng = np.random.default_rng(seed)
    common, apart = rng.normal(0, 1, n), rng.normal(0, 1, n)
    return {"as_it_is": common + apart, "corrected": 1.05 * (common - apart), "latest": 3.0 * rng.normal(0, 1, n)}


def test_before_the_first_look_the_model_answers_alone():
    assert Standing().weights(("as_it_is", "shifted")) == {"as_it_is": 1.0, "shifted": 0.0}


def test_two_that_err_in_opposite_directions_both_count_and_one_that_adds_nothing_does_not():
    standing, found = Standing(), errors()
    standing.seen(squares(found))
    weights = standing.weights(tuple(found))
    assert sum(weights.values()) == pytest.approx(1.0)
    assert weights["as_it_is"] == pytest.approx(0.48, abs=0.06)
    assert weights["corrected"] == pytest.approx(0.46, abs=0.06)
    assert weights["latest"] < 0.12


def test_few_rows_leave_the_model_most_of_the_answer():
    standing, found = Standing(), errors(n=30)
    found["corrected"] = 0.95 * found["as_it_is"] + 0.1 * found["latest"]
    standing.seen(squares(found))
    assert standing.weights(tuple(found))["as_it_is"] > 0.7


def test_the_mean_with_these_weights_loses_nearly_as_little_as_the_best_mean_on_rows_to_come():
    standing = Standing()
    for look in range(20):
        standing.seen(squares(errors(look, 200)))
    later = errors(99, 20_000)
    weights = standing.weights(tuple(later))
    loss = np.mean(sum(weights[way] * later[way] for way in later) ** 2)
    shares = [(a, b, 1 - a - b) for a in np.linspace(0, 1, 21) for b in np.linspace(0, 1 - a, 21)]
    best = min(np.mean(sum(s * e for s, e in zip(share, later.values(), strict=True)) ** 2) for share in shares)
    assert loss < 1.02 * best


def test_a_way_without_rows_counts_as_the_model_itself():
    standing, found = Standing(), errors()
    standing.seen(squares(found))
    standing.seen(squares({"as_it_is": found["as_it_is"]}))
    assert set(standing.ways) == set(found)
    again = Standing(dict(standing.lost), standing.n_rows)
    assert again.weights(tuple(found)) == standing.weights(tuple(found))
    assert standing.lost["latest"] == pytest.approx(
        0.95 * np.mean(found["latest"] ** 2) + 0.05 * np.mean(found["as_it_is"] ** 2)
    )

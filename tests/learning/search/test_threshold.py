import numpy as np
import pytest

from mlwright.learning.benefit import benefit_table
from mlwright.learning.search.judge import HeldOut
from mlwright.learning.search.threshold import choose_threshold
from mlwright.records.settings import DecideSettings

MAILING = DecideSettings(benefit={"true_positive": 9.0, "false_positive": -1.0})


def customers(n_rows: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    probability = rng.beta(1, 4, size=n_rows)
    target = (rng.uniform(size=n_rows) < probability).astype(float)
    return HeldOut(np.arange(n_rows), target, np.zeros(n_rows, dtype=np.int64)), probability[:, None]


def test_right_probabilities_get_the_threshold_of_the_table():
    held, probability = customers(5_000)
    threshold, reason = choose_threshold(held, probability, benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING))
    assert threshold == pytest.approx(0.1)
    assert "your benefits" in reason


def test_luck_alone_does_not_move_the_threshold():
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    moved = [choose_threshold(*customers(300, seed), benefit)[0] != pytest.approx(0.1) for seed in range(100)]
    assert np.mean(moved) < 0.1


def test_probabilities_that_are_far_off_get_a_threshold_of_their_own():
    held, probability = customers(5_000)
    threshold, reason = choose_threshold(
        held, probability / 10, benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    )
    assert threshold == pytest.approx(0.01, abs=0.005)
    assert "found by trying" in reason
    assert "more than 0.100" in reason


def test_without_a_table_the_reason_says_so():
    held, probability = customers(2_000)
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), DecideSettings())
    threshold, reason = choose_threshold(held, probability, benefit)
    assert threshold == pytest.approx(0.2)
    assert "no benefits were given" in reason

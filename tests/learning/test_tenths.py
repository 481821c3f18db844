"""Tenth by tenth: what was said and what happened, in the order of what was said."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.tenths import tenths
from mlwright.statistics.sampling import Draws, Sampling


def draws(n_rows: int) -> Draws:
    return Draws(Sampling(n_rows), 0)


def test_gains_and_lift_are_those_of_a_hand_count() -> None:
    said = np.linspace(0.0, 1.0, 200)
    target = (np.arange(200) >= 160).astype(float)  # the 40 highest
    found = tenths(target, said, draws(200), is_share=True)
    assert [part.n_rows for part in found] == [20] * 10
    assert [part.found for part in found][:3] == [0.5, 1.0, 1.0]
    assert [part.lift for part in found][:3] == pytest.approx([5.0, 5.0, 0.0])
    assert found[0].most == 1.0
    assert found[0].least == said[180]


def test_rows_of_which_the_same_was_said_stay_together() -> None:
    said = np.repeat([0.9, 0.1], [70, 130])
    target = np.tile([1.0, 0.0], 100)
    found = tenths(target, said, draws(200), is_share=True)
    assert [part.n_rows for part in found] == [70, 130]


def test_of_numbers_the_mean_is_told_with_an_interval_that_holds_it() -> None:
    rng = np.random.default_rng(0)
    said = rng.normal(size=2000)
    found = tenths(said + rng.normal(size=2000), said, draws(2000), is_share=False)
    assert all(part.found is None and part.lift is None for part in found)
    held = [part.happened.low <= part.said <= part.happened.high for part in found]
    assert sum(held) >= 8
    assert [part.said for part in found] == sorted((part.said for part in found), reverse=True)


def test_with_few_rows_there_are_no_parts() -> None:
    assert tenths(np.zeros(30), np.arange(30.0), draws(30), is_share=False) == ()


def test_without_a_positive_row_nothing_is_found() -> None:
    found = tenths(np.zeros(100), np.arange(100.0), draws(100), is_share=True)
    assert [part.found for part in found] == [None] * 5

"""Patterns of text and gaps between moments."""

from __future__ import annotations

import numpy as np

from mlwright.data.kinds.shapes import gaps_of, patterns_of

DAY = 86_400.0


def test_codes_have_one_pattern_with_its_share_and_an_example() -> None:
    (usual, rare) = patterns_of(["AB-1234"] * 95 + ["X77"] * 5)
    assert (usual.pattern, usual.share, usual.example) == ("AA-9999", 0.95, "AB-1234")
    assert (rare.pattern, rare.share) == ("A99", 0.05)


def test_names_of_many_lengths_are_told_by_their_runs() -> None:
    names = [f"{'x' * (1 + place % 9)} {'y' * (1 + place % 7)}" for place in range(200)]
    (only,) = patterns_of(names)
    assert (only.pattern, only.share) == ("A+ A+", 1.0)


def test_sentences_have_no_pattern() -> None:
    assert patterns_of([f"{'so ' * (place % 40)}{'it, ' * (place % 17)}is!" for place in range(300)]) == ()


def test_moments_at_random_have_no_gap_in_95_of_100_columns() -> None:
    rng = np.random.default_rng(0)
    alarms = sum(bool(gaps_of(rng.uniform(0, 365 * DAY, 400))) for _ in range(200))
    assert alarms <= 16


def test_working_days_have_no_gap_and_a_month_without_rows_is_one() -> None:
    days = np.array([day for day in range(720) if day % 7 < 5]) * DAY
    assert gaps_of(days) == ()
    (gap,) = gaps_of(days[(days < 300 * DAY) | (days > 330 * DAY)])
    assert (gap.after, gap.until, gap.share_at_most) == (298 * DAY, 331 * DAY, 0.0)


def test_a_gap_between_drawn_rows_says_how_many_rows_it_may_hold() -> None:
    rng = np.random.default_rng(1)
    drawn = rng.uniform(0, 100 * DAY, 5_000)
    (gap,) = gaps_of(drawn[(drawn < 50 * DAY) | (drawn > 60 * DAY)], n_drawn=4_500)
    assert 0 < gap.share_at_most < 0.004

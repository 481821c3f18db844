import numpy as np

from mlwright.learning.search.stop import Mark, Progress


def row_losses(mean: float, seed: int = 0):
    return mean + np.random.default_rng(seed).normal(scale=0.1, size=1_000)


def test_a_search_that_has_just_begun_goes_on():
    progress = Progress()
    assert progress.verdict() is None
    progress.mark(Mark(3, row_losses(1.0)))
    progress.mark(Mark(6, row_losses(1.0)))
    assert progress.verdict() is None


def test_a_search_that_gains_goes_on():
    progress = Progress()
    for n_tried in range(2, 30, 4):
        progress.mark(Mark(n_tried, row_losses(1.0 - n_tried / 100, seed=n_tried)))
        assert progress.verdict() is None


def test_a_search_without_gain_over_eight_candidates_ends():
    progress = Progress()
    progress.mark(Mark(4, row_losses(1.0), baseline=2.0))
    progress.mark(Mark(10, row_losses(1.0), baseline=2.0))
    assert progress.verdict() is None
    progress.mark(Mark(12, row_losses(1.0), baseline=2.0))
    assert progress.verdict() == "no further gain"


def test_a_longer_search_needs_more_patience():
    progress = Progress()
    progress.mark(Mark(60, row_losses(1.0), baseline=2.0))
    progress.mark(Mark(70, row_losses(1.0), baseline=2.0))
    assert progress.verdict() is None
    progress.mark(Mark(80, row_losses(1.0), baseline=2.0))
    assert progress.verdict() == "no further gain"


def test_a_search_whose_latest_candidates_were_cheap_goes_on_as_little_is_saved():
    progress = Progress()
    for n_tried, cost_s in ((4, 80.0), (12, 100.0), (14, 120.0)):
        assert progress.verdict() is None
        progress.mark(Mark(n_tried, row_losses(1.0), 2.0, cost_s))
    assert progress.verdict() == "no further gain"


def after(gain: float, baseline: float, n_later: int, **wishes):
    """What is said after some candidates whose gain has a standard error of 0.0045."""
    progress, noise = Progress(**wishes), row_losses(0.0, seed=1) * 1.4
    progress.mark(Mark(4, row_losses(1.0), baseline))
    progress.mark(Mark(4 + n_later, row_losses(1.0) - gain + noise - noise.mean(), baseline))
    return progress.verdict()


def test_a_gain_that_is_surely_slight_beside_that_over_the_dummy_ends_a_search():
    assert after(0.004, 4.0, 10) == "no further gain"


def test_a_gain_that_may_be_more_than_slight_goes_on():
    assert after(0.004, 2.0, 10) is None


def test_a_search_that_only_finds_luck_ends_all_the_same():
    assert after(-0.002, 1.05, 30) is None
    assert after(-0.002, 1.05, 34) == "no further gain"


def test_marks_over_other_rows_are_not_compared():
    progress = Progress()
    progress.mark(Mark(4, row_losses(1.0)[:500]))
    progress.mark(Mark(22, row_losses(1.0)))
    assert progress.verdict() is None


def test_who_wants_more_than_a_sure_but_small_gain_stops_earlier():
    assert after(0.04, 3.0, 16) is None
    assert after(0.04, 3.0, 16, least_gain=0.01) is None
    assert after(0.04, 3.0, 16, least_gain=0.05) == "further gain is not worth it"


def test_a_gain_that_is_large_beside_what_is_left_to_lose_goes_on():
    progress = Progress()
    progress.mark(Mark(4, row_losses(1.0), baseline=300.0))
    progress.mark(Mark(14, 0.7 * row_losses(1.0), baseline=300.0))
    assert progress.verdict() is None

import numpy as np

from mlwright.learning.search.stop import Progress


def row_losses(mean: float, seed: int = 0):
    return mean + np.random.default_rng(seed).normal(scale=0.1, size=1_000)


def test_a_search_that_has_just_begun_goes_on():
    progress = Progress()
    assert progress.verdict() is None
    progress.mark(3, row_losses(1.0))
    progress.mark(6, row_losses(1.0))
    assert progress.verdict() is None


def test_a_search_that_gains_goes_on():
    progress = Progress()
    for n_tried in range(2, 30, 4):
        progress.mark(n_tried, row_losses(1.0 - n_tried / 100, seed=n_tried))
        assert progress.verdict() is None


def test_a_search_without_gain_over_sixteen_candidates_ends():
    progress = Progress()
    progress.mark(4, row_losses(1.0))
    progress.mark(16, row_losses(1.0))
    assert progress.verdict() is None
    progress.mark(20, row_losses(1.0))
    assert progress.verdict() == "no further gain"


def test_a_longer_search_needs_more_patience():
    progress = Progress()
    progress.mark(60, row_losses(1.0))
    progress.mark(70, row_losses(1.0))
    assert progress.verdict() is None
    progress.mark(80, row_losses(1.0))
    assert progress.verdict() == "no further gain"


def test_marks_over_other_rows_are_not_compared():
    progress = Progress()
    progress.mark(4, row_losses(1.0)[:500])
    progress.mark(22, row_losses(1.0))
    assert progress.verdict() is None


def test_who_wants_more_than_a_sure_but_small_gain_stops_earlier():
    def after(least_gain: float):
        progress = Progress(least_gain=least_gain)
        for n_tried in (4, 20):
            progress.mark(n_tried, row_losses(1.0 - n_tried / 400, seed=0), baseline=3.0)
        return progress.verdict()

    assert after(0.0) is None
    assert after(0.01) is None
    assert after(0.05) == "further gain is not worth it"

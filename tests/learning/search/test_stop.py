import numpy as np

from mlwright.learning.search.stop import Progress


def row_losses(mean: float, seed: int = 0):
    return mean + np.random.default_rng(seed).normal(scale=0.1, size=1_000)


def test_a_search_that_has_just_begun_goes_on():
    progress = Progress()
    assert not progress.stalled()
    progress.mark(3, row_losses(1.0))
    progress.mark(6, row_losses(1.0))
    assert not progress.stalled()


def test_a_search_that_gains_goes_on():
    progress = Progress()
    for n_tried in range(2, 30, 4):
        progress.mark(n_tried, row_losses(1.0 - n_tried / 100, seed=n_tried))
        assert not progress.stalled()


def test_a_search_without_gain_over_eight_candidates_ends():
    progress = Progress()
    progress.mark(4, row_losses(1.0))
    progress.mark(8, row_losses(1.0))
    assert not progress.stalled()
    progress.mark(12, row_losses(1.0))
    assert progress.stalled()


def test_a_longer_search_needs_more_patience():
    progress = Progress()
    progress.mark(60, row_losses(1.0))
    progress.mark(70, row_losses(1.0))
    assert not progress.stalled()
    progress.mark(80, row_losses(1.0))
    assert progress.stalled()


def test_marks_over_other_rows_are_not_compared():
    progress = Progress()
    progress.mark(4, row_losses(1.0)[:500])
    progress.mark(14, row_losses(1.0))
    assert not progress.stalled()

import math

import numpy as np
import pytest

from mlwright.learning.search.stop import PRICE, SPREAD, USUAL, Mark, Progress, expected

GIVEN_S = 100.0
DUMMY = 2.0


def row_losses(mean: float, seed: int = 0, n_rows: int = 1_000):
    noise = np.random.default_rng(seed).normal(scale=0.1, size=n_rows)
    return mean + noise - noise.mean()


def verdict(progress: Progress, each_s: float | None = None):
    """The next candidates cost as much as the latest, unless told otherwise."""
    return progress.verdict(as_the_latest(progress) if each_s is None else each_s)


def as_the_latest(progress: Progress) -> float:
    if len(progress.marks) < 2:
        return 1.0
    first, last = progress.marks[-2:]
    return (last.cost_s - first.cost_s) / (last.n_tried - first.n_tried)


def after(gain: float, cost_s: float, n_later: int = 10, error: float = 0.0, baseline: float = DUMMY, **wishes):
    """A search whose latest candidates gained so much, with such an error, and cost so many seconds of a hundred."""
    progress = Progress(given_s=GIVEN_S, **wishes)
    progress.mark(Mark(4, row_losses(1.0), baseline, cost_s / 4))
    later = row_losses(1.0 - gain) + row_losses(0.0, seed=1) * 10 * error * math.sqrt(1_000)
    progress.mark(Mark(4 + n_later, later, baseline, cost_s / 4 + cost_s))
    return progress


def test_a_search_that_has_just_begun_goes_on():
    progress = Progress(given_s=GIVEN_S)
    assert verdict(progress) is None
    assert progress.lately(1.0) is None
    progress.mark(Mark(3, row_losses(1.0), DUMMY, 1.0))
    progress.mark(Mark(6, row_losses(1.0), DUMMY, 90.0))
    assert verdict(progress) is None


def test_a_search_that_surely_gains_goes_on():
    assert verdict(after(0.02, 60.0, error=0.001)) is None


def test_where_nothing_was_gained_a_search_ends_once_that_took_a_share_of_the_time():
    assert verdict(after(0.0, 2.0)) is None
    assert verdict(after(0.0, 10.0)) == "no further gain"


def test_a_gain_that_is_lost_in_noise_says_nothing_and_what_such_candidates_usually_bring_decides():
    """Neither luck nor bad luck of a few rows: a tenth of the time is what the usual gain is worth."""
    for luck in (-0.05, 0.0, 0.05):
        assert verdict(after(luck, 5.0, error=0.1)) is None
        assert verdict(after(luck, 15.0, error=0.1)) == "no further gain"


def test_a_quick_search_is_not_cut_short_as_little_is_saved():
    """The rows have shown no gain at all, but eight more candidates take a thousandth of the time."""
    assert verdict(after(-0.01, 0.1, error=0.002)) is None


def test_the_price_is_that_of_the_next_candidates_and_not_of_the_latest():
    """Half of the time went into the usual settings; further ones of a quick family cost next to nothing."""
    assert verdict(after(0.0, 50.0), each_s=0.1) is None
    assert verdict(after(0.0, 5.0), each_s=0.1) is None
    assert verdict(after(0.0, 5.0), each_s=5.0) == "no further gain"


def test_before_the_usual_settings_of_all_families_were_tried_only_a_users_wish_ends_a_search():
    progress = after(0.0, 60.0)
    progress.marks[-1] = progress.marks[-1]._replace(n_waiting=1)
    assert verdict(progress) is None
    progress.least_gain = 0.01
    assert verdict(progress) == "further gain is not worth it"


def test_the_latest_are_eight_at_least_and_a_quarter_of_a_longer_search():
    assert verdict(after(0.0, 40.0, n_later=6)) is None
    assert verdict(after(0.0, 40.0, n_later=8)) == "no further gain"
    progress = Progress(given_s=GIVEN_S)
    for n_tried, cost_s in ((60, 40.0), (70, 60.0), (80, 80.0)):
        assert verdict(progress) is None
        progress.mark(Mark(n_tried, row_losses(1.0), DUMMY, cost_s))
    assert verdict(progress) == "no further gain"


def test_marks_over_other_rows_are_not_compared():
    progress = Progress(given_s=GIVEN_S)
    progress.mark(Mark(4, row_losses(1.0)[:500], DUMMY, 10.0))
    progress.mark(Mark(22, row_losses(1.0), DUMMY, 90.0))
    assert verdict(progress) is None


def test_who_wants_more_than_a_sure_but_small_gain_stops_earlier():
    assert verdict(after(0.02, 20.0)) is None
    assert verdict(after(0.02, 20.0, least_gain=0.01)) is None
    assert verdict(after(0.02, 20.0, least_gain=0.05)) == "further gain is not worth it"


def test_a_gain_that_is_large_beside_what_is_left_to_lose_goes_on():
    """On clean data a tenth of the loss is a ten-thousandth of what the model gains over the dummy."""
    assert verdict(after(0.1, 60.0, baseline=1_000.0, error=0.001)) is None
    assert verdict(after(0.0, 60.0, baseline=1_000.0, error=0.001)) == "no further gain"


def test_a_model_that_gains_nothing_over_the_dummy_is_searched_on_as_long_as_that_is_cheap():
    assert verdict(after(0.0, 5.0, baseline=0.9)) is None
    assert verdict(after(0.0, 15.0, baseline=0.9)) == "no further gain"
    assert after(0.0, 5.0, baseline=0.9).lately(each_s=2.0).error is None


def test_what_is_told_are_shares_of_the_gain_over_the_dummy():
    lately = after(0.02, 20.0, error=0.005).lately(each_s=2.0)
    assert lately.n_candidates == 10
    assert lately.gain == pytest.approx(0.02 / 1.02, abs=1e-6)
    assert lately.error == pytest.approx(0.005 / 1.02, rel=0.02)
    assert lately.worth == pytest.approx(PRICE * 0.2)


def test_without_a_limit_of_time_all_is_tried():
    progress = after(0.0, 60.0)
    progress.given_s = math.inf
    assert verdict(progress) is None


def worth_of_searches(error: float, sd: float, n: int = 4_000):
    """What searches of ten steps, each a tenth of the time, are worth where the rule, or nothing, ends them.

    Tables differ in what a step brings, by `sd`, and so does a table from step to step.
    """
    rng = np.random.default_rng(7)
    true = rng.normal(USUAL, sd, size=(n, 1)) + rng.normal(scale=sd, size=(n, 10))
    seen = true + rng.normal(scale=error, size=true.shape)
    stops = np.array([[expected(gain, error) < PRICE / 10 for gain in row] for row in seen])
    ends = np.where(stops.any(axis=1), stops.argmax(axis=1), 9)
    worth = true.cumsum(axis=1) - PRICE * np.arange(1, 11) / 10
    return worth[np.arange(n), ends].mean(), worth[:, -1].mean(), worth[:, 0].mean()


@pytest.mark.parametrize("error", [0.001, 0.01, 0.1])
def test_where_searches_end_they_are_worth_more_than_if_all_went_on_or_none(error):
    """Known truth: where rows are few, and luck hides what steps bring, nothing is lost by heeding it."""
    ended, gone_on, not_begun = worth_of_searches(error, sd=SPREAD)
    assert ended >= max(gone_on, not_begun) - 0.0005
    assert ended > 0.002 or error > 0.005

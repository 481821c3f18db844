import numpy as np

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.search.racing import losers
from mlwright.learning.tasks import TASKS


def setting(n_rows: int = 1_000, groups=None):
    rng = np.random.default_rng(0)
    target = rng.normal(size=n_rows)
    held = HeldOut(np.arange(n_rows), target, np.zeros(n_rows, dtype=np.int64), groups)
    return rng, target, Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held)


def test_nobody_is_dropped_for_bad_luck():
    rng, target, judge = setting(100)
    predictions = {name: (target + rng.normal(size=100))[:, None] for name in "ab"}
    assert losers(predictions, judge) == {}


def test_who_is_surely_worse_and_of_no_use_is_dropped():
    rng, target, judge = setting()
    noise = rng.normal(size=1_000)
    found = losers({"good": (target + 0.5 * noise)[:, None], "same_but_worse": (target + noise)[:, None]}, judge)
    assert list(found) == ["same_but_worse"]
    assert "above that of good, and it adds nothing beside it" in found["same_but_worse"]


def test_who_is_worse_but_errs_elsewhere_stays():
    rng, target, judge = setting()
    predictions = {
        "good": (target + 0.5 * rng.normal(size=1_000))[:, None],
        "other": (target + 0.8 * rng.normal(size=1_000))[:, None],
    }
    assert losers(predictions, judge) == {}


def test_one_candidate_has_nobody_to_lose_against():
    _, target, judge = setting()
    assert losers({"only": target[:, None] + 1}, judge) == {}


def test_few_groups_are_little_evidence():
    """The same losses are evidence over 1,000 rows, and none over 3 groups of rows that are wrong together."""
    groups = np.arange(1_000) % 3
    noise = np.where(groups == 0, 1.0, 0.0)
    for given, dropped in ((None, ["worse"]), (groups, [])):
        _, target, judge = setting(groups=given)
        predictions = {"good": target[:, None] + 0.0, "worse": (target + noise)[:, None]}
        assert list(losers(predictions, judge)) == dropped

"""Outcomes that come late, in part, and not by lot: what is said of them, against a truth that is known."""

import shutil

import numpy as np
import pytest

from mlwright import Project
from mlwright.records.looks import ANSWERS, Baseline, Cells, Column, Cost
from mlwright.watching.fairness import outcomes_of

TOML = """
[project]
target = "repaid"
[collect]
source = "loans.csv"
[train]
families = ["linear"]
candidates = 1
experience = false
[watch]
time = "day"
"""


def loans(n, seed, *, first="2026-01-01", days=60, known=None):
    """Lines of a CSV file: who repaid, by income; `known` says of which rows the outcome has come."""
    rng = np.random.default_rng(seed)
    income, age = rng.normal(0, 1, n), rng.normal(40, 9, n)
    repaid = rng.random(n) < 1 / (1 + np.exp(-1.5 * income - 1.5))
    has = np.ones(n, bool) if known is None else known(rng, income, repaid)
    day = np.sort(np.array(first, "datetime64[D]") + rng.integers(0, days, n))
    words = np.where(has, np.where(repaid, "yes", "no"), "")
    rows = [f"{d},{a:.4f},{b:.2f},{c}" for d, a, b, c in zip(day, income, age, words, strict=True)]
    return "\n".join(["day,income,age,repaid", *rows]) + "\n"


def by_lot(rng, income, repaid):
    """Six of ten."""
    return rng.random(len(income)) < 0.6


def bad_sooner(rng, income, repaid):
    """Who did not repay is known at once, the others with time."""
    return rng.random(len(income)) < np.where(repaid, 0.15, 0.8)


def accepted(rng, income, repaid):
    """The outcome is only seen of those who got a loan."""
    return income > -0.5


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loans")
    (folder / "loans.csv").write_text(loans(3_000, 0))
    (folder / "mlwright.toml").write_text(TOML)
    Project(folder).run(until="pack", n_jobs=1)
    return folder


@pytest.fixture
def watch(trained, tmp_path):
    folder = tmp_path / "loans"
    shutil.copytree(trained, folder)

    def watched(known, seed=1):
        (tmp_path / "new.csv").write_text(loans(3_000, seed, first="2026-03-02", known=known))
        return Project(folder).watch(tmp_path / "new.csv")

    return watched


def test_outcomes_that_come_by_lot_are_a_fair_sample(watch):
    response = watch(by_lot)
    assert response.action == "nothing"
    assert response.comparison.outcomes.is_fair
    assert 0.55 < response.comparison.outcomes.n_known / 3_000 < 0.65


def few(rng, income, repaid):
    """One of fifty, by lot."""
    return rng.random(len(income)) < 0.02


def test_outcomes_that_have_not_come_yet_are_no_change_of_the_target(watch):
    response = watch(few)
    assert response.action == "nothing"
    assert "the target" not in [alert.what for alert in (*response.comparison.alerts, *response.comparison.notes)]


def test_where_bad_outcomes_come_sooner_a_good_model_is_not_trained_again_but_rows_by_lot_are_asked_for(watch):
    response = watch(bad_sooner)
    assert response.comparison.promise.is_broken
    assert response.action == "ask_for_labels"
    assert "no fair sample" in response.headline
    assert "chosen at random" in response.next_steps[0]
    assert not any("mlwright run" in step for step in response.next_steps)


def test_where_only_the_accepted_have_outcomes_this_is_said_beside_the_figures(watch):
    response = watch(accepted)
    assert response.action == "nothing"
    assert any("not by lot" in reason for reason in response.reasons)
    assert "of the others, chosen at random, would tell" in response.reasons[-1]
    assert response.comparison.outcomes.known < response.comparison.outcomes.rest


def test_outcomes_of_older_days_are_a_fair_sample_where_days_differ():
    """Late outcomes are those of older days; rows are compared within days, and in 1 of 100 trials by chance."""
    rng, n = np.random.default_rng(0), 1_000
    edges = tuple(np.linspace(0.1, 0.9, 9))
    cost = Cost(n=(50,) * 12, mean=tuple(np.linspace(0.2, 1.3, 12)), variance=(0.1,) * 12)
    cells = Cells(name=ANSWERS, sort="number", of=(ANSWERS,), edges=edges)
    column = Column(cells=cells, counts=(50,) * 12, given=(0.5,) * 12, loss=cost, benefit=cost)
    whole = Cost(n=(600,), mean=(0.7,), variance=(0.1,))
    baseline = Baseline(
        n_rows=600,
        columns=(column,),
        loss=whole,
        benefit=whole,
        loss_title="log loss",
        unit="",
        assumed=True,
        ceiling=5.0,
    )
    said_unfair = 0
    for _ in range(300):
        days = np.sort(rng.integers(0, 20, n))
        scores = rng.beta(1 + days / 5, 3)[:, None]
        known = rng.random(n) < np.linspace(0.95, 0.05, 20)[days]
        said_unfair += not outcomes_of(known, scores, days.astype(float), baseline).is_fair
    assert said_unfair <= 8

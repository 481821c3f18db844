"""What to do next is told with its gain, and trials are kept only if the paired comparison says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlwright import Project
from mlwright.core.errors import NothingToShow
from mlwright.improving import tried
from mlwright.records.improvement import Improvement, Step


def crossed(n: int = 700, seed: int = 0) -> pd.DataFrame:
    """Who buys depends on how far `a` is from nothing, which no linear model sees, and a bill comes after buying."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, n))
    bought = (np.abs(a) > 0.7) ^ (rng.random(n) < 0.1)
    bill = np.where(bought, rng.uniform(10, 90, n), 0.0)
    return pd.DataFrame({"a": a, "b": b, "c": c, "bill": bill, "bought": np.where(bought, "yes", "no")})


def project_of(folder: Path, table: pd.DataFrame, **train: object) -> Project:
    table.to_csv(folder / "orders.csv", index=False)
    sections = {
        "project": {"target": "bought"},
        "collect": {"source": "orders.csv"},
        "train": {"candidates": 1, "families": ["linear"], "experience": False} | train,
    }
    return Project.create(folder / "shop", sections | {"collect": {"source": "../orders.csv"}})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = project_of(tmp_path_factory.mktemp("plain"), crossed().drop(columns="bill"))
    project.run()
    return project


def test_before_a_decision_there_is_nothing_to_improve(tmp_path: Path) -> None:
    with pytest.raises(NothingToShow, match="has come to a decision yet"):
        project_of(tmp_path, crossed(200)).improve()


def test_a_trial_that_is_surely_better_is_kept_and_names_its_parent(shop: Project) -> None:
    first = shop.improve()
    step = Step(
        name="other_family",
        title="Try trees.",
        evidence="Far out may be alike on both sides.",
        cost="one run",
        changes={"train": {"candidates": 2, "families": ["linear", "lightgbm"]}},
    )
    found = tried(shop, first.model_copy(update={"steps": (step,)}))
    (trial,) = found.tried
    assert trial.kept
    assert trial.gain is not None
    assert trial.gain.low > 0
    assert "surely better by" in trial.sentence
    assert "set [train] candidates = 2, [train] families = ['linear', 'lightgbm']" in trial.sentence
    state = next(state for state in shop.runs() if state.run_id == trial.run_id)
    assert (state.parent, state.is_set_aside, state.has_done("deploy")) == (first.run_id, False, True)


def test_a_trial_that_is_not_better_is_set_aside(shop: Project) -> None:
    latest = shop.improve()
    step = Step(name="less", title="Drop a.", evidence="", cost="", changes={"profile": {"ignore": ["a"]}})
    found = tried(shop, Improvement(run_id=latest.run_id, metric=latest.metric, steps=(step,)))
    (trial,) = found.tried
    assert not trial.kept
    assert trial.sentence.endswith("It was not kept.")
    state = next(state for state in shop.runs() if state.run_id == trial.run_id)
    assert state.is_set_aside
    assert not state.has_done("evaluate")
    assert "a" in shop.show("profile").roles.inputs
    assert shop.improve().run_id == latest.run_id


def test_a_suspected_leak_comes_first_and_its_trial_says_what_is_left_without(tmp_path: Path) -> None:
    project = project_of(tmp_path, crossed())
    project.run()
    found = project.improve(attempt=True)
    assert found.steps[0].name == "drop_suspects"
    assert found.steps[0].changes == {"profile": {"ignore": ["bill"]}}
    dropped = next(trial for trial in found.tried if trial.step == "drop_suspects")
    assert not dropped.kept
    assert "surely worse by" in dropped.sentence
    ranks = [_rank(step.share) for step in found.steps[1:]]
    assert ranks == sorted(ranks)


def test_more_time_is_offered_where_time_was_up(shop: Project) -> None:
    assert "more_time" not in {step.name for step in shop.improve().steps}
    assert "say_the_worth" in {step.name for step in shop.improve().steps}


def _rank(share: float | None) -> tuple[int, float]:
    """Sure gains from the largest on, then those that nobody can tell, and last what gains nothing for sure."""
    if share is None:
        return 1, 0.0
    return (0, -share) if share > 0 else (2, 0.0)

"""A run says how its model stands against the bundle in use, on rows that neither has learned from."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.pipeline import BUILD, Settings


def orders(n_rows, strength=2.0):
    rng = np.random.default_rng(0)
    size = rng.normal(size=(1_000, 3))
    target = np.where(strength * size[:, 0] + rng.logistic(size=1_000) > 0, "yes", "no")
    return pa.table({"a": size[:n_rows, 0], "b": size[:n_rows, 1], "c": size[:n_rows, 2], "bought": target[:n_rows]})


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("project")


def built(place, run_id, table, split=None, **train):
    """One run of a project, whose model is put to use whatever the verdict."""
    pq.write_table(table, place / "orders.parquet")
    settings = Settings.model_validate(
        {
            "project": {"target": "bought"},
            "collect": {"source": str(place / "orders.parquet")},
            "split": split or {},
            "train": {"candidates": 1, "families": ["linear"], "experience": False} | train,
            "deploy": {"overrule": "a test"},
        }
    )
    run = Run(run_id, Store(place / ".mlwright"), Clock(place / "cancel", None), n_jobs=1)
    return execute(BUILD, settings.sections(), run)


@pytest.fixture(scope="module")
def first(place):
    """A champion that was trained on noise: nothing in these rows tells who buys."""
    return built(place, "2026-01-01-1", orders(300, strength=0.0))


@pytest.fixture(scope="module")
def second(place, first):
    return built(place, "2026-01-02-1", orders(1_000))


def test_the_first_model_of_a_project_has_nobody_to_be_compared_with(first):
    assert first["challenge"].champion is None
    assert first["challenge"].gain is None


def test_a_better_model_is_surely_better_than_the_one_in_use_on_rows_new_to_both(first, second):
    found = second["challenge"]
    assert found.champion == first["pack"].bundle_id
    assert found.n_rows + found.n_known == second["split"].n_test
    assert found.gain.low > 0
    assert found.gain.value == pytest.approx(found.champion_model.value - found.model.value)
    assert "surely better" in found.sentence


def test_rows_that_the_champion_has_learned_from_do_not_count(place, second):
    again = built(place, "2026-01-03-1", orders(1_000), candidates=2)["challenge"]
    assert again.gain is None
    assert "none are new to it too" in again.sentence


def test_without_a_test_its_figure_is_the_corrected_one_as_its_gain_is(tmp_path):
    """A figure of held-out rows as it is, beside a gain that is corrected, would tell two stories."""
    place = tmp_path / "project"
    place.mkdir()
    built(place, "2026-01-01-1", orders(300, strength=0.0))
    found = built(place, "2026-01-02-1", orders(1_000), split={"test_share": 0})
    rival, corrected = found["challenge"], found["train"].corrected
    assert rival.gain.value == pytest.approx(rival.champion_model.value - rival.model.value)
    assert corrected.flattery + corrected.stopping - corrected.together != 0
    assert "each answered by cores of its own that had not either" in rival.sentence

"""With `[split] test_share = 0` all rows train, and the estimate rests on the rows that the folds held out."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.faces.render.summary import corrected_figure
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.pipeline import BUILD, Settings
from mlwright.statistics.sampling import Draws, Sampling

N_ROWS = 160


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    place = tmp_path_factory.mktemp("small")
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(N_ROWS, 3))
    target = np.where(1.5 * numbers[:, 0] - numbers[:, 1] + rng.logistic(size=N_ROWS) > 0, "yes", "no")
    table = pa.table({"a": numbers[:, 0], "b": numbers[:, 1], "c": numbers[:, 2], "bought": target})
    pq.write_table(table, place / "rows.parquet")
    settings = Settings.model_validate(
        {
            "project": {"target": "bought"},
            "collect": {"source": str(place / "rows.parquet")},
            "split": {"test_share": 0},
            "train": {"candidates": 2, "families": ["linear", "extra_trees"], "experience": False},
        }
    )
    run = Run("r", Store(place / "store"), Clock(place / "cancel", None), n_jobs=1)
    return execute(BUILD, settings.sections(), run, until="pack"), run


def test_all_rows_train_and_each_is_judged_by_cores_that_have_not_seen_it(done):
    records, run = done
    assert (records["split"].n_train, records["split"].n_test) == (N_ROWS, 0)
    found = records["evaluate"]
    assert found.rests_on == "held-out training rows"
    assert found.n_rows == N_ROWS
    said = np.frombuffer(run.get(found.predictions), dtype=np.float32)
    assert said == pytest.approx(np.frombuffer(run.get(records["train"].out_of_fold), dtype=np.float32))


def test_the_figure_is_the_corrected_one(done):
    records, run = done
    first, corrected = records["evaluate"].metrics[0], records["train"].corrected
    assert first.model.value == pytest.approx(corrected.model.value, abs=1e-5)
    assert first.gain_over_baseline.value == pytest.approx(corrected.gain_over_baseline.value, abs=1e-5)
    target = np.frombuffer(run.get(records["evaluate"].truth), dtype=np.float64)
    said = np.frombuffer(run.get(records["evaluate"].predictions), dtype=np.float32).astype(float)[:, None]
    plain = yardstick("log_loss", target, Draws(Sampling(len(target)), 0)).estimate(Scored(said))
    assert first.model.high - first.model.low > plain.high - plain.low
    assert records["evaluate"].overfit is None


def test_the_run_goes_on_to_a_bundle_of_the_model_that_was_judged(done):
    records, _ = done
    assert records["finish"].model == records["train"].model
    assert records["probe"].results
    assert records["decide"].verdict in ("deploy", "pilot", "collect_more")
    assert records["pack"].bundle_id


def test_in_time_order_the_figure_is_one_of_later_rows_that_are_like_the_ones_so_far(tmp_path):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(240, 6))
    when = pa.array(np.datetime64("2024-01-01") + np.arange(240))
    table = pa.table({f"x{k}": numbers[:, k] for k in range(6)})
    table = table.append_column("when", when).append_column("y", pa.array(numbers.sum(axis=1) + rng.normal(size=240)))
    pq.write_table(table, tmp_path / "rows.parquet")
    settings = Settings.model_validate(
        {
            "project": {"target": "y"},
            "collect": {"source": str(tmp_path / "rows.parquet"), "time": "when"},
            "split": {"test_share": 0},
            "train": {"candidates": 1, "families": ["linear"], "experience": False},
        }
    )
    run = Run("r", Store(tmp_path / "store"), Clock(tmp_path / "cancel", None), n_jobs=1)
    training = execute(BUILD, settings.sections(), run, until="train")["train"]
    assert training.n_folds == 8
    assert training.corrected.together > 0
    assert "on later rows, if these are like the ones so far, is" in corrected_figure("rmse", training.corrected)

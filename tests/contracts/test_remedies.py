from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mlwright.judging.answered import answered
from mlwright.judging.diagnose import examined_of
from mlwright.judging.examined import Examined
from mlwright.judging.remedies import REMEDIES
from mlwright.learning.evaluate import evaluate
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.testing.remedies import check_remedy
from mlwright.testing.small_job import small_job


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def examined(request, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    rng = np.random.default_rng(0)
    x, shop = rng.normal(size=1200), rng.choice(["a", "b", "c"], 1200)
    value = x + (shop == "c") * rng.normal(size=1200) * 3 + 0.3 * rng.normal(size=1200)
    names = {"binary": np.where(value > 0, "yes", "no"), "multiclass": np.digitize(value, [-1, 1]).astype(str)}
    table = pa.table(
        {
            "x": pa.array(x, mask=rng.random(1200) < 0.2),
            "shop": shop,
            "y": names.get(request.param, value),
        }
    )
    job = small_job(tmp_path_factory.mktemp(request.param), table, task=request.param)
    start = (job.snapshot, job.profile, job.split, job.training)
    evaluation = evaluate(*start, EvaluateSettings(), job.run)
    rows = answered(*start, evaluation, DecideSettings(), job.run)
    nothing = Robustness(metric="log_loss", results=(), skipped=())
    return examined_of(rows, job.split, job.training, evaluation, nothing, job.run)


@pytest.mark.parametrize("name", REMEDIES.names())
def test_remedy_keeps_its_contract(name: str, examined: Examined) -> None:
    check_remedy(REMEDIES.get(name), examined)

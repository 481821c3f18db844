"""A bench on a small made-up table, for the tests of this folder."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.learning.metrics import METRICS
from mlwright.learning.models import MODELS, Facts, ModelFamily, Rows
from mlwright.learning.search.bench import Bench
from mlwright.learning.tasks import TASKS
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("useful", "noise"), ("useful", "noise"), ("city",), ("city",), (3,))


@pytest.fixture
def make_bench(tmp_path: Path) -> Callable[..., Bench]:
    """Makes a bench: two classes, told by the first number and the code; benches of one test share their store."""

    def make(
        models: Mapping[str, ModelFamily] | None = None,
        *,
        n_rows: int = 300,
        n_folds: int = 3,
        budget_s: float | None = None,
        n_jobs: int = 1,
        listen: Callable[[dict], None] | None = None,
    ) -> Bench:
        clock = Clock(tmp_path / "cancel", budget_s)
        run = Run("r1", Store(tmp_path / ".mlwright"), clock, n_jobs=n_jobs, listen=listen)
        run.stage, run.stage_key = "train", "key"
        rng = np.random.default_rng(0)
        numbers = rng.normal(size=(n_rows, 2)).astype(np.float32)
        codes = rng.integers(-1, 4, size=(n_rows, 1)).astype(np.int32)
        target = (2 * numbers[:, 0] + 2 * (codes[:, 0] == 2) + rng.logistic(size=n_rows) > 0).astype(float)
        fold = np.arange(n_rows) % n_folds
        return Bench(
            rows=Rows(Blocks(numbers, codes), target),
            groups=None,
            folds=[(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)],
            task=TASKS.get("binary")(),
            metric=METRICS.get("log_loss")(),
            facts=Facts("binary", 2, n_rows, int(np.bincount(target.astype(int)).min()), NAMES, 60.0),
            models=models or {name: MODELS.get(name)() for name in ("dummy", "linear")},
            run=run,
        )

    return make

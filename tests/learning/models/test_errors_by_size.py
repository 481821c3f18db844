"""Where errors count by their size, boosted trees look for medians, not for means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.aim import Aim
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("a", "b", "c"), ("a", "b", "c"), (), (), ())
FACTS = Facts("regression", 0, 1_200, 1_200, NAMES, 60.0)


def lopsided(n: int, seed: int) -> Rows:
    """Numbers with a long tail to the right: the mean is far above the median."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 3)).astype(np.float32)
    return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), numbers[:, 0] + rng.lognormal(sigma=1.5, size=n))


@pytest.mark.parametrize("family", ["lightgbm", "catboost", "crafted"])
def test_the_mean_distance_falls_where_it_counts(family: str) -> None:
    test = lopsided(4_000, 2)

    def distance(facts: Facts) -> float:
        context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
        candidate = MODELS.get(family)().candidates(facts)[0]
        core = MODELS.get(family)().fit(candidate, lopsided(1_200, 0), lopsided(600, 1), context).core
        return float(np.abs(core.predict(test.blocks)[:, 0] - test.target).mean())

    assert distance(replace(FACTS, aim=Aim(0.5))) < 0.95 * distance(FACTS)


@pytest.mark.parametrize("family", ["lightgbm", "catboost"])
def test_directions_are_kept_there_too(family: str) -> None:
    facts = replace(FACTS, aim=Aim(0.5), directions=(1, 0, 0))
    context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
    candidate = MODELS.get(family)().candidates(facts)[0]
    core = MODELS.get(family)().fit(candidate, lopsided(1_200, 0), lopsided(600, 1), context).core
    numbers = np.zeros((200, 3), dtype=np.float32)
    numbers[:, 0] = np.linspace(-3, 3, 200)
    assert (np.diff(core.predict(Blocks(numbers, np.empty((200, 0), dtype=np.int32)))[:, 0]) >= -1e-9).all()

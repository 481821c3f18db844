"""CatBoost's trees take the form of arrays where these say the same, and keep their own where not."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.crafted_catboost import CraftedCatBoostCore
from mlwright.scoring.cores.crafted_symmetric import CraftedSymmetricCore
from mlwright.scoring.cores.symmetric import SymmetricCore

NAMES = BlockNames(("a", "b"), ("a", "b"), ("city",), ("city",), (30,))
FACTS = Facts("regression", 0, 400, 3, NAMES, budget_s=60.0)
KINDS = {
    "catboost": (SymmetricCore, CatBoostCore),
    "crafted_catboost": (CraftedSymmetricCore, CraftedCatBoostCore),
}


def rows() -> Rows:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(400, 2)).astype(np.float32)
    codes = rng.integers(-1, 30, size=(400, 1)).astype(np.int32)
    return Rows(Blocks(numbers, codes), numbers[:, 0] * numbers[:, 1] + codes[:, 0] % 3)


def fitted(family: str, learned: Rows | None = None) -> Core:
    one = MODELS.get(family)()
    candidate = one.candidates(FACTS)[0]
    quick = candidate.model_copy(update={"params": candidate.params | {"iterations": 20}})
    learned = learned or rows()
    return one.fit(quick, learned, learned, FitContext(FACTS, 0, 1, lambda: False)).core


@pytest.mark.parametrize("family", KINDS)
def test_what_is_fitted_needs_no_library(family: str) -> None:
    assert isinstance(fitted(family), KINDS[family][0])


@pytest.mark.parametrize("family", KINDS)
def test_arrays_that_say_something_else_are_not_taken(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = SymmetricCore.predict
    monkeypatch.setattr(SymmetricCore, "predict", lambda core, blocks: said(core, blocks) + 1e-6)
    core = fitted(family)
    assert isinstance(core, KINDS[family][1])
    again = type(core).from_bytes(core.to_bytes())
    assert (again.predict(rows().blocks) == core.predict(rows().blocks)).all()


def test_borders_without_an_end_which_json_cannot_tell_are_left_to_the_library() -> None:
    learned = rows()
    learned.blocks.numbers[:60, 0], learned.blocks.numbers[60:120, 0] = -np.inf, np.inf
    learned.target[:60], learned.target[60:120] = -9.0, 9.0
    core = fitted("catboost", learned)
    assert isinstance(core, CatBoostCore)
    said = core.predict(learned.blocks)[:, 0]
    assert said[:60].max() < said[120:].min()
    assert core.looked_up(NAMES.n_levels) is None

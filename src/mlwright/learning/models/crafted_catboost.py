"""Gradient boosting with symmetric trees, on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlwright.learning.models import MODELS, Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._made import Made, has_parts, make, making_s, wider
from mlwright.records.model import Candidate
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.crafted_catboost import CraftedCatBoostCore
from mlwright.scoring.cores.crafted_symmetric import CraftedSymmetricCore
from mlwright.scoring.cores.symmetric import SymmetricCore


class CraftedCatBoost(ModelFamily):
    """CatBoost on the columns that `crafted` makes: it errs elsewhere than LightGBM does on them, and less on few rows.

    For numbers; one of the dearest, so that it comes after the best bets of the other families.
    """

    title = "CatBoost on made columns"
    opens = False

    def candidates(self, facts: Facts) -> list[Candidate]:
        """CatBoost's best bet for so many rows, where there is something to combine."""
        if facts.task != "regression" or not has_parts(facts):
            return []
        best = _catboost().candidates(wider(facts))[0]
        return [Candidate(name="crafted_catboost", family="crafted_catboost", params=best.params)]

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """To choose what is made, and to boost on it."""
        return making_s(facts) + _catboost().cost_s(candidate, wider(facts))

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Choose what is made, make it, and boost."""
        made = make(train, context)
        held_out = Rows(made.extended(valid.blocks), valid.target)
        return _on_made(_catboost().fit(candidate, made.rows, held_out, made.context), made)

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted | None:
        """Choose and make anew, and boost for as many rounds as the folds chose."""
        made = make(rows, context)
        fitted = _catboost().refit(candidate, made.rows, chosen, made.context)
        return None if fitted is None else _on_made(fitted, made)


def _catboost() -> ModelFamily:
    """The family that fits on what is made, and whose best bet tells the settings."""
    return MODELS.get("catboost")()


def _on_made(fitted: Fitted, made: Made) -> Fitted:
    """The same with how the columns are made; as it is where nothing could be learned, and one answer is for all."""
    if isinstance(fitted.core, SymmetricCore):
        return replace(fitted, core=CraftedSymmetricCore(made.columns, fitted.core))
    if isinstance(fitted.core, CatBoostCore):
        return replace(fitted, core=CraftedCatBoostCore(made.columns, fitted.core))
    return fitted

"""Trees are told what a linear model makes of many terms, by models that have not learned from the row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.learning.models._term_sums import tell_sums
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores import CORES, Core
from mlwright.scoring.together import Together

N_WORDS = 200
NAMES = BlockNames(("a", "b"), ("a", "b"), (), (), (), N_WORDS)


def rows(n_rows: int, seed: int, *, noise_alone: bool = False) -> Rows:
    """Three of many words a row; what they are worth counts only where the first number is large."""
    rng, worth = np.random.default_rng(seed), np.random.default_rng(0).normal(size=N_WORDS)
    numbers = rng.uniform(size=(n_rows, 2)).astype(np.float32)
    words = rng.integers(N_WORDS, size=(n_rows, 3))
    text = csr_matrix(
        (np.ones(3 * n_rows, np.float32), (np.repeat(np.arange(n_rows), 3), words.ravel())), (n_rows, N_WORDS)
    )
    target = rng.normal(size=n_rows) if noise_alone else worth[words].sum(axis=1) * (numbers[:, 0] > 0.5)
    return Rows(Blocks(numbers, np.empty((n_rows, 0), np.int32), text), target)


def context(task: str = "regression", n_classes: int = 0, n_terms: int = N_WORDS) -> FitContext:
    names = BlockNames(("a", "b"), ("a", "b"), (), (), (), n_terms)
    return FitContext(Facts(task, n_classes, 1_500, 300, names, budget_s=60.0), 1, 1, lambda: False)


def fitted(n_terms: int, family: str = "crafted") -> Core:
    model, inside = MODELS.get(family)(), context(n_terms=n_terms)
    return model.fit(model.candidates(inside.facts)[0], rows(1_500, 1), rows(400, 2), inside).core


def test_what_words_are_worth_is_learned_together_with_numbers():
    trial = rows(1_000, 9)
    missed = [
        np.square(fitted(n_terms).predict(trial.blocks)[:, 0] - trial.target).mean() / trial.target.var()
        for n_terms in (N_WORDS, 0)
    ]
    assert missed[0] < 0.5
    assert missed[1] > 0.9


@pytest.mark.parametrize("family", ["crafted", "crafted_catboost"])
def test_one_row_is_answered_as_many_and_as_when_it_is_read_back(family):
    core, trial = fitted(N_WORDS, family), rows(50, 9)
    many = core.predict(trial.blocks)
    again = CORES.get(core.form).from_bytes(core.to_bytes())
    assert (again.predict(trial.blocks) == many).all()
    alone = np.concatenate([core.predict(trial.blocks.take(np.array([place]))) for place in range(50)])
    assert alone == pytest.approx(many, abs=1e-12)
    together = Together([(1.0, core)], ())
    assert together.scores_of_many(trial.blocks) == pytest.approx(many, abs=1e-12)
    assert together.scores(trial.blocks.take(np.array([7])).first) == pytest.approx(many[7], abs=1e-12)


def test_a_rows_own_target_is_not_told_to_it():
    told = tell_sums(rows(600, 3, noise_alone=True), context(), np.random.default_rng(0))
    sums, target = told.rows.blocks.numbers[:, 2], told.rows.target
    assert abs(np.corrcoef(sums, target)[0, 1]) < 0.1


@pytest.mark.parametrize(("n_classes", "n_sums"), [(2, 1), (3, 3), (9, 5)])
def test_each_of_some_classes_has_a_sum(n_classes, n_sums):
    known = rows(600, 3)
    target = np.random.default_rng(1).integers(n_classes, size=600).astype(float)
    task = "binary" if n_classes == 2 else "multiclass"
    told = tell_sums(Rows(known.blocks, target), context(task, n_classes), np.random.default_rng(0))
    assert told.rows.blocks.numbers.shape == (600, 2 + n_sums)
    assert len(told.facts.names.numbers) == 2 + n_sums


def test_without_texts_nothing_is_told():
    known = rows(50, 3)
    plain = Rows(Blocks(known.blocks.numbers, known.blocks.codes), known.target)
    told = tell_sums(plain, context(n_terms=0), np.random.default_rng(0))
    assert told.sums is None
    assert told.rows is plain

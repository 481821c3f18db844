"""Learns sums of terms: what linear models make of the texts of a row, as numbers that trees can cut."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, FitContext, Rows
from mlwright.learning.models.linear import Linear
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.term_sums import TermSums

N_PARTS = 4
MOST_SUMS = 5
"""Of many classes, the most frequent ones have a sum each."""
TERMS_ALONE = BlockNames((), (), (), (), ())


class Told(NamedTuple):
    """Rows that know their sums, as other rows tell them, and how rows to come are told theirs."""

    rows: Rows
    facts: Facts
    sums: TermSums | None


def tell_sums(rows: Rows, context: FitContext, rng: np.random.Generator) -> Told:
    """The rows with sums of their terms after their numbers; as they are where there are no terms.

    The rows are cut into parts, and each part is told what a linear model says that has learned from the others: a
    row's own target would else be told to whoever learns from it. Rows to come are told the mean of these models.

    Parameters
    ----------
    rows : Rows
    context : FitContext
    rng : numpy.random.Generator
    """
    facts = context.facts
    if rows.blocks.text is None or not facts.names.n_terms:
        return Told(rows, facts, None)
    part, columns = rng.permutation(len(rows)) % N_PARTS, _columns(rows, facts)
    told, learned = np.empty((len(rows), len(columns)), dtype=np.float32), []
    for number in range(N_PARTS):
        inside, others = np.flatnonzero(part == number), np.flatnonzero(part != number)
        sums = TermSums(_term_weights(_alone(rows, others), _alone(rows, inside), context)[:, columns])
        told[inside] = sums.of(rows.blocks.take(inside))
        learned.append(sums.term_weights)
    blocks = Blocks(np.hstack([rows.blocks.numbers, told]), rows.blocks.codes)
    names = tuple(f"terms{place}" for place in range(told.shape[1]))
    wider = replace(
        facts.names,
        numbers=facts.names.numbers + names,
        number_inputs=facts.names.number_inputs + names,
        n_terms=0,
    )
    sums = TermSums(np.mean(learned, axis=0, dtype=np.float32))
    return Told(Rows(blocks, rows.target), replace(facts, names=wider), sums)


def cost_s(facts: Facts) -> float:
    """A guess of the seconds that this takes with one thread."""
    if not facts.names.n_terms:
        return 0.0
    alone = _alone_facts(facts)
    return N_PARTS * Linear().cost_s(Linear().candidates(alone)[0], alone)


def _alone(rows: Rows, places: NDArray[np.int64]) -> Rows:
    """Some rows, of which only the terms are seen."""
    blocks, n_rows = rows.blocks.take(places), len(places)
    nothing = Blocks(np.empty((n_rows, 0), np.float32), np.empty((n_rows, 0), np.int32), blocks.text)
    return Rows(nothing, rows.target[places])


def _alone_facts(facts: Facts) -> Facts:
    return replace(facts, names=replace(TERMS_ALONE, n_terms=facts.names.n_terms), directions=(), apart=(), elapsed=())


def _columns(rows: Rows, facts: Facts) -> NDArray[np.int64]:
    """Which sums of a linear model are told: of many classes, those of the most frequent ones."""
    if facts.n_classes <= 2:
        return np.zeros(1, dtype=np.int64)
    counts = np.bincount(rows.target.astype(np.int64), minlength=facts.n_classes)
    return np.sort(np.argsort(-counts, kind="stable")[:MOST_SUMS])


def _term_weights(learn: Rows, held: Rows, context: FitContext) -> NDArray[np.float32]:
    """Those of a linear model, shape (n_terms, n_sums); of several classes, each against the mean of all."""
    facts = _alone_facts(context.facts)
    quiet = replace(context, facts=facts, heard=lambda loss: None)
    core = Linear().fit(Linear().candidates(facts)[0], learn, held, quiet).core
    assert isinstance(core, LinearCore)
    weights = core.weights
    if weights.shape[1] > 1:
        weights = weights - weights.mean(axis=1, keepdims=True)
    return weights.astype(np.float32)

"""How much better the cores of a model answer together than the one that a held-out row hears.

The model that is packed answers with the mean of the cores of several folds, or with one core for all rows, which is
near that mean; and a held-out row is answered by the one core that has not learned from it. A mean loses less than
those it is the mean of, by how far they disagree, and that shows without the truth: for squared error the gap is the
variance of the answers, for log loss it is how far each one is from the mean, in nats.

All but one of the cores have learned from the row, and that draws them together: to its truth. So they are asked about
children of neighbouring rows, which nobody has learned from (`children`). Two limits are known. On rows that were
learned from cores disagree less than on new ones. And a core that goes a share `a` of the way to the truth of a row
leaves a share ``(1 - a)^2`` of the squared error, and of the disagreement: where that is the same share for all, as
with linear models, they disagree more on new rows by how much more they lose there; where shares differ, as with trees,
by less.

References
----------
Krogh, A. and Vedelsby, J. (1995). Neural network ensembles, cross validation, and active learning. NIPS 7.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.judge import Array, HeldOut, Judge, Places
from mlwright.records.trials import Trial
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import CORES

MOST_ROWS, FEWEST_ROWS, MOST_ANSWERS = 2_000, 100, 100_000
FEWEST_CORES = 3
"""One core has not learned from a row and is left out; two more are needed to disagree."""


def said_by_cores(
    bench: Bench,
    trials: Mapping[str, Sequence[Trial]],
    weights: Mapping[str, float],
    held: HeldOut,
    time_up: Callable[[], bool],
    blocks: Blocks | None = None,
) -> Array | None:
    """What the cores of each fold say of the same rows, added up with the weights of their members.

    Parameters
    ----------
    bench : Bench
    trials : mapping
        Of the members.
    weights : mapping
        Of the members that are asked.
    held : HeldOut
        The rows that are asked about.
    time_up : callable
        Asked before each fold's cores.
    blocks : Blocks, optional
        Other rows that are asked about in their place.

    Returns
    -------
    array, shape (n_cores, n_rows, n_outputs), or None
        In the order of the folds' numbers; None where too few cores could be asked.
    """
    folds = np.unique(held.fold)
    if not weights or len(folds) < FEWEST_CORES or any(one.core is None for name in weights for one in trials[name]):
        return None
    blocks = bench.rows.blocks.take(held.rows) if blocks is None else blocks
    said: list[Array] = []
    for fold in folds:
        if time_up():
            return None
        of_fold = [weight * bench.clip(_answers(bench, trials[name][fold], blocks)) for name, weight in weights.items()]
        said.append(np.sum(of_fold, axis=0))
    return np.stack(said)


def some_places(n_rows: int, n_outputs: int, rng: np.random.Generator) -> Places:
    """Places of so many of the rows that their answers take little time and memory."""
    most = max(FEWEST_ROWS, min(MOST_ROWS, MOST_ANSWERS // n_outputs))
    return np.sort(rng.permutation(n_rows)[:most])


def gain_together(said: Array, of_children: Array | None, judge: Judge, alone: float, *, is_number: bool) -> float:
    """By how much the mean row loss of the packed model is below that of one core of each member.

    On held-out rows the core that has not learned from a row has no say, as all others have.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
        By the members whose cores of all folds count; see `said_by_cores`.
    of_children : array, shape (n_cores, n_children, n_outputs), or None
        The same of rows that none has learned from; None where there was no time: the middle of both limits is taken.
    judge : Judge
        Of the held-out rows.
    alone : float
        The weight of the other members.
    is_number : bool

    Returns
    -------
    float
        In the unit of the row losses.
    """
    counts = np.unique(judge.held.fold)[:, None] != judge.held.fold
    losses = np.stack([judge.row_loss(core / max(1.0 - alone, 1e-9)) for core in said])
    known, new = float(losses[counts].mean()), float(losses[~counts].mean())
    least = disagreement(said, counts, alone, is_number=is_number)
    most = least * max(new / known, 1.0) if known > 0 else math.inf
    if of_children is None:
        return math.sqrt(least * most) if math.isfinite(most) else least
    everyone = np.ones(of_children.shape[:2])
    return min(max(disagreement(of_children, everyone, alone, is_number=is_number), least), most)


def _answers(bench: Bench, trial: Trial, blocks: Blocks) -> Array:
    assert trial.core is not None
    return CORES.get(trial.core.form).from_bytes(bench.run.get(trial.core.blob)).predict(blocks)


def disagreement(said: Array, counts: Array, alone: float, *, is_number: bool) -> float:
    """By how much less the mean of cores loses than one of them, as far as they are apart.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
    counts : array of bool, shape (n_cores, n_rows)
        Which of them have a say about a row.
    alone : float
        The weight of what does not disagree, which is taken to say what the others say in the mean.
    is_number : bool

    Returns
    -------
    float
        In the unit of the row losses.
    """
    n_cores, n = len(said), counts.sum(axis=0)
    if not is_number and said.shape[2] == 1:
        said = np.concatenate([(1.0 - alone) - said, said], axis=2)
    mean = (said * counts[:, :, None]).sum(axis=0) / n[:, None]
    if is_number:
        apart = ((said - mean) ** 2)[:, :, 0]
    else:
        scale = 1.0 / max(1.0 - alone, 1e-9)
        whole, ours = mean * scale, said + alone * mean * scale
        apart = (whole * np.log(np.maximum(whole, 1e-12) / np.maximum(ours, 1e-12))).sum(axis=2)
    spread = (apart * counts).sum(axis=0) / np.maximum(n - 1, 1)
    return float(spread.mean() * (n_cores - 1) / n_cores)

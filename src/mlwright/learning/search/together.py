"""How much better the cores of a model answer together than the one that a held-out row hears.

The model that is packed answers with the mean of the cores of several folds, and a held-out row is answered by the one
core that has not learned from it. A mean loses less than those it is the mean of, by how far they disagree, and that
shows without the truth: for squared error the gap is the variance of the answers, for log loss it is how far each
one is from the mean, in nats.

References
----------
Krogh, A. and Vedelsby, J. (1995). Neural network ensembles, cross validation, and active learning. NIPS 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.judge import Array, HeldOut, Places
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

    Returns
    -------
    array, shape (n_cores, n_rows, n_outputs), or None
        In the order of the folds' numbers; None where too few cores could be asked.
    """
    folds = np.unique(held.fold)
    if not weights or len(folds) < FEWEST_CORES or any(one.core is None for name in weights for one in trials[name]):
        return None
    blocks = bench.rows.blocks.take(held.rows)
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


def gain_together(said: Array, held: HeldOut, alone: float, *, is_number: bool) -> float:
    """By how much the mean row loss of the packed model is below that of one core of each member.

    The core that has not learned from a row has no say, as all others have.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
        By the members that are packed with the cores of all folds; see `said_by_cores`.
    held : HeldOut
        The rows.
    alone : float
        The weight of the other members.
    is_number : bool

    Returns
    -------
    float
        In the unit of the row losses.
    """
    return _disagreement(said, np.unique(held.fold)[:, None] != held.fold, alone, is_number=is_number)


def _answers(bench: Bench, trial: Trial, blocks: Blocks) -> Array:
    assert trial.core is not None
    return CORES.get(trial.core.form).from_bytes(bench.run.get(trial.core.blob)).predict(blocks)


def _disagreement(said: Array, counts: Array, alone: float, *, is_number: bool) -> float:
    """How far answers are from their mean, as many times as there are cores.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
    counts : array of bool, shape (n_cores, n_rows)
        Which of them have a say about a row.
    alone : float
        The weight of what does not disagree, which is taken to say what the others say in the mean.
    is_number : bool
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

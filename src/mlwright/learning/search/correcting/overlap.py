"""How much surer a held-out figure looks than it is, as folds learn from each other's rows.

Rows that are held out by one fold taught the cores of all others. Where a sample is easier than its source, cores learn
that and are right about it on each other's rows, and wrong about it on new ones: the more a model learns from single
rows, the further apart are its held-out loss and its true one, beyond what the spread of the losses shows.

Let H be the curvature of the mean loss, and d how far the sample leads a model astray. The true loss is above the
least one by ``d'Hd / 2``, that on the model's own rows below it by as much; held-out rows make up for the mean of the
sum, not for its variance. With m the mean of ``d'Hd`` that is ``2 c m / n``, where c is 1 for nats, and twice the mean
squared error for squares.

How far a model is led astray shows in its cores, without a new fit: each lacks the rows of one fold, and how far they
disagree is a jackknife. Cores that are all in all bolder or more careful than the others stopped at another time; that
is what `stopping` counts, and is left out here.

A row is known to all cores but one, and they agree about it more than about a new one. Where rows are independent the
held-out losses are too large for what they stand for here by about as much. Rows of a group are known by their whole
group, and the next rows come from others: there cores are asked about children of two neighbours (`children`).

References
----------
Bates, S., Hastie, T. and Tibshirani, R. (2024). Cross-validation: what does it estimate and how well does it do it?
Journal of the American Statistical Association 119: the plain standard error is too small; they fit nested folds to
learn by how much. Efron, B. and Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9.
"""

from __future__ import annotations

import math

import numpy as np

from mlwright.learning.search.correcting.likeness import logarithms
from mlwright.learning.search.correcting.together import disagreement
from mlwright.learning.search.judge import Array, HeldOut, Places


def overlap_error(said: Array, held: HeldOut, n_rows: int, squares: float | None = None, further: float = 1.0) -> float:
    """Standard error of a mean held-out row loss that the plain one leaves out.

    In simulated searches with known truth (240 rows, eight folds) the variance of the gain over the dummy was 1.3 to
    1.7 times the plain one for logistic regressions of 10 and 30 inputs, for boosted trees and for extra trees. With
    this error it is about the stated one for logistic regressions; for trees, which disagree by their seeds too, more
    is found than is there.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
        What each fold's cores say of some held-out rows; see `together.said_by_cores`. Three cores at least.
    held : HeldOut
        These rows.
    n_rows : int
        How many rows the mean is taken over, these among them.
    squares : float, optional
        The mean squared error, where numbers are answered and losses are squares; default: losses are nats.
    further : float
        See `further_apart`.

    Returns
    -------
    float
        In the unit of the row losses.
    """
    counts = np.unique(held.fold)[:, None] != held.fold
    bent = _curvature_of_squares(said, counts) if squares is not None else _curvature_of_nats(said, counts)
    scale = (1.0 if squares is None else 2.0 * squares) * _alike(said, held, counts, is_number=squares is not None)
    n_others = len(said) - 1
    return math.sqrt(2.0 * scale * bent * further * n_others / (n_others - 1) / n_rows)


def further_apart(said: Array, of_children: Array | None, held: HeldOut, alone: float, *, is_number: bool) -> float:
    """How many times as far as about rows of groups that they know cores disagree about those of new groups.

    At most by how much more the sum over a group is missed by the core that does not know it: where it is nearer to the
    truth of known groups by a share, so is what it says of them to what the others say. 1 where rows have no groups.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
    of_children : array, shape (n_cores, n_children, n_outputs), or None
        What the same cores say of rows that none has learned from; None where there was no time: the middle of both
        limits is taken.
    held : HeldOut
    alone : float
        The weight of what is not among what was said; see `together.disagreement`.
    is_number : bool
    """
    if held.groups is None:
        return 1.0
    counts = np.unique(held.fold)[:, None] != held.fold
    whole = said / max(1.0 - alone, 1e-9)
    missed = held.target[:, None] - whole if is_number else _one_hot(held.target, _n_classes(said)) - _shares(whole)
    groups = np.unique(held.groups, return_inverse=True)[1]
    known, new = (_of_groups(missed, groups, each) for each in (counts, ~counts))
    most = max(new / known, 1.0) if known > 0 else 1.0
    apart = disagreement(said, counts, alone, is_number=is_number)
    if of_children is None or apart <= 0:
        return math.sqrt(most)
    everyone = np.ones(of_children.shape[:2])
    return min(max(disagreement(of_children, everyone, alone, is_number=is_number) / apart, 1.0), most)


def _of_groups(missed: Array, groups: Places, counts: Array) -> float:
    """The mean square of what is missed all in all of a group, of those cores that count for it."""
    sums = [[np.bincount(groups, weights=w * each) for each in core.T] for core, w in zip(missed, counts, strict=True)]
    return float(np.sum(np.square(sums)) / counts.sum())


def _alike(said: Array, held: HeldOut, counts: Array, *, is_number: bool) -> float:
    """How many times as much as single rows whole groups lead a model astray; 1 at least.

    Rows of one group that err alike draw a core the same way where their inputs are alike too. So along each way in
    which a core differs from all others, what each row draws it by is added up over its group: the mean square of the
    sums is that many times the squares of the rows.

    References
    ----------
    Liang, K.-Y. and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73.
    """
    if held.groups is None:
        return 1.0
    own = said[np.searchsorted(np.unique(held.fold), held.fold), np.arange(len(held))]
    answers = said if is_number else logarithms(said)
    mean = (answers * counts[:, :, None]).sum(axis=0) / counts.sum(axis=0)[:, None]
    missed = held.target[:, None] - own if is_number else _one_hot(held.target, answers.shape[2]) - _shares(own)
    drawn = (missed * (answers - mean)).sum(axis=2) * counts
    groups = np.unique(held.groups, return_inverse=True)[1]
    sums = np.stack([np.bincount(groups, weights=each) for each in drawn])
    single = float((drawn**2).sum())
    return max(1.0, float((sums**2).sum()) / single) if single > 0 else 1.0


def _one_hot(target: Array, n_classes: int) -> Array:
    return np.eye(n_classes)[target.astype(np.int64)]


def _shares(own: Array) -> Array:
    return np.concatenate([1 - own, own], axis=-1) if own.shape[-1] == 1 else own


def _n_classes(said: Array) -> int:
    return max(2, int(said.shape[2]))


def _curvature_of_squares(said: Array, counts: Array) -> float:
    answers = said[:, :, 0]
    mean = (answers * counts).sum(axis=0) / counts.sum(axis=0)
    directions = np.stack([np.ones_like(mean), mean - mean.mean()])
    rests = [_rest(core - mean, directions, own) for core, own in zip(answers, counts.astype(float), strict=True)]
    return 2.0 * float(np.sum(rests)) / len(mean)


def _curvature_of_nats(said: Array, counts: Array) -> float:
    logs = logarithms(said)
    mean = (logs * counts[:, :, None]).sum(axis=0) / counts.sum(axis=0)[:, None]
    shares = np.exp(mean - mean.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)

    def centred(values: Array) -> Array:
        found: Array = (values - (shares * values).sum(axis=1, keepdims=True)).ravel()
        return found

    directions = np.stack([centred(mean), centred(np.broadcast_to(mean.mean(axis=0), mean.shape))])
    weights = counts[:, :, None] * shares
    rests = [_rest(centred(core - mean), directions, own.ravel()) for core, own in zip(logs, weights, strict=True)]
    return float(np.sum(rests)) / len(mean)


def _rest(apart: Array, directions: Array, weights: Array) -> float:
    """The weighted sum of squares that directions leave of differences."""
    root = np.sqrt(weights)
    fitted = np.linalg.lstsq((directions * root).T, apart * root, rcond=None)[0]
    return float(weights @ (apart - fitted @ directions) ** 2)

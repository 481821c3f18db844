"""What metrics are made of."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlwright.records.profile import Task

CLASSES: Final[frozenset[Task]] = frozenset({"binary", "multiclass"})
TWO_CLASSES: Final[frozenset[Task]] = frozenset({"binary"})
SEVERAL_CLASSES: Final[frozenset[Task]] = frozenset({"multiclass"})
NUMBERS: Final[frozenset[Task]] = frozenset({"regression"})

Array = NDArray[np.float64]


def weights_of(target: Array, weight: Array | None) -> Array:
    """The weights, ones where there are none."""
    return np.ones(len(target)) if weight is None else weight.astype(np.float64)


def mean(values: Array, weight: Array | None) -> float:
    """Weighted mean; NaN for no rows or no weight."""
    total = len(values) if weight is None else float(weight.sum())
    if not total:
        return float("nan")
    return float(values.mean() if weight is None else weight @ values / total)


def ratio(part: float, whole: float) -> float:
    """`part` / `whole`, NaN where the whole is nothing."""
    return float(part / whole) if whole else float("nan")


def one_against_rest(target: Array, prediction: Array) -> list[tuple[NDArray[np.bool_], Array]]:
    """Pairs (is it that class, its score): one pair for two classes, else one for each class."""
    if prediction.shape[1] == 1:
        return [(target == 1, prediction[:, 0])]
    return [(target == place, prediction[:, place]) for place in range(prediction.shape[1])]


def mean_of_defined(figures: list[float]) -> float:
    """Plain mean of those that are not NaN; NaN if there are none."""
    defined = [figure for figure in figures if figure == figure]
    return float(np.mean(defined)) if defined else float("nan")


def cumulative_by_score(positive: NDArray[np.bool_], score: Array, weight: Array) -> tuple[Array, Array]:
    """Weight of the true and of the false among the rows scored at least as high, once for each distinct score.

    Highest score first; rows of equal score are counted together.
    """
    order = np.argsort(-score, kind="stable")
    ranked, is_true, weights = score[order], positive[order], weight[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    return np.cumsum(weights * is_true)[ends], np.cumsum(weights * ~is_true)[ends]


def counts_by_class(
    target: Array, answered: NDArray[np.int64], weight: Array, n_classes: int
) -> tuple[Array, Array, Array]:
    """Weight of the right answers, of the answers and of the truth, each of shape (n_classes,)."""
    truth = target.astype(np.int64)

    def total(classes: NDArray[np.int64], weight: Array) -> Array:
        return np.bincount(classes, weights=weight, minlength=n_classes).astype(np.float64)

    return total(truth, weight * (truth == answered)), total(answered, weight), total(truth, weight)


def n_classes_of(prediction: Array) -> int:
    """How many classes a prediction is about."""
    return max(2, int(prediction.shape[1]))

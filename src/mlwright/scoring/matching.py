"""Classes of two models matched by name: each holds them in an order of its own.

They stand in the order of the target's own scale where it has one, else sorted, with the positive one of two last; so a
setting, or a version that knows more scales, puts the same classes in another order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.deciding import Decisive

Array = NDArray[np.float64]


def same_classes(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two models tell the same classes apart, in whatever order.

    >>> same_classes(("low", "mid", "high"), ("high", "low", "mid"))
    True
    """
    return sorted(one) == sorted(other)


def scores_as(scores: Array, classes: Sequence[str], wanted: Sequence[str]) -> Array:
    """Scores with the classes in another order.

    Parameters
    ----------
    scores : array, shape (n_rows, n_outputs)
        The probability of the second of two classes, or of each of several; numbers as they are.
    classes, wanted : sequence of str
        The same classes, in the order that they have and in the one that they are to have.

    Examples
    --------
    >>> scores_as(np.array([[0.7, 0.2, 0.1]]), ("high", "low", "mid"), ("low", "mid", "high")).tolist()
    [[0.2, 0.1, 0.7]]
    >>> scores_as(np.array([[0.75]]), ("no", "yes"), ("yes", "no")).tolist()
    [[0.25]]
    """
    if tuple(classes) == tuple(wanted):
        return scores
    return 1.0 - scores if scores.shape[1] == 1 else scores[:, places_as(classes, wanted)]


def decisive_as(decides: Decisive, classes: Sequence[str], wanted: Sequence[str]) -> Decisive:
    """What decides the answers to scores that `scores_as` has put in another order; see `deciding.Decisive`.

    From its threshold on one of two classes is answered: so the other one is above what is left of 1.
    """
    if tuple(classes) == tuple(wanted):
        return decides
    if len(classes) == 2:
        above: Array = np.nextafter(1.0 - np.asarray(decides), np.inf)
        return above if above.ndim else float(above)
    places = places_as(classes, wanted)
    return np.asarray(decides)[np.ix_(places, places)] if np.ndim(decides) == 2 else decides


def target_as(target: Array, classes: Sequence[str], wanted: Sequence[str]) -> Array:
    """Places among `classes` as places among the same classes in another order; numbers as they are.

    >>> target_as(np.array([0.0, 2.0]), ("high", "low", "mid"), ("low", "mid", "high")).tolist()
    [2.0, 1.0]
    """
    if tuple(classes) == tuple(wanted):
        return target
    return places_as(wanted, classes).astype(np.float64)[target.astype(np.int64)]


def places_as(classes: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:
    """Where each wanted class stands among `classes`."""
    return np.array([list(classes).index(name) for name in wanted], dtype=np.int64)

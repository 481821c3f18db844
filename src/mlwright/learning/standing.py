"""How ways of touching answers up did of late, and what the answer of each therefore counts.

Kept is the mean loss of each way and of the half-and-half answer of each two. Where a loss is a square, these figures
give the loss of every weighted mean of the ways exactly; where it is another, they give the parabola through them. The
weights are those with which that is least, held back towards equal ones, and while few rows were counted towards the
model itself. So a way counts for what it adds to the
others, and not for how well it does alone: two that err in opposite directions both count, of two that say the same
one is left out.

References
----------
Bates, J. M. and Granger, C. W. J. (1969). The combination of forecasts. Journal of the Operational Research Society 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from mlwright.records.touched import Way

OWN: Way = "as_it_is"
MEMORY = 0.95
"""What remains of losses after each look."""
HELD_BACK = 0.05
"""How strongly weights are held to equal ones, in units of the model's loss."""
WORTH = 0.02
"""The share of its loss that some way must spare the model of late; else the model is left as it is."""
ROWS_OF_TRUST = 100.0
"""Of the model itself: rows that count for it beside those that were counted, each as much as the best way loses."""
SUM_TO_ONE = 1e3

Array = NDArray[np.float64]


def name_of(*ways: Way) -> str:
    """What the losses of a way, or of half one and half another, are kept under.

    >>> name_of("shifted", "as_it_is"), name_of("shifted", "shifted")
    ('as_it_is+shifted', 'shifted')
    """
    return "+".join(sorted(set(ways)))


def pairs_of(ways: Iterable[Way]) -> Iterable[tuple[Way, Way]]:
    """Each way with itself, and each two."""
    return combinations_with_replacement(tuple(ways), 2)


@dataclass
class Standing:
    """How the ways did on the latest rows.

    Parameters
    ----------
    lost : dict
        Mean loss of a row by way and by half-and-half answers (see `name_of`), older looks counting less and less;
        empty before the first look.
    n_rows : float
        Rows that were counted; those of older looks count less and less.
    """

    lost: dict[str, float] = field(default_factory=dict)
    n_rows: float = 0.0

    @property
    def ways(self) -> tuple[Way, ...]:
        """Those that were seen so far."""
        return tuple(name for name in self.lost if "+" not in name)  # type: ignore[misc]

    def seen(self, losses: Mapping[str, Array]) -> None:
        """Count rows that were answered before their outcomes were known.

        A way that there were not rows enough for counts as the model itself.

        Parameters
        ----------
        losses : dict
            By way and by half-and-half answers.
        """
        now = {name: float(values.mean()) for name, values in losses.items()}
        found = {}
        for pair in pairs_of(dict.fromkeys([*self.ways, *Standing(now).ways])):
            mean = now[_there(pair, now)]
            found[name_of(*pair)] = MEMORY * self.lost.get(_there(pair, self.lost), mean) + (1 - MEMORY) * mean
        self.lost = found
        self.n_rows = MEMORY * self.n_rows + len(losses[OWN])

    def weights(self, ways: Sequence[Way]) -> dict[Way, float]:
        """Shares of the answer, which sum to 1; all of it for the model itself before the first look.

        >>> apart = {"as_it_is": 1.0, "shifted": 1.0, "as_it_is+shifted": 0.1}
        >>> Standing(apart, 10_000).weights(("as_it_is", "shifted"))["shifted"].__round__(2)
        0.5
        """
        known = [way for way in ways if way in self.lost]
        if not known:
            return {way: float(way == OWN) for way in ways}
        own = max(self.lost[OWN], np.finfo(float).tiny)
        products = np.array([[self._product(one, other) / own for other in known] for one in known])
        trust = float(products.diagonal().min()) * ROWS_OF_TRUST / max(1.0, self.n_rows)
        itself = np.array([float(way == OWN) for way in known])
        found = dict(zip(known, _least(products, itself, trust).tolist(), strict=True))
        return {way: found.get(way, 0.0) for way in ways}

    def _product(self, one: Way, other: Way) -> float:
        """The mean product of the errors of two ways, for a loss that is a square."""
        mean = (self.lost[one] + self.lost[other]) / 2
        return 2 * self.lost.get(name_of(one, other), mean) - mean


def _there(pair: tuple[Way, Way], known: Mapping[str, float]) -> str:
    return name_of(*(way if way in known else OWN for way in pair))


def _least(products: Array, own: Array, trust: float) -> Array:
    """Shares that make ``w' products w`` least, held back towards equal ones and towards `own`; shape (n_ways,)."""
    n = len(products)
    values, vectors = np.linalg.eigh(products)
    root, even = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T, np.eye(n)
    rows = [root, np.sqrt(HELD_BACK) * even, np.sqrt(trust) * even, np.full((1, n), SUM_TO_ONE)]
    wanted = [np.zeros(n), np.full(n, np.sqrt(HELD_BACK) / n), np.sqrt(trust) * own, [SUM_TO_ONE]]
    shares = nnls(np.vstack(rows), np.concatenate(wanted))[0]
    return np.asarray(shares / shares.sum())


def faded(before: tuple[float, float] | None, now: tuple[float, float]) -> tuple[float, float]:
    """Two mean losses with those of earlier looks, which count less and less; those of now, where there are none.

    >>> faded((1.0, 2.0), (2.0, 2.0))
    (1.05, 2.0)
    """
    old = now if before is None else before
    return MEMORY * old[0] + (1 - MEMORY) * now[0], MEMORY * old[1] + (1 - MEMORY) * now[1]


def seems_to_help(lost: Mapping[str, float], least_gain: float = 0.0) -> bool:
    """Whether touched-up answers are likely better than the model: some lost less of late, by `WORTH` at least.

    Parameters
    ----------
    lost : dict
        As in `Standing`.
    least_gain : float
        The share of its loss that it must spare the model.

    >>> seems_to_help({"as_it_is": 1.0, "shifted": 0.9}), seems_to_help({"as_it_is": 1.0, "shifted": 0.99})
    (True, False)
    """
    return bool(lost) and min(lost.values()) <= (1.0 - max(WORTH, least_gain)) * lost[OWN]

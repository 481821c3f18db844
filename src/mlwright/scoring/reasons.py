"""Why a case was answered as it was: what each input adds, compared with typical cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.columns import Row
from mlwright.scoring.model import Model
from mlwright.scoring.places import mixed, places_of

Array = NDArray[np.float64]

MOST_ROWS = 300
"""Rows that are scored for one explanation, over all cores of the model: so it takes a few milliseconds."""
FEWEST_TYPICAL, MOST_TYPICAL = 3, 12


class Reasoner:
    """Says what each input of a case adds to its score; safe to use from many threads.

    Each input is looked at from both ends: what changes if this case had the value of a typical one, and what changes
    if a typical one had this case's value; the mean of both, over the typical cases. Where inputs act alone or in pairs
    that is the Shapley value, and all inputs together add up to the difference from the typical score.

    Parameters
    ----------
    model : Model
    typical : sequence of records
        A few cases from the lowest score to the highest.
    most_rows : int
        Rows that are scored for one explanation, over all cores; with many inputs fewer typical cases are looked at.

    References
    ----------
    Grabisch, M. and Roubens, M. (1999). An axiomatic approach to the concept of interaction among players in
    cooperative games. International Journal of Game Theory 28: the value of two-additive games.
    """

    def __init__(self, model: Model, typical: Sequence[Row], most_rows: int = MOST_ROWS) -> None:
        self.model = model
        places = places_of(model.spec.plan, model.encoder.names)
        self.inputs = tuple(places)
        self._places = tuple(places.values())
        n_cores = sum(len(member.cores) for member in model.spec.members)
        affordable = most_rows // (2 * len(places) * max(1, n_cores))
        n = min(max(FEWEST_TYPICAL, min(MOST_TYPICAL, affordable)), len(typical))
        spaced = np.linspace(0, len(typical) - 1, n).round().astype(int)
        self._typical = model.encoder.encode_records([typical[place] for place in spaced])
        self._sources = _design(len(self._typical), len(places))

    def added(self, blocks: Blocks, output: int) -> tuple[float, float, Array]:
        """The score of one case, the typical score, and what each input adds.

        Parameters
        ----------
        blocks : Blocks
            One row.
        output : int
            Which column of the scores.
        """
        both = _stacked(blocks, self._typical)
        scores = self.model.predict(mixed(both, self._sources, self._places))[:, output]
        n_typical, n_inputs = len(self._typical), len(self.inputs)
        own, typical = float(scores[0]), float(scores[1 : 1 + n_typical].mean())
        without, alone = scores[1 + n_typical :].reshape(2, n_inputs, n_typical).mean(axis=2)
        return own, typical, ((own - without) + (alone - typical)) / 2


def _design(n_typical: int, n_inputs: int) -> NDArray[np.int64]:
    """Which row gives which input: this case (row 0), the typical ones, and for each input both exchanges."""
    typical = np.repeat(np.arange(1, n_typical + 1)[:, None], n_inputs, axis=1)
    plain = np.zeros((1, n_inputs), dtype=np.int64)
    without = np.zeros((n_inputs, n_typical, n_inputs), dtype=np.int64)
    alone = np.repeat(typical[None], n_inputs, axis=0)
    for place in range(n_inputs):
        without[place, :, place] = typical[:, place]
        alone[place, :, place] = 0
    rows = [plain, typical, without.reshape(-1, n_inputs), alone.reshape(-1, n_inputs)]
    return np.concatenate(rows).astype(np.int64)


def _stacked(one: Blocks, other: Blocks) -> Blocks:
    together = np.vstack([one.numbers, other.numbers]), np.vstack([one.codes, other.codes])
    if one.text is None:
        return Blocks(*together)
    from scipy.sparse import vstack

    return Blocks(*together, vstack([one.text, other.text], format="csr"))

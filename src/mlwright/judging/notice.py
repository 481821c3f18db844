"""Whether the service would notice that data is not as it was: what it notes on a record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import EncodingPlan, NumberColumn
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.encoder import names

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PLAIN_SIGHT = 0.5
"""Notes on this share of the records, beyond the usual, cannot be overlooked."""
HINT = 0.02


@dataclass(frozen=True)
class Watchman:
    """Looks at records as the service does: new names, numbers out of range, values missing that never were.

    Parameters
    ----------
    low, high : array, shape (n_numbers,)
        What training has seen of each number of the plan; infinite where the plan does not say.
    never_missing : array of bool, shape (n_numbers + n_codes,)
    n_levels : array of int, shape (n_codes,)
    usual : float
        The share of the undisturbed records that is noted.
    """

    low: Array
    high: Array
    never_missing: Mask
    n_levels: NDArray[np.int64]
    usual: float

    def noted(self, blocks: Blocks) -> float:
        """The share of the records that is noted beyond the usual one."""
        return max(0.0, _share_noted(blocks, self.low, self.high, self.never_missing, self.n_levels) - self.usual)


def watchman(plan: EncodingPlan, blocks: Blocks) -> Watchman:
    """What the service would note, learned from undisturbed rows."""
    outputs = names(plan)
    ranges = {column.name: (column.low, column.high) for column in plan.columns if isinstance(column, NumberColumn)}
    known = [ranges.get(name, (-np.inf, np.inf)) for name in outputs.numbers]
    low, high = (np.array([ends[side] for ends in known], dtype=np.float64) for side in (0, 1))
    never_missing = np.concatenate([~np.isnan(blocks.numbers).any(axis=0), ~(blocks.codes < 0).any(axis=0)])
    n_levels = np.array(outputs.n_levels, dtype=np.int64)
    return Watchman(low, high, never_missing, n_levels, _share_noted(blocks, low, high, never_missing, n_levels))


def _share_noted(blocks: Blocks, low: Array, high: Array, never_missing: Mask, n_levels: NDArray[np.int64]) -> float:
    missing = np.hstack([np.isnan(blocks.numbers), blocks.codes < 0])[:, never_missing].any(axis=1)
    new = (blocks.codes == n_levels).any(axis=1)
    slack = 1e-6 * np.maximum(1.0, np.abs(np.where(np.isfinite(high), high, 0.0)))
    beyond = ((blocks.numbers < low - slack) | (blocks.numbers > high + slack)).any(axis=1)
    return float((missing | new | beyond).mean())


def told_noted(share: float) -> str:
    """Whether it would be noticed, as a sentence."""
    if share >= PLAIN_SIGHT:
        return "The service would note it in most records."
    if share >= HINT:
        return f"The service would note it in {100 * share:.0f} of 100 records: look at its counts."
    return "The service would not notice a single record; `mlwright watch` compares many of them."

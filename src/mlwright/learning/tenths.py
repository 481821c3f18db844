"""The test rows in the order of what was said of them, tenth by tenth: what was said, and what happened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import Estimate, Tenth
from mlwright.statistics.means import share_estimate
from mlwright.statistics.parts import part_estimate
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]
Places = NDArray[np.int64]

N_PARTS = 10
FEWEST_IN_A_PART = 20


def tenths(target: Array, said: Array, draws: Draws, level: float = 0.95, *, is_share: bool) -> tuple[Tenth, ...]:
    """Up to ten parts of about as many rows each, those of which the most was said first.

    Rows of which the same was said stay together, so that no part depends on the order of the table.

    Parameters
    ----------
    target : array, shape (n_rows,)
        1 for the positive class and 0 for the other one, or numbers.
    said : array, shape (n_rows,)
    draws : Draws
    level : float
    is_share : bool
        Whether there are two classes.
    """
    total, n_before, made = float(target.sum()), 0.0, []
    for rows in _parts(said):
        happened = _happened(target, rows, draws, level, is_share=is_share)
        n_before += float(target[rows].sum())
        counts = is_share and total > 0
        made.append(
            Tenth(
                n_rows=len(rows),
                least=float(said[rows].min()),
                most=float(said[rows].max()),
                said=float(said[rows].mean()),
                happened=happened,
                found=n_before / total if counts else None,
                lift=happened.value / (total / len(target)) if counts else None,
            )
        )
    return tuple(made) if len(made) > 1 else ()


def _parts(said: Array) -> Iterator[Places]:
    """Places of the rows of each part, rising."""
    order = np.argsort(-said, kind="stable")
    n_parts = int(np.clip(len(said) // FEWEST_IN_A_PART, 1, N_PARTS))
    wanted = np.round(np.linspace(0, len(said), n_parts + 1)[1:]).astype(np.int64)
    ends_of_ties = np.append(np.flatnonzero(np.diff(said[order])) + 1, len(said))
    ends = np.unique(ends_of_ties[np.searchsorted(ends_of_ties, wanted)])
    for start, end in zip(np.append(0, ends[:-1]), ends, strict=True):
        yield np.sort(order[start:end])


def _happened(target: Array, rows: Places, draws: Draws, level: float, *, is_share: bool) -> Estimate:
    part = np.zeros(len(target), dtype=bool)
    part[rows] = True
    return share_estimate(target, draws, level, part) if is_share else part_estimate(target, part, draws, level)

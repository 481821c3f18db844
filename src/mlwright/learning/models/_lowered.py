"""CatBoost's trees as arrays of our own, proved against its library before they take its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.symmetric import SymmetricCore

N_PROVED = 200
TOLERANCE = 1e-9
"""How far scores may be from the library's; for numbers as a share of the number."""


def lowered(
    model: Any, fills: NDArray[np.float64], link: int, n_levels: Sequence[int], known: Blocks
) -> SymmetricCore | CatBoostCore:
    """The trees of a model as arrays; where these cannot say the same, as CatBoost wrote them.

    Parameters
    ----------
    model : catboost.CatBoost
    fills, link
        As in `CatBoostCore.of`.
    n_levels : sequence of int
        As in `BlockNames`.
    known : Blocks
        Rows of training: some of these are asked, and the same with values that are missing or were never seen.
    """
    whole = CatBoostCore.of(model, fills, link)
    try:
        core = whole.symmetric(n_levels)
    except NotApplicable:
        return whole
    asked = (some := _some(known), _strange(some, n_levels))
    agree = [np.allclose(core.predict(rows), whole.predict(rows), rtol=TOLERANCE, atol=TOLERANCE) for rows in asked]
    return core if all(agree) else whole


def _some(known: Blocks) -> Blocks:
    return known.take(np.unique(np.linspace(0, len(known) - 1, N_PROVED).astype(np.int64)))


def _strange(rows: Blocks, n_levels: Sequence[int]) -> Blocks:
    """Every third number is missing, and of the codes every fifth; every fourth code was never seen."""
    numbers, codes = rows.numbers.copy(), rows.codes.copy()
    numbers.ravel()[::3] = np.nan
    others = np.broadcast_to(np.array(n_levels, dtype=np.int32), codes.shape)
    codes.ravel()[::4] = others.ravel()[::4]
    codes.ravel()[::5] = -1
    return Blocks(numbers, codes)

"""Numbers where too much and too little cost differently: what is added to each prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.learning.benefit import Benefit, best_quantile
from mlwright.learning.unseen import kept_scores
from mlwright.records.profile import Roles
from mlwright.records.trials import Training

EVEN = 0.5
"""The quantile to say where too much and too little cost the same."""


def shift_of(learned: NDArray[np.float64], training: Training, benefit: Benefit, roles: Roles, run: Run) -> float:
    """The quantile of what was missing that costs least to say, from the out-of-fold answers to training rows.

    Parameters
    ----------
    learned : array, shape (n_training_rows,)
        Their target.
    training : Training
    benefit : Benefit
    roles : Roles
    run : Run
    """
    if roles.task != "regression" or benefit.chooses or not training.out_of_fold:
        return 0.0
    if (level := best_quantile(benefit.table)) == EVEN:
        return 0.0
    missing = learned - kept_scores(training.out_of_fold, len(learned), run)[:, 0]
    return float(np.nanquantile(missing, level))

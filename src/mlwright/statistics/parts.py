"""The mean of a part of the rows, where the rows of the part are scattered among the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import mean_estimates
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]


def part_estimate(values: Array, part: NDArray[np.bool_], draws: Draws, level: float = 0.95) -> Estimate:
    """Interval of the mean of a part.

    Where rows were drawn one by one or in groups, that of its rows alone. In time order what is drawn is a stretch, and
    a stretch of the rows of a part ("those at five in the morning") is none of the table: the part's own rows would be
    taken for hardly more than one draw. There the mean is a ratio of two means over all rows, and its error that of the
    ratio (by linearisation), with as many units as there are stretches that the part has rows in.

    Parameters
    ----------
    values : array, shape (n_rows,)
    part : array of bool, shape (n_rows,)
    draws : Draws
        Of all rows.
    level : float

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, section 2.11: the variance of a ratio.
    """
    sampling, mean = draws.sampling, float(values[part].mean())
    if sampling.order is None:
        rows = np.flatnonzero(part)
        return mean_estimates(values[rows][:, None], draws.of(sampling.take(rows)), level)[0]
    n_units = sampling.units_in(part)
    error = sampling.error_of_mean(part * (values - mean) / part.mean())
    few = np.sqrt(n_units / (n_units - 1)) if n_units > 1 else np.inf
    reach = float(student.ppf(0.5 + level / 2, max(1, n_units - 1)) * few * error)
    method = f"Student's interval of {sampling.drawn}"
    return Estimate(value=mean, low=mean - reach, high=mean + reach, level=level, method=method)

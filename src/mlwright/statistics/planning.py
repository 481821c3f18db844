"""How many rows it takes to see a difference, and the chance to see it with the rows that there are."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.stats import nct, norm
from scipy.stats import t as student

from mlwright.core.errors import TableError
from mlwright.statistics.results import Plan


def power_for_shares(a: float, b: float, rows_each: float, alarms: float = 0.05) -> float:
    """The chance to tell two shares apart with so many rows in each group (two-sided test of the difference).

    >>> round(power_for_shares(0.10, 0.12, 3841), 3)
    0.8
    """
    _check_shares(a, b)
    together = (a + b) / 2
    under_none = math.sqrt(2 * together * (1 - together) / rows_each)
    under_some = math.sqrt((a * (1 - a) + b * (1 - b)) / rows_each)
    reach = norm.ppf(1 - alarms / 2) * under_none
    return float(norm.sf((reach - abs(a - b)) / under_some) + norm.cdf((-reach - abs(a - b)) / under_some))


def rows_for_shares(a: float, b: float, power: float = 0.8, alarms: float = 0.05) -> Plan:
    """How many rows each of two groups needs for their shares to be told apart.

    Parameters
    ----------
    a, b : float
        The shares, from 0 to 1.
    power : float
        The chance to see the difference.
    alarms : float
        The chance to see one where there is none.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical methods for rates and proportions, chapter 4.

    Examples
    --------
    >>> print(rows_for_shares(0.10, 0.12))
    To see shares of 10 % and 12 % apart in 80 of 100 cases, each group needs 3,841 rows (5 % false alarms).
    """
    _check_shares(a, b)
    rows = _fewest(lambda n: power_for_shares(a, b, n, alarms), power)
    return Plan(f"shares of {100 * a:.4g} % and {100 * b:.4g} % apart", rows, power, alarms)


def power_for_means(gap: float, spread: float, rows_each: float, alarms: float = 0.05) -> float:
    """The chance to tell two means apart that lie `gap` apart, with values of that standard deviation.

    Parameters
    ----------
    gap, spread : float
        In the unit of the values.
    rows_each : float
        Rows of each of the two groups.
    alarms : float
        The chance to see a difference where there is none.

    Raises
    ------
    TableError
        If the gap is nothing, or the spread not above 0.

    >>> round(power_for_means(0.5, 1.0, 64), 3)
    0.801
    """
    if not spread > 0 or gap == 0:
        raise TableError(f"A gap of {gap} with a spread of {spread} cannot be planned for.", "Give numbers above 0.")
    freedom, shift = 2 * rows_each - 2, abs(gap) / spread * math.sqrt(rows_each / 2)
    reach = float(student.ppf(1 - alarms / 2, freedom))
    return float(nct.sf(reach, freedom, shift) + nct.cdf(-reach, freedom, shift))


def rows_for_means(gap: float, spread: float, power: float = 0.8, alarms: float = 0.05) -> Plan:
    """How many rows each of two groups needs for their means to be told apart.

    Parameters
    ----------
    gap : float
        How far apart the means are, in the unit of the values.
    spread : float
        The standard deviation within each group.
    power : float
        The chance to see the difference.
    alarms : float
        The chance to see one where there is none.

    References
    ----------
    Cohen, J. (1988). Statistical power analysis for the behavioral sciences, chapter 2.

    Examples
    --------
    >>> print(rows_for_means(0.5, 1.0))
    To see means 0.5 apart (spread 1) in 80 of 100 cases, each group needs 64 rows (5 % false alarms).
    """
    rows = _fewest(lambda n: power_for_means(gap, spread, n, alarms), power)
    return Plan(f"means {gap:.4g} apart (spread {spread:.4g})", rows, power, alarms)


def _fewest(power_of: Callable[[float], float], wanted: float) -> int:
    """The fewest rows, two at least, that give the power."""
    if not 0 < wanted < 1:
        raise TableError(f"A power of {wanted} is not between 0 and 1.", "Ask for 0.8, for example.")
    top = 4
    while power_of(top) < wanted:
        top *= 2
    if power_of(2) >= wanted:
        return 2
    return math.ceil(float(brentq(lambda n: power_of(n) - wanted, 2, top, xtol=1e-3)))


def _check_shares(a: float, b: float) -> None:
    if not (0 < a < 1 and 0 < b < 1) or a == b:
        raise TableError(f"Shares of {a} and {b} cannot be planned for.", "Give two different shares between 0 and 1.")

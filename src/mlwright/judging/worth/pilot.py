"""How large a trial has to be to settle whether the gain is there."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from mlwright.data.words import counted
from mlwright.records.decision import Pilot
from mlwright.records.settings import DecideSettings
from mlwright.statistics.planning import rows_for_means
from mlwright.statistics.sampling import Sampling

Array = NDArray[np.float64]

POWER, ALARMS = 0.8, 0.05
PART = 0.5
"""The trial is planned for this part of the gain: one that is planned for all of it misses a somewhat smaller one."""
FEWEST = 50
LEAST = 1e-5
"""A gain of so many spreads is none: a trial would take more cases than there are people."""
MOST_PERIODS, MOST_CASES = 100, 1_000_000
"""A trial that takes more is none that anybody would make."""


def pilot_of(model: Array, today: Array, sampling: Sampling, settings: DecideSettings) -> Pilot | None:
    """A trial that shows the gain in 80 of 100 cases, if half of it is there; None where nothing is gained.

    Parameters
    ----------
    model, today : array, shape (n_rows,)
        What the answers were worth on the test rows.
    sampling : Sampling
        How these rows were drawn: rows that are alike say less, in the trial too.
    settings : DecideSettings
    """
    gain = model - today
    part = PART * float(gain.mean())
    spread = math.sqrt((float(model.var()) + float(today.var())) / 2)
    if not part > max(0.0, LEAST * spread):
        return None
    alike = max(1.0, sampling.error_of_mean(gain) ** 2 * len(gain) / max(float(gain.var()), np.finfo(float).tiny))
    reach = float(norm.ppf(1 - ALARMS / 2) + norm.ppf(POWER))
    side_by_side = alike * (reach * float(gain.std()) / part) ** 2
    each = alike * rows_for_means(part, spread, POWER, ALARMS).rows_each if spread > 0 else FEWEST
    return Pilot(
        n_side_by_side=_rounded(side_by_side), n_each=_rounded(each), n_cases=settings.cases, period=settings.period
    )


def _rounded(n: float) -> int:
    """Two digits, upwards."""
    n = max(n, FEWEST)
    step = 10 ** max(0, math.floor(math.log10(n)) - 1)
    return int(math.ceil(n / step) * step)


def told_pilot(pilot: Pilot) -> str:
    """What to do, as a sentence."""
    return (
        f"Let it answer {counted(pilot.n_side_by_side, 'case')} beside what you do today"
        f"{_length(pilot.n_side_by_side, pilot)} and compare: if half of the gain is there, that shows it in 80 of 100 "
        f"trials. {_by_lot(pilot)}"
    )


def _by_lot(pilot: Pilot) -> str:
    n = 2 * pilot.n_each
    if n > MOST_CASES or (pilot.n_cases is not None and n > MOST_PERIODS * pilot.n_cases):
        return (
            f"Two groups by lot, where an answer shows its worth only when acted upon, would take {n:,} cases"
            f"{_length(n, pilot)} to show so small a gain: more than is worth trying."
        )
    return (
        "If an answer shows its worth only when acted upon, split the cases by lot: "
        f"{pilot.n_each:,} with the model, as many without{_length(n, pilot)}."
    )


def _length(n: int, pilot: Pilot) -> str:
    if pilot.n_cases is None:
        return ""
    periods = math.ceil(n / pilot.n_cases)
    return f" ({counted(periods, pilot.period)} at {pilot.n_cases:,} a {pilot.period})"

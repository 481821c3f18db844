"""How moments follow each other: the usual step, gaps, moments that come twice, a step that changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import counted, figure, minute

MIN_STEPS = 50
USUAL_SHARE = 0.9
WHOLE = 0.01
MOST_TWICE = 0.05
UNITS_S = (("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0), ("second", 1.0))


class Steps(NamedTuple):
    """How the moments of a table follow each other.

    Parameters
    ----------
    step : float
        The usual step, in seconds, or in months if `in_months`.
    in_months : bool
    n_gaps, n_lost : int
        Longer steps, and the moments that are missing in them.
    first_gap, longest : float
        Where the first gap begins, in seconds since 1970, and the length of the longest in steps.
    n_twice : int
        Moments that a series holds already.
    n : int
        Moments.
    changed : tuple of float or None
        When the step changes for good, and the step before and after.
    """

    step: float
    in_months: bool
    n_gaps: int
    n_lost: int
    first_gap: float
    longest: float
    n_twice: int
    n: int
    changed: tuple[float, float, float] | None

    def told(self) -> str:
        """The usual step."""
        return counted(round(self.step), "month") if self.in_months else duration(self.step)

    def gaps(self) -> str | None:
        """What is missing."""
        if not self.n_gaps:
            return None
        lost = counted(self.n_lost, "moment is", "moments are")
        longest = f", the longest {self.longest:,.0f} steps long" if self.longest > 2 else ""
        gaps = "gap" if self.n_gaps == 1 else "gaps, the first"
        return f"{lost} missing in {self.n_gaps:,} {gaps} after {minute(self.first_gap)}{longest}"

    def twice(self, group: str | None) -> str | None:
        """What comes more than once."""
        if not self.n_twice or self.n_twice > MOST_TWICE * self.n:
            return None
        return f"{counted(self.n_twice, 'moment comes', 'moments come')} again" + (
            f" in one '{group}'" if group else ""
        )

    def change(self) -> str | None:
        """Where the step changes."""
        if self.changed is None:
            return None
        when, before, after = self.changed
        return f"the step changes from {duration(before)} to {duration(after)} at {minute(when)}"


def duration(seconds: float) -> str:
    """A length of time in the largest unit that is not longer.

    >>> duration(86_400.0), duration(1_800.0), duration(0.5)
    ('1 day', '30 minutes', '0.5 seconds')
    """
    for noun, unit in UNITS_S:
        if seconds >= unit:
            number = figure(seconds / unit)
            return f"{number} {noun}{'' if number == '1' else 's'}"
    return f"{figure(seconds)} seconds"


def steps_of(moments: NDArray[np.float64], series: NDArray[np.int64]) -> Steps | None:
    """How moments follow each other; None where they do so in no regular way.

    Parameters
    ----------
    moments : array of float64
        Seconds since 1970.
    series : array of int64
        Which series each belongs to.
    """
    order = np.lexsort([moments, series])
    moments, series = moments[order], series[order]
    is_same = series[1:] == series[:-1]
    n_twice = int((is_same & (moments[1:] == moments[:-1])).sum())
    months = _months(moments)
    clock = moments if months is None else months
    where = np.flatnonzero(is_same & (clock[1:] > clock[:-1]))
    steps = np.diff(clock)[where]
    if len(steps) < MIN_STEPS:
        return None
    step = _usual(steps)
    changed = None if months is not None else _change(moments[where], steps)
    if (np.abs(steps / step - 1) < WHOLE).mean() < USUAL_SHARE and changed is None:
        return None
    whole = np.round(steps / step)
    is_gap = (whole >= 2) & (np.abs(steps / step - whole) < WHOLE * whole) & (changed is None)
    gaps = np.flatnonzero(is_gap)
    return Steps(
        step=step,
        in_months=months is not None,
        n_gaps=len(gaps),
        n_lost=int((whole[gaps] - 1).sum()) if len(gaps) else 0,
        first_gap=float(moments[where][gaps].min()) if len(gaps) else 0.0,
        longest=float(whole[gaps].max()) if len(gaps) else 0.0,
        n_twice=n_twice,
        n=len(moments),
        changed=changed,
    )


def _usual(steps: NDArray[np.float64]) -> float:
    values, counts = np.unique(np.round(steps, 3), return_counts=True)
    return float(values[counts.argmax()])


def _months(moments: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Months since 1970, if all moments are first or last days of a month, or all the same day."""
    days = moments.astype("datetime64[s]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    within = (days - months).astype(np.int64)
    left = ((months + 1).astype("datetime64[D]") - days).astype(np.int64)
    is_monthly = len(within) > 0 and (len(np.unique(within)) == 1 or (left == 1).all())
    return months.astype(np.int64).astype(np.float64) if is_monthly and len(np.unique(months)) > 1 else None


def _change(starts: NDArray[np.float64], steps: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """When the step changes for good, if each side is regular in itself."""
    by_time = np.argsort(starts, kind="stable")
    starts, steps = starts[by_time], steps[by_time]
    first, last = _usual(steps[: len(steps) // 10 + 1]), _usual(steps[-len(steps) // 10 :])
    if abs(first / last - 1) < WHOLE:
        return None
    is_first = np.abs(steps / first - 1) < WHOLE
    is_last = np.abs(steps / last - 1) < WHOLE
    right = np.concatenate([[0], np.cumsum(is_first)]) + np.concatenate([np.cumsum(is_last[::-1])[::-1], [0]])
    at = int(right.argmax())
    if right[at] < USUAL_SHARE * len(steps) or not MIN_STEPS / 2 <= at <= len(steps) - MIN_STEPS / 2:
        return None
    return float(starts[at]), first, last

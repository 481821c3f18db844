"""What the toolbox answers with: figures that know how sure they are and say themselves in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure with its interval.

    Parameters
    ----------
    name : str
        What it is: "mean", "risk ratio".
    value, low, high : float
    level : float
        The share of cases in which the interval holds the truth.
    n : int
        Values that it rests on.
    method : str
        How the interval was made.

    Examples
    --------
    >>> print(Figure("mean", 3.21, 2.9, 3.52, 0.95, 120, "Student"))
    The mean is 3.21 (95 % interval 2.9 to 3.52; Student; 120 values).
    """

    name: str
    value: float
    low: float
    high: float
    level: float
    n: int
    method: str

    def __str__(self) -> str:
        return f"The {self.name} is {spelled(self.value)} ({self.interval}; {self.method}; {self.n:,} values)."

    @property
    def interval(self) -> str:
        """The interval as words."""
        return f"{100 * self.level:g} % interval {spelled(self.low)} to {spelled(self.high)}"

    def __contains__(self, truth: float) -> bool:
        return self.low <= truth <= self.high


@dataclass(frozen=True)
class Comparison:
    """Groups compared: how far apart they are, how sure that is, and how often chance would bring them so far.

    Parameters
    ----------
    what : str
        What was compared, as the beginning of a sentence: "The means differ".
    test : str
        The name of the test.
    statistic : float
    p_value : float
        How often groups between which there is no difference would look at least as different.
    effects : tuple of Figure
        How large the difference is, the plainest first.

    Examples
    --------
    >>> gap = Figure("difference", 1.5, 0.4, 2.6, 0.95, 60, "Welch")
    >>> print(Comparison("The means", "Welch's t", 2.7, 0.0091, (gap,)))
    The means differ (Welch's t = 2.7, p = 0.0091): the difference is 1.5 (95 % interval 0.4 to 2.6).
    """

    what: str
    test: str
    statistic: float
    p_value: float
    effects: tuple[Figure, ...]

    def __str__(self) -> str:
        told = "; ".join(f"the {effect.name} is {spelled(effect.value)} ({effect.interval})" for effect in self.effects)
        verb = "differ" if self.p_value < 0.05 else "do not surely differ"
        return f"{self.what} {verb} ({self.test} = {spelled(self.statistic)}, p = {self.p_value:.2g}): {told}."

    def effect(self, name: str) -> Figure:
        """One of the effects by its name; a `KeyError` if there is none."""
        for effect in self.effects:
            if effect.name == name:
                return effect
        raise KeyError(name)


@dataclass(frozen=True)
class Plan:
    """How many rows it takes to see a difference.

    Parameters
    ----------
    sought : str
        What is to be seen, in words.
    rows_each : int
        In each of the two groups.
    power : float
        The chance to see it, if it is there.
    alarms : float
        The chance to see it, if it is not.

    Examples
    --------
    >>> print(Plan("a rise from 10 % to 12 %", 3841, 0.8, 0.05))
    To see a rise from 10 % to 12 % in 80 of 100 cases, each group needs 3,841 rows (5 % false alarms).
    """

    sought: str
    rows_each: int
    power: float
    alarms: float

    def __str__(self) -> str:
        return (
            f"To see {self.sought} in {100 * self.power:.3g} of 100 cases, each group needs {self.rows_each:,} rows "
            f"({100 * self.alarms:.3g} % false alarms)."
        )


def spelled(value: float) -> str:
    """A number with four digits that matter.

    >>> spelled(12345.678), spelled(0.123456), spelled(float("inf"))
    ('12,346', '0.1235', 'inf')
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"

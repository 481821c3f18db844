"""Numbers as people read them: no more digits than help, intervals, and what is lost."""

from __future__ import annotations

import math
from typing import NamedTuple

from mlwright.data.words import figure, percent
from mlwright.records.evaluation import Estimate

LARGE, HUGE = 1e6, 1e12
MOST_DIGITS = 7
NONE = "-"
"""What stands for a figure that is not defined."""


def short(value: float) -> str:
    """A number with as many digits as help.

    >>> short(0.123456), short(123456.7), short(0.0), short(float("nan"))
    ('0.1235', '123,457', '0', '-')
    """
    if math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) < LARGE:
        return figure(value)
    return f"{figure(value / LARGE)} million" if abs(value) < HUGE else f"{value:.4g}"


def lost(share: float) -> str:
    """A share of the gain that is lost.

    >>> lost(0.256), lost(-0.1), lost(1.4)
    ('26 %', '0 %', 'all')
    """
    return "all" if share >= 1 else percent(max(0.0, share))


def with_interval(estimate: Estimate) -> str:
    """An estimate with its interval, with no more digits than the interval's width deserves.

    >>> with_interval(Estimate(value=0.81234, low=0.78912, high=0.83456, method="Wilson"))
    '0.8123 (0.7891 to 0.8346)'
    >>> with_interval(Estimate(value=58736593, low=56530389, high=61103306, method="bootstrap"))
    '58.74 million (56.53 to 61.10 million)'
    >>> with_interval(Estimate(value=float("nan"), low=float("nan"), high=float("nan"), method="none"))
    '-'
    """
    said = spelled(estimate)
    return f"{said.value}{said.unit} ({said.low} to {said.high}{said.unit})" if said.low else said.value


class Spelled(NamedTuple):
    """An estimate in pieces.

    Parameters
    ----------
    value, low, high : str
        The ends are empty where there is no interval.
    scale : float
        What the numbers were divided by.
    unit : str
        Its name.
    """

    value: str = NONE
    low: str = ""
    high: str = ""
    scale: float = 1.0
    unit: str = ""


def spelled(estimate: Estimate) -> Spelled:
    """An estimate in pieces, with no more digits than the interval's width deserves."""
    if math.isnan(estimate.value):
        return Spelled()
    if not _has_width(estimate):
        return Spelled(short(estimate.value))
    if abs(estimate.value) >= HUGE or _digits(estimate, 1.0) > MOST_DIGITS:
        value, low, high = map(short, _parts(estimate))
        return Spelled(value, low, high)
    scale, unit = (LARGE, " million") if abs(estimate.value) >= LARGE else (1.0, "")
    value, low, high = (_spelled(part / scale, _digits(estimate, scale)) for part in _parts(estimate))
    return Spelled(value, low, high, scale, unit)


def money(value: float) -> str:
    """An amount that is estimated, with three digits or whole.

    >>> money(18282.4), money(12.34), money(2.5e6)
    ('18,282', '12.3', '2.5 million')
    """
    return f"{value:,.0f}" if 100 <= abs(value) < LARGE else short(float(f"{value:.3g}"))


def alike(value: float, estimate: Estimate) -> str:
    """A number with as many digits as an estimate beside it.

    >>> alike(-0.00000067, Estimate(value=0.8401, low=0.8230, high=0.8571, method="bootstrap"))
    '0.0000'
    """
    if not math.isfinite(value) or not _has_width(estimate) or abs(value) >= LARGE:
        return short(value)
    digits = _digits(estimate, 1.0)
    return _spelled(value, digits) if digits <= MOST_DIGITS else short(value)


def two_errors(value: float, error: float) -> Estimate:
    """A score and twice its standard error to both sides."""
    return Estimate(value=value, low=value - 2 * error, high=value + 2 * error, method="two standard errors")


def _has_width(estimate: Estimate) -> bool:
    return math.isfinite(estimate.high - estimate.low) and estimate.high > estimate.low


def _parts(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def _digits(estimate: Estimate, scale: float) -> int:
    """Decimals that show three digits of the interval's width."""
    return max(0, 2 - math.floor(math.log10((estimate.high - estimate.low) / scale)))


def _spelled(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def duration(seconds: float) -> str:
    """A length of time.

    >>> duration(0.004), duration(3.21), duration(75), duration(3700)
    ('4 ms', '3.2 s', '1 min 15 s', '1 h 1 min')
    """
    if seconds < 0.05:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"

"""Numbers for people."""

from __future__ import annotations

import math

from mlwright.records.evaluation import Estimate


def short(value: float, digits: int = 4) -> str:
    """A number with as many digits as help.

    >>> short(0.123456), short(123456.7), short(12.3456), short(-0.00001234)
    ('0.1235', '123,457', '12.35', '-1.234e-05')
    """
    if value != value:
        return "-"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size == 0 or size >= 1e-3:
        return f"{value:.{digits}g}" if size >= 1 else f"{value:.{digits}f}"
    return f"{value:.{digits - 1}e}"


def with_interval(estimate: Estimate) -> str:
    """An estimate with its interval.

    >>> with_interval(Estimate(value=0.8123, low=0.79, high=0.83, method="Wilson"))
    '0.8123 (0.7900 to 0.8300)'
    """
    return f"{short(estimate.value)} ({short(estimate.low)} to {short(estimate.high)})"


def share(value: float) -> str:
    """A share as a percentage.

    >>> share(0.1234), share(0.00012)
    ('12.3 %', '0.012 %')
    """
    return f"{value * 100:.1f} %" if value == 0 or abs(value) >= 0.001 else f"{value * 100:.2g} %"


def duration(seconds: float) -> str:
    """A length of time.

    >>> duration(3.21), duration(75), duration(3700)
    ('3.2 s', '1 min 15 s', '1 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"

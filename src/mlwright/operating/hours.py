"""Hours of the day in which nothing is changed and nobody is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from mlwright.core.errors import SettingsError

_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")


def is_quiet(spans: Sequence[str], moment: datetime) -> bool:
    """Whether a moment lies in one of the spans; one that ends before it begins goes over midnight.

    Raises
    ------
    SettingsError
        If a span is not understood.

    >>> is_quiet(["22:00-06:00"], datetime(2026, 5, 1, 5, 59)), is_quiet(["22:00-06:00"], datetime(2026, 5, 1, 6, 0))
    (True, False)
    """
    now = moment.hour * 60 + moment.minute
    return any(start <= now < end if start <= end else now >= start or now < end for start, end in map(_minutes, spans))


def _minutes(span: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(span.strip())
    if found is None:
        raise SettingsError(f"operate.quiet holds {span!r}, which is no span of hours.", 'Write it like "22:00-06:00".')
    first, second, third, fourth = map(int, found.groups())
    return first * 60 + second, third * 60 + fourth

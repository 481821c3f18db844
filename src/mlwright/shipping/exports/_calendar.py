"""The parts of moments in plain arithmetic."""

from __future__ import annotations

from mlwright.records.model import DatePart
from mlwright.shipping.exports._graph import Choose, Node, Unary, as_node

DAY_S, FIRST_OF_MARCH_0 = 86_400.0, 719_468.0
DAYS_400, DAYS_100, DAYS_4, DAYS_1 = 146_097.0, 36_524.0, 1_460.0, 365.0
THURSDAY = 3.0


def date_parts(seconds: Node) -> dict[DatePart, Node]:
    """The parts of a moment, in the calendar's own arithmetic.

    References
    ----------
    Hinnant, H. (2021). chrono-compatible low-level date algorithms (civil_from_days).
    """
    days = _floor(seconds / DAY_S)
    since = days + FIRST_OF_MARCH_0
    era = _floor(since / DAYS_400)
    day_of_era = since - era * DAYS_400
    leaps = _floor(day_of_era / DAYS_4) - _floor(day_of_era / DAYS_100) + _floor(day_of_era / (DAYS_400 - 1.0))
    year_of_era = _floor((day_of_era - leaps) / DAYS_1)
    to_year = year_of_era * DAYS_1 + _floor(year_of_era / 4.0) - _floor(year_of_era / 100.0)
    day_from_march = day_of_era - to_year
    march_month = _floor((day_from_march * 5.0 + 2.0) / 153.0)
    day = day_from_march - _floor((march_month * 153.0 + 2.0) / 5.0) + 1.0
    month = march_month + Choose(march_month < 10.0, as_node(3.0), as_node(-9.0))
    year = year_of_era + era * 400.0 + (month <= 2.0)
    first = (year - 1970.0) * DAYS_1 + _floor((year - 1969.0) / 4.0)
    first = first - _floor((year - 1901.0) / 100.0) + _floor((year - 1601.0) / 400.0)
    return {
        "year": year,
        "month": month,
        "day": day,
        "weekday": _modulo(days + THURSDAY, 7.0),
        "hour": _modulo(_floor(seconds / 3600.0), 24.0),
        "minute": _modulo(_floor(seconds / 60.0), 60.0),
        "day_of_year": days - first + 1.0,
        "days": seconds / DAY_S,
    }


def _floor(of: Node) -> Node:
    return Unary("floor", of)


def _modulo(of: Node, by: float) -> Node:
    return of - by * _floor(of / by)

"""Numbers as people write them: with units, currencies, percent signs and separators."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

Decimal = Literal[".", ","]

BOUNDS = {"<": "<", ">": ">", "≤": "<", "≥": ">"}
EXACT_DIGITS = 15
"""What a float holds for sure; digits behind them are an accident of computing (``0.052000000000000005``)."""

CURRENCY = (
    "[$€£¥₹₩₽]|[A-Za-z]{2,3}[$]|(?i:USD|EUR|GBP|JPY|CHF|INR|AUD|CAD|NZD|SEK|NOK|DKK|CNY|BRL|MXN|ZAR|PLN|CZK|HUF|RUB|KRW|"
    "SGD|HKD|Rs\\.?)"
)
_DIGITS = r"[0-9](?:[0-9.,'’_]|[ \u00a0\u202f](?=[0-9]{3}(?![0-9])))*|[.,][0-9]+"
_WRITTEN = re.compile(
    rf"(?P<minus>[-−+]?)\s*(?P<before>{CURRENCY})?\s*(?P<inner>[-−+]?)\s*"
    rf"(?P<digits>{_DIGITS})(?P<power>[eE][-+]?[0-9]{{1,3}}(?![0-9A-Za-z]))?\s*(?P<behind>/\s*[0-9]+|[^0-9]*)"
)
_IN_ACCOUNTS = re.compile(rf"({CURRENCY})?\s*\((.*)\)|(.*[0-9])[-−](\s*(?:{CURRENCY})?)")
"""Amounts in brackets, and those with a minus behind them; the groups are what else there is."""
_BOUNDED = re.compile(r"([<>≤≥])=?\s*(?=[-−+$€£¥0-9.,])(.*)")
"""A limit that the true number lies below or above, as laboratories write it."""
_PARTS = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]+)[.,]?\s*(?:and\s+)?")
_DURATION = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?")
_DAYS_AND_TIME = re.compile(r"([0-9]+) days?,? ([0-9]{1,2}):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)")
_SECONDS = {"d": 86_400.0, "h": 3_600.0, "min": 60.0, "s": 1.0}
_NUMBER = re.compile(_DIGITS)
_POWER = re.compile(r"(?<=[0-9.])[eE][-+]?[0-9]{1,3}(?![0-9A-Za-z])")
_SEPARATORS = {".": re.compile(r"[,'’_ \u00a0\u202f]"), ",": re.compile(r"[.'’_ \u00a0\u202f]")}
_WELL_FORMED = {
    ".": re.compile(r"(?:[0-9]{1,3}(?:([,'’_ \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+)?(?:\.[0-9]*)?"),
    ",": re.compile(r"(?:[0-9]{1,3}(?:([.'’_ \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+)?(?:,[0-9]*)?"),
}


class Quantity(NamedTuple):
    """A number as it is written.

    Parameters
    ----------
    digits : str
        With all separators.
    sign : float
    unit : str
        What stands around the digits, in small letters and without a last dot; empty for nothing.
    power : str
        The power of ten, such as ``e5``.
    """

    digits: str
    sign: float
    unit: str
    power: str = ""


def parse_quantity(text: str) -> Quantity | None:
    """A text as one number with what stands around it; None if it is not that.

    Of a limit (``<0.5``, ``>= 100 mg``) the number is the limit, and the unit begins with ``<`` or ``>``.

    An amount in brackets or with a minus behind it is negative, as in accounts, if it has a separator or a currency;
    ``(2013)`` and ``3-`` are no such numbers.

    >>> parse_quantity("1.234,50-"), parse_quantity("$(3.50)").sign
    (Quantity(digits='1.234,50', sign=-1.0, unit='', power=''), -1.0)
    >>> parse_quantity("$1,234.50"), parse_quantity("-12 kg.").unit, parse_quantity("(3.50)").sign
    (Quantity(digits='1,234.50', sign=1.0, unit='$', power=''), 'kg', -1.0)
    >>> parse_quantity("<0.5"), parse_quantity("≥ 100 mg").unit, parse_quantity("<b>")
    (Quantity(digits='0.5', sign=1.0, unit='<', power=''), '> mg', None)
    """
    text = text.strip()
    if text[:1] in BOUNDS and (bounded := _BOUNDED.fullmatch(text)):
        limit = parse_quantity(bounded[2])
        return limit and limit._replace(unit=f"{BOUNDS[bounded[1]]} {limit.unit}".strip())
    account = _IN_ACCOUNTS.fullmatch(text)
    match = _WRITTEN.fullmatch("".join(filter(None, account.groups())) if account else text)
    if match is None or (match["minus"] and match["inner"]):
        return None
    if account and (match["minus"] or match["inner"] or (match["digits"].isdigit() and not match["before"])):
        return None
    is_negative = bool(account) or match["minus"] in ("-", "−") or match["inner"] in ("-", "−")
    unit = " ".join(part for part in (plain_unit(match["before"] or ""), plain_unit(match["behind"])) if part)
    return Quantity(match["digits"], -1.0 if is_negative else 1.0, unit.casefold(), match["power"] or "")


def is_bounded(unit: str) -> bool:
    """Whether a unit says that its number is a limit."""
    return unit[:1] in ("<", ">")


def without_bound(unit: str) -> str:
    """A unit without the sign of a limit.

    >>> without_bound("< mg"), without_bound("kg")
    ('mg', 'kg')
    """
    return unit[1:].lstrip() if is_bounded(unit) else unit


def plain_unit(text: str) -> str:
    """A unit without what is a matter of spelling.

    >>> plain_unit(" OZ. "), plain_unit("%"), plain_unit(" / 10")
    ('oz', '%', '/10')
    """
    plain = " ".join(text.casefold().split()).rstrip(". ")
    return "/" + plain[1:].lstrip() if plain.startswith("/") else plain


def parse_parts(text: str) -> list[tuple[str, str]]:
    """A text as several numbers with their units, such as ``1 h 54 min``; empty if it is not that.

    Also durations as ISO 8601 writes them and as Python does, with days.

    >>> parse_parts("1h 54min."), parse_parts("12 kg")
    ([('1', 'h'), ('54', 'min')], [])
    >>> parse_parts("PT3H20M"), parse_parts("1 day, 2:03:04")
    ([('3', 'h'), ('20', 'min')], [('1', 'd'), ('2', 'h'), ('03', 'min'), ('04', 's')])
    """
    found, place = [], 0
    text = text.strip()
    if duration := _DURATION.fullmatch(text) or _DAYS_AND_TIME.fullmatch(text):
        return [pair for pair in zip(duration.groups(), _SECONDS, strict=True) if pair[0] is not None]
    while match := _PARTS.match(text, place):
        found.append((match[1], match[2].casefold()))
        place = match.end()
    return found if place == len(text) and len(found) > 1 else []


def read_digits(digits: str, decimal: Decimal) -> float:
    """Digits with separators as a number; NaN if the separators do not stand where they should.

    >>> read_digits("1.234,5", ","), read_digits("1,234.5", "."), read_digits("1,23", ".")
    (1234.5, 1234.5, nan)
    """
    if not digits or not _WELL_FORMED[decimal].fullmatch(digits):
        return math.nan
    plain = _SEPARATORS[decimal].sub("", digits)
    if not any(c.isdigit() for c in plain):
        return math.nan
    number = float(plain.replace(",", "."))
    return number if len(plain) <= EXACT_DIGITS else float(f"{number:.{EXACT_DIGITS}g}")


def read_quantity(text: str, decimal: Decimal, units: Mapping[str, float], *, either: bool = False) -> float:
    """A text as a number in the unit that `units` gives the factor 1; NaN if it is none, or in another unit.

    With `either`, digits that make no number with the decimal sign and do with the other one are read with that.

    >>> read_quantity("1 h 54 min", ".", {"h": 60.0, "min": 1.0}), read_quantity("12 %", ".", {"%": 1.0})
    (114.0, 12.0)
    >>> read_quantity("12,50", ".", {"": 1.0}), read_quantity("12,50", ".", {"": 1.0}, either=True)
    (nan, 12.5)
    """
    if found := parse_quantity(text):
        factor = units.get(found.unit)
        if either and is_with_other_sign(found.digits, decimal):
            decimal = other_sign(decimal)
        return math.nan if factor is None else _times(found, decimal, factor)
    parts = parse_parts(text)
    if not parts or any(unit not in units for _, unit in parts):
        return math.nan
    return sum(read_digits(digits, decimal) * units[unit] for digits, unit in parts)


def read_span(span: timedelta, units: Mapping[str, float]) -> float:
    """A span of time in the unit that `units` gives the factor 1; NaN if none of them is one of time.

    >>> read_span(timedelta(minutes=90), {"h": 60.0, "min": 1.0}), read_span(timedelta(1), {"kg": 1.0})
    (90.0, nan)
    """
    for unit, seconds in _SECONDS.items():
        if (times := units.get(unit)) is not None:
            return float(f"{span.total_seconds() * times / seconds:.{EXACT_DIGITS}g}")
    return math.nan


def other_sign(decimal: Decimal) -> Decimal:
    """The sign that groups thousands where `decimal` stands before the fraction."""
    return "," if decimal == "." else "."


def is_with_other_sign(digits: str, decimal: Decimal) -> bool:
    """Whether digits make a number only if the other sign stands before the fraction.

    >>> is_with_other_sign("12,50", "."), is_with_other_sign("12,500", ".")
    (True, False)
    """
    return math.isnan(read_digits(digits, decimal)) and not math.isnan(read_digits(digits, other_sign(decimal)))


def _times(found: Quantity, decimal: Decimal, factor: float) -> float:
    number = read_digits(found.digits, decimal)
    if found.power:
        number = float(f"{number!r}{found.power}") if math.isfinite(number) else number
    if factor == 1.0:
        return found.sign * number
    return found.sign * float(f"{number * factor:.15g}")


def written_like(text: str, decimal: Decimal) -> str:
    """The way in which a number is written: its text with ``#`` for digits, ``#,#`` where thousands are set apart.

    A minus before it and a power of ten behind it are no way of writing.

    Digits that make a number only with the other decimal sign are ``#,0`` (or ``#.0``).

    >>> written_like("12.0 oz.", "."), written_like("$1,200", "."), written_like("1 h 54 min", ".")
    ('# oz.', '$#,#', '# h # min')
    >>> written_like("12,50", "."), written_like("1e3", ".")
    ('#,0', '#')
    """
    apart = _SEPARATORS[decimal].search

    def way(match: re.Match[str]) -> str:
        if not apart(match[0]):
            return "#"
        return f"#{other_sign(decimal)}0" if is_with_other_sign(match[0], decimal) else "#,#"

    return _NUMBER.sub(way, _POWER.sub("", text.strip().removeprefix("-")))

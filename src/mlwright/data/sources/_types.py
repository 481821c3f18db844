"""What a column of spellings is: the narrowest type that fits all of them, and the values in that type.

A column begins unknown and is widened batch by batch; what was found over the whole column is what its values are
converted to in a second reading. Nothing that would lose a spelling is a number: leading zeros (``007``), explicit
plus signs, whole numbers beyond 64 bits. ``NA``, ``null`` and ``nan`` are text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Spelled = Literal["bool", "int64", "double", "date", "timestamp", "instant", "amount", "string"]
"""What spellings are; an instant is a timestamp with an offset from UTC, an amount a number with a decimal comma and a
sign or unit like ``€``, ``%`` or ``kg``, which stays text and is written with a decimal point, as such text is read
everywhere."""

PLAIN: dict[Spelled | None, pa.DataType] = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "instant": pa.timestamp("us"),
    "amount": pa.string(),
    "string": pa.string(),
    None: pa.string(),
}
"""The plain type in which each is stored; a column without any value is stored as text."""

DATES: tuple[Spelled, ...] = ("date", "timestamp", "instant")
ALL: tuple[Spelled, ...] = ("int64", "double", "bool", *DATES)
_WIDER: dict[Spelled, tuple[Spelled, ...]] = {
    "int64": ("double", "amount"),
    "double": ("amount",),
    "date": ("timestamp",),
}

_NOT_A_NUMBER = r"^-?0[0-9xX]|^\+"
_SIGN, _BLANK = "[%$€£¥₹]", r"[ \x{00a0}\x{202f}]"
_PARTED = rf"\.|[0-9]{_BLANK}[0-9]"
_IN_THOUSANDS = rf"^[^0-9]*[1-9][0-9]{{0,2}}((\.|{_BLANK})[0-9]{{3}})+(,[0-9]+)?[^0-9]*$"
_CURRENCY = r"(?:EUR|USD|CHF|GBP|SEK|NOK|DKK|PLN|CZK|BRL|R\$|Fr\.|kr\.?|zł|Kč)"
_UNIT = r"[A-Za-zµ°²³/]{1,6}\.?"
_AMOUNT = (
    rf"^(?:(?:{_SIGN}|{_CURRENCY}){_BLANK}?)?-?[0-9](?:(?:[0-9.]|{_BLANK})*[0-9])?(?:,[0-9]+)?"
    rf"(?:{_BLANK}?(?:{_SIGN}|{_CURRENCY}|{_UNIT}))?$"
)
_BEYOND_INT64 = float(2**63)


def widen(
    known: Spelled | None, spellings: pa.Array, *, decimal: str = ".", tried: tuple[Spelled, ...] = ALL
) -> Spelled | None:
    """The narrowest type that fits what was known and these spellings too.

    Parameters
    ----------
    known : str or None
        What the column was so far; None if it had no value yet.
    spellings : pyarrow.Array
        Strings; null where there is no value. An empty string fits every type.
    decimal : str
        The decimal mark.
    tried : tuple of str
        The types that are looked for, besides text.

    Examples
    --------
    >>> widen("int64", pa.array(["1.5", None]))
    'double'
    >>> widen(None, pa.array(["01", "02"]))
    'string'
    """
    if known == "string" or spellings.null_count == len(spellings):
        return known
    candidates = tried if known is None else (known, *_WIDER.get(known, ()))
    if known is None and decimal != ".":
        candidates = (*candidates, "amount")
    trimmed = _trimmed(spellings)
    if trimmed is None:
        return "string"
    if trimmed.null_count == len(trimmed):
        return known
    first = trimmed.drop_null()[:1]
    for candidate in candidates:
        if _parse(first, candidate, decimal) is not None and _parse(trimmed, candidate, decimal) is not None:
            return candidate
    return "string"


def convert(spellings: pa.Array, kind: Spelled | None, *, decimal: str = ".") -> pa.Array | None:
    """The values in their plain type, or None if one of them does not fit."""
    if kind in (None, "string"):
        return spellings
    trimmed = _trimmed(spellings)
    return None if trimmed is None else _parse(trimmed, kind, decimal)


def in_utc_notice(names: Iterable[str], kinds: Iterable[Spelled | None]) -> list[str]:
    """A notice of the columns whose times had an offset from UTC."""
    shifted = [name for name, kind in zip(names, kinds, strict=True) if kind == "instant"]
    return [f"Times with an offset were turned into UTC: {', '.join(shifted)}."] if shifted else []


def _trimmed(spellings: pa.Array) -> pa.Array | None:
    """Without blanks at the ends and with nulls for empty strings; None if one of them is nothing but blanks."""
    trimmed = pc.ascii_trim_whitespace(spellings)
    hollow = pc.equal(pc.binary_length(trimmed), 0)
    if not pc.any(hollow).as_py():
        return trimmed
    if pc.any(pc.and_(hollow, pc.greater(pc.binary_length(spellings), 0))).as_py():
        return None
    return pc.if_else(hollow, pa.scalar(None, pa.string()), trimmed)


def _parse(spellings: pa.Array, kind: Spelled, decimal: str) -> pa.Array | None:
    try:
        if kind == "bool":
            return _parse_bool(spellings)
        if kind in ("int64", "double"):
            return _parse_number(spellings, kind, decimal)
        if kind == "amount":
            return _parse_amount(spellings, decimal)
        return _parse_moment(spellings, kind)
    except pa.ArrowInvalid:
        return None


def _parse_number(spellings: pa.Array, kind: Spelled, decimal: str) -> pa.Array | None:
    if decimal != "." and (spellings := _with_points(spellings, decimal)) is None:
        return None
    values = pc.cast(spellings, PLAIN[kind])
    if _any(pc.match_substring_regex(spellings, _NOT_A_NUMBER)):
        return None
    return values if kind == "int64" or _keeps_spelling(spellings, values) else None


def _parse_amount(spellings: pa.Array, decimal: str) -> pa.Array | None:
    is_signed = decimal != "." and _any(pc.match_substring_regex(spellings, rf"{_SIGN}|[^0-9., -]"))
    if not is_signed or not _all(pc.match_substring_regex(spellings, _AMOUNT)):
        return None
    pointed = _with_points(spellings, decimal)
    return None if pointed is None else pc.replace_substring_regex(pointed, _BLANK, " ")


def _with_points(spellings: pa.Array, decimal: str) -> pa.Array | None:
    """Numbers with a decimal point and nothing between thousands; None where a point or blank does not part those."""
    parted = pc.match_substring_regex(spellings, _PARTED)
    if _any(pc.and_(parted, pc.invert(pc.match_substring_regex(spellings, _IN_THOUSANDS)))):
        return None
    whole = pc.replace_substring_regex(pc.replace_substring(spellings, ".", ""), rf"([0-9]){_BLANK}([0-9])", r"\1\2")
    return pc.replace_substring(whole, decimal, ".")


def _keeps_spelling(spellings: pa.Array, values: pa.Array) -> bool:
    """Whether doubles are finite, and none of them was a whole number too long for 64 bits."""
    ends = pc.min_max(values).as_py()
    if ends["min"] is None or (math.isfinite(ends["min"]) and max(-ends["min"], ends["max"]) < _BEYOND_INT64):
        return not _any(pc.is_nan(values))
    whole = pc.match_substring_regex(spellings, r"^-?[0-9]+$")
    too_long = pc.and_(whole, pc.greater_equal(pc.abs(values), _BEYOND_INT64))
    return _all(pc.is_finite(values)) and not _any(too_long)


def _parse_bool(spellings: pa.Array) -> pa.Array | None:
    lowered = pc.ascii_lower(spellings)
    return pc.cast(lowered, pa.bool_()) if _all(pc.is_in(lowered, pa.array(["true", "false", None]))) else None


def _parse_moment(spellings: pa.Array, kind: Spelled) -> pa.Array | None:
    if kind == "instant":
        in_utc = pc.cast(spellings, pa.timestamp("us", tz="UTC"))
        return pc.cast(in_utc, pa.timestamp("us"))
    return pc.cast(spellings, PLAIN[kind])


def _all(flags: pa.Array) -> bool:
    return pc.all(flags, min_count=0).as_py() is not False


def _any(flags: pa.Array) -> bool:
    return bool(pc.any(flags, min_count=0).as_py())

"""What a column of spellings is: the narrowest type that fits all of them, and the values in that type.

A column begins unknown and is widened batch by batch; what was found over the whole column is what its values are
converted to in a second reading. Nothing that would lose a spelling is a number: leading zeros (``007``), explicit
plus signs, whole numbers beyond 64 bits. ``NA``, ``null`` and ``nan`` are text.
"""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Spelled = Literal["bool", "int64", "double", "date", "timestamp", "instant", "string"]
"""What spellings are; an instant is a timestamp with an offset from UTC."""

PLAIN: dict[Spelled | None, pa.DataType] = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "instant": pa.timestamp("us"),
    "string": pa.string(),
    None: pa.string(),
}
"""The plain type in which each is stored; a column without any value is stored as text."""

DATES: tuple[Spelled, ...] = ("date", "timestamp", "instant")
ALL: tuple[Spelled, ...] = ("int64", "double", "bool", *DATES)
_WIDER: dict[Spelled, tuple[Spelled, ...]] = {"int64": ("double",), "date": ("timestamp",)}


def _at_most(limit: str) -> str:
    """A pattern of whole numbers with as many digits as `limit` and not above it.

    >>> _at_most("42")
    '(?:[1-3][0-9]{1}|4[0-1]|42)'
    """
    lowest = [1] + [0] * (len(limit) - 1)
    ways = [
        f"{limit[:place]}[{lowest[place]}-{int(digit) - 1}][0-9]{{{len(limit) - place - 1}}}"
        for place, digit in enumerate(limit)
        if int(digit) > lowest[place]
    ]
    return "(?:" + "|".join([way.removesuffix("[0-9]{0}") for way in ways] + [limit]) + ")"


_WHOLE = f"(?:0|[1-9][0-9]{{0,17}}|{_at_most(str(2**63 - 1))})"
_INT = f"^-?{_WHOLE}$"
_DOUBLE = (
    rf"^-?(?:{_WHOLE}|(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+|(?:(?:0|[1-9][0-9]*)\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]{{1,3}})$"
)


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
        return _parse_moment(spellings, kind)
    except pa.ArrowInvalid:
        return None


def _parse_number(spellings: pa.Array, kind: Spelled, decimal: str) -> pa.Array | None:
    if decimal != "." and kind == "double":
        if _any(pc.match_substring(spellings, ".")):
            return None
        spellings = pc.replace_substring(spellings, decimal, ".")
    values = pc.cast(spellings, PLAIN[kind])
    fits = pc.match_substring_regex(spellings, _INT if kind == "int64" else _DOUBLE)
    if not _all(fits) or (kind == "double" and not _all(pc.is_finite(values))):
        return None
    return values


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

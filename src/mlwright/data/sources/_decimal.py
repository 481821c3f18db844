"""Whether the numbers of a text table have a decimal point or a decimal comma."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

_COMMA = re.compile(
    r"[$€£¥]? ?-?(?:(?P<plain>[0-9]+)|[0-9]{1,3}(?P<thousands>(?:[.\s][0-9]{3})+))(?:,(?P<behind>[0-9]+))?\s?[%$€£¥]?"
).fullmatch
_POINT = re.compile(r"-?[0-9]*\.[0-9]+").fullmatch
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}").fullmatch
_WHOLE = re.compile(r"-?[0-9]+\.00?").fullmatch
_PARTED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]*)?").fullmatch
_OPEN = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}").fullmatch
LEFT_OPEN = "The file leaves open whether commas in numbers like '{}' are decimal: they were read as {}."


def decimal_mark(body: Sequence[Sequence[str]], delimiter: str, usual: str | None) -> tuple[str, list[str]]:
    """The decimal mark, and what is told of it.

    It is the comma if a column of numbers can only have decimal commas, and no point anywhere can only be a decimal
    one; a point before three digits (``50.000``) is one that parts thousands where commas are decimal, and one before
    a mere zero (``27217.0``) is how programs write codes that are not there in all rows. Where numbers show neither
    it is the usual one.

    Parameters
    ----------
    body : sequence of sequence of str
        Rows of values.
    delimiter : str
    usual : str or None
        None if that is not known: then commas in fields part thousands.
    """
    if delimiter == "," and usual != ",":
        return ".", []
    columns = [[field.strip() for field in column if field.strip()] for column in zip_longest(*body, fillvalue="")]
    points = [f for column in columns for f in column if (_POINT(f) and not _THOUSANDS(f)) or _PARTED(f)]
    if all(map(_WHOLE, points)) and any(map(_are_decimal_commas, columns)):
        return ",", []
    if points:
        return ".", []
    example = next((column[0] for column in columns if column and all(map(_OPEN, column))), None)
    if usual == ",":
        return ",", [LEFT_OPEN.format(example, "decimal, as asked")] if example else []
    told = LEFT_OPEN.format(example, "parting thousands")
    return ".", [f"{told} If they are decimal, set collect.decimal to ','."] if example and usual is None else []


def _are_decimal_commas(fields: list[str]) -> bool:
    """Whether most of a column are numbers, and of one of them a comma is the decimal mark for sure."""
    found = [match for field in fields if (match := _COMMA(field))]
    return 2 * len(found) > len(fields) and any(map(_is_sure, found))


def _is_sure(match: re.Match[str]) -> bool:
    """Whether what is around the comma of a number leaves no doubt.

    >>> [_is_sure(_COMMA(text)) for text in ("1.234,567", "0,5", "1.020.000", "0,125", "1234,125", "1,250", "7")]
    [True, True, True, True, True, False, False]
    """
    plain, thousands, behind = match["plain"] or "", match["thousands"] or "", match["behind"]
    if behind is None:
        return thousands.count(".") > 1
    return bool(thousands) or len(behind) != 3 or plain.startswith("0") or len(plain) > 3

"""Whether text holds amounts that only the cleaning reads as numbers, or digits that name something."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from mlwright.records.profile import ColumnProfile
from mlwright.scoring.quantities import is_bounded, parse_parts, parse_quantity, without_bound
from mlwright.scoring.spelling import to_number

MAX_UNITS = 3
PADDED_SHARE = 0.01
_is_padded = re.compile(r"0[0-9]+").fullmatch


def are_amounts(column: ColumnProfile) -> bool:
    """Whether the most frequent values are amounts in a few units: ``1h 35min``, ``$1.4M``, ``1.234,50 €``.

    Not where most of them are plain numbers, which name something if they were not taken for numbers; but for limits
    (``<0.5``) and negative amounts of accounts (``(3.50)``) beside them.
    """
    n_plain = sum(not math.isnan(to_number(each.value)) for each in column.top)
    parts = [parse_parts(each.value) for each in column.top]
    amounts = [parse_quantity(each.value) for each in column.top]
    known = [amount for amount in amounts if amount is not None]
    units = {unit for part in parts for _, unit in part} | {without_bound(amount.unit) for amount in known}
    is_read = all(part or amount for part, amount in zip(parts, amounts, strict=True))
    others = [parse_quantity(each.example) for each in column.patterns]
    are_signed = any(each and (is_bounded(each.unit) or each.sign < 0) for each in (*known, *others))
    are_no_names = 2 * n_plain < len(column.top) or are_signed
    return are_no_names and is_read and len(units) <= MAX_UNITS


def are_padded(values: Sequence[str]) -> bool:
    """Whether digits name things, because some of them have zeros in front that no number has.

    >>> are_padded(["00417", "10115"]), are_padded(["0", "0.5", "12"])
    (True, False)
    """
    return sum(_is_padded(value) is not None for value in values) > PADDED_SHARE * len(values)

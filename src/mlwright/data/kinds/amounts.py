"""Whether a column of text holds amounts that only the cleaning reads as numbers, as units stand beside them."""

from __future__ import annotations

import math

from mlwright.records.profile import ColumnProfile
from mlwright.scoring.quantities import parse_parts, parse_quantity
from mlwright.scoring.spelling import to_number

MAX_UNITS = 3


def are_amounts(column: ColumnProfile) -> bool:
    """Whether the most frequent values are amounts in a few units: ``1h 35min``, ``$1.4M``, ``1.234,50 €``.

    Not where most of them are plain numbers: those name something if they were not taken for numbers.
    """
    n_plain = sum(not math.isnan(to_number(each.value)) for each in column.top)
    parts = [parse_parts(each.value) for each in column.top]
    amounts = [parse_quantity(each.value) for each in column.top]
    units = {unit for part in parts for _, unit in part} | {amount.unit for amount in amounts if amount is not None}
    is_read = all(part or amount for part, amount in zip(parts, amounts, strict=True))
    return 2 * n_plain < len(column.top) and is_read and len(units) <= MAX_UNITS

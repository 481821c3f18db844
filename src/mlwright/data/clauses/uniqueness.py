"""Whether values are all different because they are a key, or as it happened.

Of n values drawn from M possible ones, n squared over 2 M are expected to meet an earlier one (the birthday problem).
If that is large and none did, the values are given out so that none comes twice. If it is next to nothing, none will
come twice in a later table either, unless somebody delivers a row again. In between a later table may hold one twice by
mere chance, and nothing is promised.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyarrow as pa

from mlwright.data.clauses.values import Values
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import canonical

SURELY_GIVEN_OUT, SURELY_WITHOUT_CHANCE = 5.0, 0.005
"""Of tables of random values 1 in 150 (exp -5) has none twice though so many are expected; 1 in 200 has one twice."""
LOOKED_AT = 10_000


def is_key(values: Values, column: ColumnProfile, n_there: int) -> bool:
    """Whether no value will come twice in later tables like this one, in which none does."""
    possible = _possible(values, column)
    expected = n_there * n_there / (2.0 * possible)
    return not SURELY_WITHOUT_CHANCE < expected < SURELY_GIVEN_OUT


def _possible(values: Values, column: ColumnProfile) -> float:
    """How many values there could be, by those that are there."""
    if pa.types.is_integer(values.type) and column.minimum is not None and column.maximum is not None:
        return column.maximum - column.minimum + 1.0
    return possible_texts([text for value in values.first(LOOKED_AT).to_pylist() if (text := canonical(value))])


def possible_texts(texts: Sequence[str]) -> float:
    """How many texts can be made of the characters that stand at each place; infinite for too many to count.

    >>> possible_texts(["A-1", "B-2", "C-2"])
    6.0
    """
    longest = max(map(len, texts), default=0)
    found = 1.0
    for place in range(min(longest, 64)):
        found *= max(1, len({text[place : place + 1] for text in texts}))
    return found if math.isfinite(found) else math.inf

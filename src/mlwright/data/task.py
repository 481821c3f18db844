"""Which task a target asks for where nobody has said: two classes, several, or a number."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from mlwright.data.kinds.names import says_amount, says_class
from mlwright.records.profile import ColumnProfile, Task

MOST_NUMBERS_AS_CLASSES = 10
MOST_NUMBERS_CALLED_CLASSES = 50
FEWEST_COUNTED, THIN, NOISE = 5, 20, 3.0


def is_numeric(column: ColumnProfile) -> bool:
    """Whether the values of a column are numbers; moments are not."""
    return column.minimum is not None and column.kind != "date" and not column.type.startswith(("date", "timestamp"))


def guessed_task(column: ColumnProfile, levels: Sequence[tuple[str, int]]) -> tuple[Task, str]:
    """The task that a target most likely means, and why, as a clause.

    Parameters
    ----------
    column : ColumnProfile
        The target, with at least two different values.
    levels : sequence of (str, int)
        Its most frequent values with their counts: all of them where there are few.
    """
    if column.n_distinct == 2:
        return "binary", "two different values"
    if not is_numeric(column) or column.kind == "category":
        return "multiclass", f"{column.n_distinct:,} different names"
    if column.n_distinct > MOST_NUMBERS_CALLED_CLASSES:
        span = f"from {column.minimum:,.6g} to {column.maximum:,.6g}"
        return "regression", f"{column.n_distinct:,} different numbers {span}"
    if not all(re.fullmatch("-?[0-9]+", value) for value, _ in levels):
        return "regression", "numbers with fractions"
    return _guess_whole(column, {int(value): count for value, count in levels})


def _guess_whole(column: ColumnProfile, counts: Mapping[int, int]) -> tuple[Task, str]:
    """Few whole numbers may be classes or amounts; the name decides first, then how many there are of each."""
    span = f"{column.n_distinct:,} whole numbers from {column.minimum:,.0f} to {column.maximum:,.0f}"
    other = "set project.task if that is wrong"
    if says_amount(column.name) and not says_class(column.name):
        return "regression", f"{span}, and the name is that of an amount"
    if says_class(column.name) and column.n_distinct <= MOST_NUMBERS_CALLED_CLASSES:
        return "multiclass", f"{span}, and the name is that of classes; {other}"
    if _are_counted(counts):
        return "regression", f"{span}, the larger ones ever rarer, as where something is counted; {other}"
    if column.n_distinct <= MOST_NUMBERS_AS_CLASSES:
        return "multiclass", f"{span}: so few that they are taken as classes; {other}"
    return "regression", span


def _are_counted(counts: Mapping[int, int]) -> bool:
    """Whether numbers from 0 on are spread as counts are: one peak in the lower half, and a tail that ends thinly."""
    values = sorted(counts)
    if len(values) < FEWEST_COUNTED or values[0] != 0:
        return False
    sizes = [counts[value] for value in values]
    peak = sizes.index(max(sizes))
    rising = sizes[: peak + 1] == sorted(sizes[: peak + 1])
    falling = all(after <= before + NOISE * math.sqrt(before) for before, after in pairwise(sizes[peak:]))
    return 2 * values[peak] < values[-1] and rising and falling and sizes[-1] * THIN < sizes[peak]

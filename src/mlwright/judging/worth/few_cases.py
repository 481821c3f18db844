"""Whether a few cases carry most of what answers are worth, or of what they cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.records.decision import FewCases, Worth

Array = NDArray[np.float64]

MOST, IN_MOST = 5, 0.25
"""Cases are few if there are no more than that of them, and no more than that share of all that bring something."""


def few_cases(worth: Array) -> FewCases | None:
    """The fewest cases that bring half of what all bring; where mistakes are all that counts, that cost half of it.

    None where these are not few.

    Parameters
    ----------
    worth : array, shape (n_rows,)
        What the answer to each case is worth.

    Examples
    --------
    >>> few_cases(np.array([900.0, 800.0, *np.full(30, 40.0), -20.0]))
    FewCases(n=2, n_all=32, is_cost=False)
    """
    is_cost = not worth.max() > 0
    parts = np.sort(-worth[worth < 0] if is_cost else worth[worth > 0])[::-1]
    if len(parts) == 0:
        return None
    n = int(np.searchsorted(np.cumsum(parts), parts.sum() / 2)) + 1
    return FewCases(n=n, n_all=len(parts), is_cost=is_cost) if n <= min(MOST, IN_MOST * len(parts)) else None


def told_few_cases(worth: Worth) -> str:
    """That a few carry half of it, as a sentence; empty where they do not.

    >>> from types import SimpleNamespace
    >>> told_few_cases(SimpleNamespace(few_cases=FewCases(n=3, n_all=15)))
    'Of the 15 test cases that bring something 3 bring half of it: one such case more or fewer changes much.'
    """
    few = worth.few_cases
    if few is None:
        return ""
    do = "cost" if few.is_cost else "bring"
    one = f"{do}s" if few.n == 1 else do
    return (
        f"Of the {few.n_all:,} test cases that {do} something {few.n} {one} half of it: "
        "one such case more or fewer changes much."
    )

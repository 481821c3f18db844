"""How training rows take turns: which learn and which are held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mlwright.data.splitters import SPLITTERS, Fold, SplitKeys
from mlwright.records.split import Split

N_FOLDS = ((1_000, 8), (20_000, 5), (100_000, 3))
LONG_BUDGET_S = 600.0
FEWEST_FOLDS = 3
FEWER_FOLDS = (3, 2, 1)
MOST_HELD_OUT = 25_000
HELD_OUT_SHARE = 0.1
HOLD_OUT_FROM = 5_000
"""From so many rows on one hold-out tells candidates apart well enough, where there is no time for three folds."""
MOST_ROWS_OF_ONE_FOLD = 50_000
PIECES_PER_FOLD = 4
FEWEST_IN_PIECE = 100
LATEST_CORES = 2
FOLDS_SHARE = 0.6
"""Of the time for fitting, what one round of all families but the dearest may take; the last fits need time too."""


def gains_by_more_rows(n_rows: int, n_folds: int) -> bool:
    """Whether the rows of the test, a quarter more than so many, are worth a further fit of what was chosen.

    Where one hold-out had to do, such a fit takes longer than those of the search, and of many rows it gains little.
    """
    return n_rows <= (MOST_ROWS_OF_ONE_FOLD if n_folds == 1 else N_FOLDS[-1][0])


def n_folds_for(n_rows: int, budget_s: float, cost_s: float) -> int:
    """How many folds suit that many rows and that much time.

    Few rows: many folds, as every row that does not learn is missed. Many rows: one hold-out is sure enough.

    Parameters
    ----------
    n_rows : int
    budget_s : float
        Seconds of fitting that there are, over all workers.
    cost_s : float
        Seconds to fit the first candidate of every family but the dearest once.

    >>> n_folds_for(500, 300, 1), n_folds_for(5_000, 300, 10), n_folds_for(5_000, 40, 10), n_folds_for(500_000, 300, 90)
    (8, 5, 3, 1)

    Where time is short for many folds, as many as there is time for:

    >>> n_folds_for(500, 60, 4), n_folds_for(500, 60, 6), n_folds_for(500, 60, 20)
    (8, 5, 3)

    Where most families would have to wait even so, they are better looked at on one hold-out than not at all:

    >>> n_folds_for(2_000, 60, 25), n_folds_for(16_000, 60, 25)
    (3, 1)
    """
    n_folds = next((n for below, n in N_FOLDS if n_rows <= below), 1)
    if n_rows > N_FOLDS[1][0] and n_folds > 1 and budget_s >= LONG_BUDGET_S and 5 * cost_s < budget_s:
        n_folds = 5
    fewer = [n for _, n in N_FOLDS if n <= n_folds and n * cost_s <= FOLDS_SHARE * budget_s]
    if not fewer and n_rows >= HOLD_OUT_FROM and FEWEST_FOLDS * cost_s > budget_s:
        return 1
    return max(fewer, default=min(n_folds, FEWEST_FOLDS))


def folds_in_time(
    n_folds: int, n_rows: int, costs_s: Sequence[float], affordable: Callable[[Sequence[float], int], int]
) -> int:
    """How many of the folds there is time for, now that some fits have shown how long they take.

    So many that all families but the dearest come to an end. Many rows are looked at on one fold if need be; of few
    rows the families that there is no time for have to wait.

    Parameters
    ----------
    n_folds : int
        As planned.
    n_rows : int
        That learn.
    costs_s : sequence of float
        Seconds to fit the first candidate of every family once, as they are expected now; the cheapest first.
    affordable : callable
        For how many of some costs there is time on so many folds; see `Budget.affordable`.

    >>> def within(seconds):
    ...     return lambda costs, n: sum(n * sum(costs[:i + 1]) <= seconds for i in range(len(costs)))
    >>> [folds_in_time(5, 9_000, [1.0, 2.0, 9.0], within(seconds)) for seconds in (30, 10, 7, 4, 2, 0)]
    [5, 3, 2, 1, 1, 5]
    >>> [folds_in_time(5, 500, [1.0, 2.0, 9.0], within(seconds)) for seconds in (30, 10, 4)]
    [5, 3, 5]
    """
    at_once = costs_s[:-1]
    fewest = 1 if n_rows >= HOLD_OUT_FROM else FEWEST_FOLDS
    for n in (n_folds, *(n for n in FEWER_FOLDS if fewest <= n < n_folds)):
        if affordable(at_once, n) == len(at_once):
            return n
    return fewest if fewest == 1 and affordable(at_once, 1) else n_folds


def make_folds(split: Split, keys: SplitKeys, n_folds: int, rng: np.random.Generator) -> list[Fold]:
    """Folds of the same kind as the split, so that groups stay together and time runs forward.

    One fold is a hold-out of a tenth of the rows, of 25,000 rows at most. In time order the rows are cut into more
    pieces than there are folds, and the latest of them are held out, the latest first: what learns for the first fold
    then misses only a small piece of the most recent rows.
    """
    pieces = n_folds
    if n_folds == 1:
        pieces = round(max(1 / HELD_OUT_SHARE, keys.n_rows / MOST_HELD_OUT))
    elif split.method == "by_time":
        pieces = max(n_folds, min(PIECES_PER_FOLD * n_folds, keys.n_rows // FEWEST_IN_PIECE))
    folds = SPLITTERS.get(split.method)().folds(keys, pieces, rng, n_folds)
    latest_first = folds[::-1] if split.method == "by_time" else folds
    return [fold for fold in latest_first if len(fold[0]) and len(fold[1])][:n_folds]


def n_cores_for(split: Split, n_folds: int) -> int:
    """Of how many folds the fitted cores become the model.

    In time order only those of the latest two, as the others have learned from less, and from older rows.
    """
    return min(n_folds, LATEST_CORES) if split.method == "by_time" else n_folds

"""What finished searches taught about kinds of data: figures of the table and of candidates, no data and no names."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.profile import Task


class Paid(Record):
    """What one candidate was good for.

    Parameters
    ----------
    weight : float
        Its share in the chosen model.
    quality : float
        What it gained over the dummy, as a share of what the best candidate gained; from 0 to 1.
    seconds : float
        Of fitting, over its folds.
    """

    weight: float
    quality: float
    seconds: float


class Trace(Record):
    """One finished search: what kind of data it was, and which candidates paid.

    Parameters
    ----------
    task : str
    n_rows, n_numbers, n_codes, n_terms, n_classes : int
    smallest_share : float
        Of the rows in the rarest class; 1 for numbers.
    paid : dict
        By the candidates' names.
    """

    task: Task
    n_rows: int
    n_numbers: int
    n_codes: int
    n_terms: int
    n_classes: int
    smallest_share: float
    paid: dict[str, Paid]


class Advice(Record):
    """What candidates were worth on like data: from 0 to 1, by their names; empty without experience."""

    worth: dict[str, float] = {}
    n_searches: int = 0

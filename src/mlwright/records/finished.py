"""The model that is packed."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.model import ModelSpec


class Finished(Record):
    """The chosen model after its last fit.

    Parameters
    ----------
    model : ModelSpec
        What is packed.
    n_rows : int
        Rows that its members learned from: all of them where every member was fitted once more, else the training rows.
    again : tuple of str
        The members that were fitted once more, on all rows.
    sentence : str
        What was done, and why not more.
    """

    model: ModelSpec
    n_rows: int
    again: tuple[str, ...] = ()
    sentence: str

"""Steps that call a cell wrong and change nothing, as nobody knows what is right."""

from __future__ import annotations

from typing import Literal

from mlwright.records.cleaning.step import Step


class DoubtSum(Step):
    """A cell is probably wrong if it is not the sum of some others; nothing is changed."""

    do: Literal["doubt_sum"] = "doubt_sum"
    parts: tuple[str, ...]


class DoubtValues(Step):
    """Values that are probably wrong, wherever they stand; nothing is changed."""

    do: Literal["doubt_values"] = "doubt_values"
    values: tuple[str, ...]


class DoubtPairs(Step):
    """Values that are probably wrong beside a certain value of another column; nothing is changed.

    Parameters
    ----------
    given, also : str, str or None
        The other column, and perhaps a second one.
    pairs : tuple of tuple of str
        The value or values of the others, then the value that is doubted.
    """

    do: Literal["doubt_pairs"] = "doubt_pairs"
    given: str
    also: str | None = None
    pairs: tuple[tuple[str | None, ...], ...]

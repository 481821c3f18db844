"""How most values of a column are written."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record


class NumberForm(Record):
    """How most numbers of a column are written.

    Parameters
    ----------
    way : str
        What stands around the digits, ``#`` for each number: ``# kg``, ``$#``, ``# h # min``.
    decimal : str
        The sign before the fraction.
    decimals : int or None
        How many digits a fraction has; None for as many as it takes.
    group : str
        What sets thousands apart; empty for nothing.
    sizes : tuple of float
        For each number of the way: what 1 of it is worth in the unit that the number is read in.
    drop_first, drop_last : bool
        Whether the first or the last of several numbers is left out where it is zero (``34 min``, ``2 h``).
    pad_last : bool
        Whether the last of several has two digits at least.
    strict : bool
        Whether so many keep to the digits of the fraction that others are written anew (``39500.00``, as ``39500``).
    """

    way: str = "#"
    decimal: Literal[".", ","] = "."
    decimals: int | None = None
    group: str = ""
    sizes: tuple[float, ...] = (1.0,)
    drop_first: bool = True
    drop_last: bool = False
    pad_last: bool = False
    strict: bool = False


class DateForm(Record):
    """How most dates of a column are written.

    Parameters
    ----------
    format : str
        A `strptime` pattern.
    bare : str
        The letters of the pattern whose numbers have no zero in front (``dm`` for ``1/2/2020``).
    strict : bool
        Whether so many keep to that that others are written anew.
    """

    format: str
    bare: str = ""
    strict: bool = False


class TruthForm(Record):
    """How most truth values of a column are written."""

    true: str
    false: str


Form = NumberForm | DateForm | TruthForm

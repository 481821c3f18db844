"""Two tables beside each other: what is not alike, and how much."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.looks import Aspect, Sort


class ColumnDrift(Record):
    """One column, or a pair of columns, in both tables.

    Parameters
    ----------
    name : str
    sort : str
    aspect : str
        What moved most.
    size : float
        Share of the rows that would have to change to make both tables alike.
    p_value, corrected : float
        Chance of a difference like this, or a larger one, if both came from the same source; alone, and over all
        columns (Holm).
    sentence : str
    labels : tuple of str
        The cells, in words.
    then, now : tuple of float
        Shares of the rows of either table in each.
    untested : str
        Why it could not be compared; empty if it was.
    """

    name: str
    sort: Sort | None = None
    aspect: Aspect = "shares"
    size: float = 0.0
    p_value: float = 1.0
    corrected: float = 1.0
    sentence: str = ""
    labels: tuple[str, ...] = ()
    then: tuple[float, ...] = ()
    now: tuple[float, ...] = ()
    untested: str = ""


class Retyped(Record):
    """A column that holds values of another sort: ``numbers``, ``text``, ``truth values``, ``dates``."""

    name: str
    then: str
    now: str


class Drift(Record):
    """Two tables, column by column; those that moved most first.

    Parameters
    ----------
    then, now : str
        Where they are.
    n_then, n_now : int
        Rows.
    columns : tuple of ColumnDrift
    lost, new : tuple of str
        Columns that only the first, or only the second table has.
    renamed : tuple of pairs of str
        Of these, columns that seem to go by another name now.
    retyped : tuple of Retyped
    notes : tuple of str
        What is told and is no difference that counts: dates that moved on.
    alarms : float
        The share of like pairs of tables in which something is said to have moved.
    least : float
        Smaller differences are beyond chance, and told as small.
    """

    then: str
    now: str
    n_then: int
    n_now: int
    columns: tuple[ColumnDrift, ...]
    lost: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    retyped: tuple[Retyped, ...] = ()
    notes: tuple[str, ...] = ()
    alarms: float = 0.05
    least: float = 0.02

    @property
    def moved(self) -> tuple[ColumnDrift, ...]:
        """Beyond chance, and at least of the least size."""
        return tuple(each for each in self.columns if each.corrected <= self.alarms and each.size >= self.least)

    @property
    def has_other_columns(self) -> bool:
        """Whether a column came, went or changed its type."""
        return bool(self.lost or self.new or self.retyped)

    @property
    def is_alike(self) -> bool:
        """Whether something could be compared, and nothing differs that is not small."""
        return not self.moved and not self.has_other_columns and any(not each.untested for each in self.columns)

    @property
    def small(self) -> tuple[ColumnDrift, ...]:
        """Beyond chance, and small."""
        return tuple(each for each in self.columns if each.corrected <= self.alarms and each.size < self.least)

"""What a column is: how its values are read, what stands for "missing", and what kind of column that makes.

``look`` asks the table about all columns; ``reading`` says how one column is read (as it is stored, as numbers or
as moments) and which spellings count as missing; ``verdict`` names the kind and the reason; ``describe`` puts it
all into a `ColumnProfile`. None of them looks at how a column relates to the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlwright.data.compute.engine import Sort
from mlwright.data.compute.figures import Figures

Order = Literal["rising", "falling", "nearly", "panel", "none"]
"""Whether rows are sorted by a column; in a panel they may be sorted within each of several things."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one column before anybody says what it is.

    Parameters
    ----------
    name, type : str
        The name, and the Arrow type it is stored in.
    sort : str
        How it is stored, as far as figures differ.
    n_rows : int
        Rows of the table.
    figures : Figures
    left_out : tuple of str
        Spellings that the figures left out as missing.
    top : tuple of (str, int)
        The most frequent values in canonical spelling, most frequent first, missing codes among them.
    sample : tuple of str
        Values of some rows in the order of the table, for columns of text.
    order : str
        Whether the rows are sorted by this column, for whole numbers and moments.
    """

    name: str
    type: str
    sort: Sort
    n_rows: int
    figures: Figures
    left_out: tuple[str, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    sample: tuple[str, ...] = ()
    order: Order = "none"


@dataclass(frozen=True)
class Reading:
    """How a column is read.

    Parameters
    ----------
    form : str
        ``stored``: as it is; ``number`` or ``moment``: text (or digits) read as such.
    codes : tuple of str
        Spellings that count as missing.
    format : str or None
        The `strptime` pattern of moments in text.
    notes : tuple of str
        Clauses for the reason.
    """

    form: Literal["stored", "number", "moment"] = "stored"
    codes: tuple[str, ...] = ()
    format: str | None = None
    notes: tuple[str, ...] = ()

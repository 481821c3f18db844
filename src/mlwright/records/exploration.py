"""What there is to see in the data: pictures, and facts in sentences."""

from __future__ import annotations

from typing import ClassVar

from mlwright.core.record import Record
from mlwright.records.findings import NO_TIME, Skipped


class Drawing(Record):
    """One picture.

    Parameters
    ----------
    view : str
        Name of the view that drew it.
    title : str
    sentence : str
        What there is to see, in plain words and with numbers.
    figure : str
        Blob with a Plotly figure as JSON.
    """

    view: str
    title: str
    sentence: str
    figure: str


class Insight(Record):
    """A fact about the data, as a sentence that holds.

    Parameters
    ----------
    kind : str
        The member of the insight family that found it.
    sentence : str
    columns : tuple of str
        What it is about.
    also : tuple of str
        Other columns that say the same.
    measure : str
        What `value` is: ``ratio``, ``difference``, ``correlation``, ``share`` or ``gap`` (in seconds).
    value, low, high : float
        With an interval; the intervals of all insights hold together in 95 of 100 tables.
    n_rows : int
        Rows on which it was measured.
    size : float
        What ranks it: the least size that the interval leaves, in standard deviations of what is compared.
    """

    kind: str
    sentence: str
    columns: tuple[str, ...]
    also: tuple[str, ...] = ()
    measure: str
    value: float
    low: float
    high: float
    n_rows: int
    size: float


class Bar(Record):
    """Some values of a column, what they are called, and their share of the rows that have a value."""

    label: str
    share: float


class Point(Record):
    """The target in some rows, with a 95 % interval."""

    label: str
    n_rows: int
    low: float
    value: float
    high: float


class Sketch(Record):
    """A column in small.

    Parameters
    ----------
    name : str
    bars : tuple of Bar
        Of numbers and dates a histogram, from the smallest values to the largest; of names the most frequent ones.
    is_ordered : bool
    target : tuple of Point
        The target in groups of the column's values, in the same order; empty where there is none.
    measure : str
        What `target` shows: "share of 'Yes'" or "mean of 'price'"; empty where there is none.
    """

    name: str
    bars: tuple[Bar, ...]
    is_ordered: bool
    target: tuple[Point, ...] = ()
    measure: str = ""


class Exploration(Record):
    """What there is to see.

    Parameters
    ----------
    drawings : tuple of Drawing
        In the order in which to look at them.
    insights : tuple of Insight
        Most worth knowing first.
    n_looks : int
        How many things were measured for them.
    giveaways : tuple of str
        Columns that were left out of the insights because a check says that they give the target away.
    sketches : tuple of Sketch
        The columns in small, in the order of the table.
    skipped : tuple of Skipped
        What was not drawn or looked for, and why.
    """

    version: ClassVar[int] = 2

    drawings: tuple[Drawing, ...]
    insights: tuple[Insight, ...] = ()
    n_looks: int = 0
    giveaways: tuple[str, ...] = ()
    sketches: tuple[Sketch, ...] = ()
    skipped: tuple[Skipped, ...]

    @property
    def cut_short(self) -> bool:
        """Whether there was no time for some pictures."""
        return any(one.reason == NO_TIME for one in self.skipped)

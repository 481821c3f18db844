"""What is kept of rows so that they can be compared years later: counts in cells that were fixed at training."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.profile import Kind

Sort = Literal["number", "names", "words", "new words", "new word", "length", "weekday", "pair", "together"]
Aspect = Literal["level", "spread", "missing", "new", "shares", "relation", "target", "loss"]

ANSWERS = "the model's answers"
TARGET = "the target"
TOGETHER = "the inputs together"


class Cells(Record):
    """The cells into which the values of a column fall; each row falls into exactly one.

    The last two cells are rows without a value, and rows with a value that training did not know.

    Parameters
    ----------
    name : str
        What is looked at: the column, "length of 'note'", "'age' with 'income'".
    sort : str
        ``number`` and ``length`` (of a text; cells between edges), ``names`` (one cell a name), ``words`` (a text falls
        into the cell of the rarest known word that it holds), ``new words`` (of a text: the share of its words that
        training did not know; cells between edges), ``new word`` (a text falls into the cell of one such word, of which
        there are some dozens), ``weekday`` (of a date), ``pair`` (cells of two columns),
        ``together`` (how little a row looks like those of training, by a small model of all inputs).
    of : tuple of str
        The columns that it is made from.
    kind : str
        Of the column, as a model sees it.
    edges : tuple of float
        Rising. A cell holds what is above one edge and up to the next; below the first and above the last nothing was
        seen in training.
    levels : tuple of str
        Names or words that are cells of their own; of a pair, what holds in each group of the one column, then of the
        other, in words.
    rare : tuple of str
        Names that are one cell together.
    codes : tuple of str
        Spellings that stand for a missing value.
    known : str
        A sketch of the words that are known; see `data.cells.vocabulary`.
    joined : tuple of tuple of int
        Of a pair: into which group each cell of either column falls; -1 for what is not there or not known.
    """

    name: str
    sort: Sort
    of: tuple[str, ...]
    kind: Kind = "number"
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    known: str = ""
    joined: tuple[tuple[int, ...], ...] = ()

    @property
    def n(self) -> int:
        """How many cells there are."""
        if self.sort == "pair":
            return (max(self.joined[0]) + 1) * (max(self.joined[1]) + 1) + 2
        return (len(self.edges) + 1 if self.edges else len(self.levels) + 1) + 2


class Cost(Record):
    """What answers cost in each cell of a column, on the test rows.

    Parameters
    ----------
    n : tuple of int
        Test rows in each cell.
    mean, variance : tuple of float
        Of the loss of a row.
    """

    n: tuple[int, ...]
    mean: tuple[float, ...]
    variance: tuple[float, ...]


class Column(Record):
    """One column at training, in cells.

    Parameters
    ----------
    cells : Cells
    counts : tuple of int
        Rows in each cell.
    given : tuple of float
        What each cell is given beforehand, in rows: what was not seen yet will be seen now and then.
    alike : float
        How much rows of one day are alike beyond chance: the share of the variance of a cell that lies between days,
        longer swings included. A day of `n` rows tells as much as ``n / (1 + (n - 1) * alike)`` independent ones.
    n_days : int
        Days (or other periods) that it was learned from; 0 where training knew no time.
    worth : float
        The reference is worth so many rows at most; 0: as many as it has. Answers of a model that was fitted once more
        after the test need not be spread exactly as those of the tested one.
    seasons : dict
        Counts by season, where training has shown that the column has one: ``weekday 0`` is Monday, ``month 1``
        January.
    loss, benefit : Cost or None
        By cell.
    """

    cells: Cells
    counts: tuple[int, ...]
    given: tuple[float, ...]
    alike: float = 0.0
    n_days: int = 0
    worth: float = 0.0
    seasons: dict[str, tuple[int, ...]] = {}
    loss: Cost | None = None
    benefit: Cost | None = None


class Baseline(Record):
    """What new rows are compared with: the bundle's own memory of training, and what was promised.

    Parameters
    ----------
    n_rows : int
    columns : tuple of Column
        The inputs, the model's answers, the target, and the pairs of columns that go together most.
    loss, benefit : Cost
        On all test rows, as one cell; what deployment promised.
    loss_title : str
        What a loss is ("log loss", "absolute error").
    unit : str
        Of the benefit.
    assumed : bool
        Whether the benefit is a stand-in and not the user's own table.
    ceiling : float
        Losses above it count as it, so that one row cannot decide; the promise is counted likewise.
    drawn : str
        Blob: rows of training and test as cells, with which whole rows are compared; see `judging.drawn`. It stays in
        the store; empty where none was kept.
    """

    n_rows: int
    columns: tuple[Column, ...]
    loss: Cost
    benefit: Cost
    loss_title: str
    unit: str
    assumed: bool
    ceiling: float
    drawn: str = ""


class Labelled(Record):
    """Rows of a look whose true outcome is known; what they add to a `statistics.sequential.Gathered`.

    Parameters
    ----------
    n : int
    loss, benefit : tuple of float
        The sum, and the sum of squared distances of each value to the mean of those before it (of earlier looks too).
    """

    n: int
    loss: tuple[float, float]
    benefit: tuple[float, float]


class Look(Record):
    """One window in a few kilobytes; no raw row is needed again.

    Parameters
    ----------
    content : str
        A hash of it: the same rows are never counted twice.
    began, ended : str
        ISO moments of its first and last row, or of when it was read where rows have no time.
    n_rows : int
    counts : dict
        By column of the baseline: rows in each cell.
    labelled : Labelled or None
    told_apart : float
        E-value of a small model that tried to tell these rows from those of training; 1 where none was asked.
    words : dict
        By column of texts: the most frequent new words, and in how many texts they stand.
    place : int or None
        Of the first look that it holds, counted from 0; None: as many as there are before it.
    """

    content: str
    began: str
    ended: str
    n_rows: int
    counts: dict[str, tuple[int, ...]]
    labelled: Labelled | None = None
    told_apart: float = 1.0
    words: dict[str, dict[str, int]] = {}
    place: int | None = None


class ToldApart(Record):
    """How well a small model of all inputs tells new rows from those of training.

    Parameters
    ----------
    column : Column
        Its answers to training rows that it has not learned from, in cells.
    now : tuple of float
        New rows in each cell, as they would be in a usual season.
    worth : float
        How many independent rows these are.
    area : float
        In how many of 100 pairs of a new and a training row it knows which is which, over 100.
    most : tuple of str
        The columns that it heeds most.
    since : str
        ISO moment of the first of these rows.
    place : int
        Of the look that was asked.
    """

    column: Column
    now: tuple[float, ...]
    worth: float
    area: float
    most: tuple[str, ...]
    since: str
    place: int


class Looks(Record):
    """All that was looked at before with one model, oldest first; kept between looks.

    Parameters
    ----------
    bundle_id : str
    looks : tuple of Look
        Those that are no possible beginning of a change any more are one with the look before them, so that there are
        some dozens after years.
    n_looks : int
        How many there have been.
    alarmed : tuple of int
        Places of the looks at which an alarm was given; evidence is gathered anew from there.
    broken : tuple of int
        Those of them that were given for the true outcomes.
    broken_at : str
        ISO moment of the end of the last of these.
    seen : tuple of str
        Contents of the latest looks that are one with others now.
    told_until : str
        ISO moment of the latest outcome that was counted, where it is known when outcomes were reported: they come
        late, and count with the look at which they are there.
    recent : str
        Blob: the cells of some of the newest rows, from which the next look learns to tell new rows from old ones.
    apart : ToldApart or None
        What the latest look that was asked has shown.
    """

    bundle_id: str
    looks: tuple[Look, ...] = ()
    n_looks: int = 0
    alarmed: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    broken_at: str = ""
    seen: tuple[str, ...] = ()
    told_until: str = ""
    recent: str = ""
    apart: ToldApart | None = None

    @property
    def places(self) -> tuple[int, ...]:
        """The place of the first look of each, rising."""
        return tuple(own if look.place is None else look.place for own, look in enumerate(self.looks))

    @property
    def latest(self) -> int:
        """The place of the latest look; -1 before the first."""
        return max(self.n_looks, len(self.looks)) - 1

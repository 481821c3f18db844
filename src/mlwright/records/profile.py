"""What is known of a table: kinds of columns, figures, roles."""

from __future__ import annotations

from typing import Literal

from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.records.named import by_name

Kind = Literal["number", "category", "boolean", "date", "text", "id", "constant", "empty"]
Task = Literal["binary", "multiclass", "regression"]


class ValueCount(Record):
    """A value, spelled as text, and how many rows hold it."""

    value: str
    count: int


class Pattern(Record):
    """A shape of text: letters as A, digits as 9; a plus sign after a run of any length.

    Parameters
    ----------
    pattern : str
        For example ``AA-9999`` or ``A+ A+``.
    share : float
        Of the drawn rows that have a value (up to 5,000): with 5,000, within 0.014 of that of all rows 95 times in 100.
    example : str
    """

    pattern: str
    share: float
    example: str


class Gap(Record):
    """A stretch in which a column of moments has no value.

    Parameters
    ----------
    after, until : float
        Its ends, which are there, in seconds since 1970.
    share_at_most : float
        At most so many of the rows lie inside, 95 times in 100 for all gaps together; 0 where all rows were looked at.
    """

    after: float
    until: float
    share_at_most: float = 0.0


class Association(Record):
    """How closely two columns go together.

    Parameters
    ----------
    columns : tuple of str
    measure : str
        ``rank correlation`` (-1 to 1) or ``Cramer's V`` (0 to 1, corrected for what chance adds).
    value, low, high : float
        The intervals of all pairs hold together, 95 times in 100, where rows are independent.
    n_rows : int
        Rows of the sample in which both have a value.
    """

    columns: tuple[str, str]
    measure: Literal["rank correlation", "Cramer's V"]
    value: float
    low: float
    high: float
    n_rows: int


class ColumnProfile(Record):
    """One column: what it is, why we think so, and its figures.

    Figures leave out missing values; values listed in `missing_codes` count as missing.

    Parameters
    ----------
    name, type : str
        The name, and the Arrow type it is stored in.
    kind : str
        What the column is to a model; see `Kind`.
    reason : str
        Why, as a sentence.
    is_stated : bool
        Whether a person has said the kind: then a category is read as names and as nothing else.
    n_missing : int
        Nulls, NaNs, blank strings and disguised missing values.
    missing_codes : tuple of str
        Values that stand for "missing", spelled as text (``"?"``, ``"-1"``, ``"unknown"``).
    n_distinct : int
    distinct_is_exact : bool
    distinct_error : float
        The relative standard error of `n_distinct`; 0 where it was counted.
    minimum, maximum, mean, std : float or None
        For numbers; dates count in seconds since 1970. Always exact.
    skewness : float or None
        The third standardized moment: 0 for what is symmetric, positive where the upper tail is longer.
    quantiles : tuple of float
        At 1, 5, 25, 50, 75, 95 and 99 per cent; empty where there are none.
    quantile_error : float
        How far the ranks of the quantiles may be off, as a share of the rows, 95 times in 100; 0 where they are exact.
    n_zero, n_infinite : int or None
    top : tuple of ValueCount
        The most frequent values (up to 20), most frequent first.
    length_mean, length_max : float or None
        Characters, for strings.
    is_ascii : bool or None
        Whether all strings are known to be written in ASCII alone; None for what is no string.
    date_format : str or None
        How dates in a string column are written (a ``strptime`` pattern, with the century of two-digit years:
        ``%d/%m/%y from 1926``); None for typed dates.
    n_unparsed : int
        Values that do not fit the column's kind (text among numbers, impossible dates, ...).
    unparsed_examples : tuple of str
    patterns : tuple of Pattern
        The shapes of text that many rows have.
    gaps : tuple of Gap
        The longest stretches of a date column that hold nothing, longest first.
    """

    name: str
    type: str
    kind: Kind
    reason: str
    is_stated: bool = False
    n_missing: int
    missing_codes: tuple[str, ...] = ()
    n_distinct: int
    distinct_is_exact: bool = True
    distinct_error: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    skewness: float | None = None
    quantiles: tuple[float, ...] = ()
    quantile_error: float = 0.0
    n_zero: int | None = None
    n_infinite: int | None = None
    top: tuple[ValueCount, ...] = ()
    length_mean: float | None = None
    length_max: float | None = None
    is_ascii: bool | None = None
    date_format: str | None = None
    n_unparsed: int = 0
    unparsed_examples: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    gaps: tuple[Gap, ...] = ()


QUANTILE_LEVELS = (0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99)


class Asked(Record):
    """What is to be predicted.

    Parameters
    ----------
    target : str
        The column.
    task : str
    reason : str
        Why it is this task.
    classes : tuple of str
        For classes: their spellings in sorted order, from lowest to highest where they have an order of their own; for
        two classes the positive one is last. Empty for numbers.
    are_ordered : bool
        Whether several classes have an order of their own (``low``, ``medium``, ``high``), so that an answer can be
        more or less wrong.
    """

    target: str
    task: Task
    reason: str = ""
    classes: tuple[str, ...] = ()
    are_ordered: bool = False


class Roles(Record):
    """Which column plays which part, what is to be predicted, and why.

    Where nothing is predicted, whoever asks for the target, the task or the classes gets `NotApplicable`.

    Parameters
    ----------
    asked : Asked or None
        What is to be predicted; None where the table is only looked at.
    time : str or None
        The column to split and watch by.
    time_reason : str
    group : str or None
        The column whose equal values must stay together.
    group_reason : str
    inputs : tuple of str
        The columns that models may use.
    left_out : dict
        The columns that models may not use, with the reason of each.
    """

    asked: Asked | None
    time: str | None = None
    time_reason: str = ""
    group: str | None = None
    group_reason: str = ""
    inputs: tuple[str, ...]
    left_out: dict[str, str] = {}

    @property
    def target(self) -> str:
        """The column to predict."""
        return self._question.target

    @property
    def task(self) -> Task:
        """What kind of answer is wanted."""
        return self._question.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes to tell apart; empty for numbers."""
        return self._question.classes

    @property
    def are_ordered(self) -> bool:
        """Whether the classes have an order of their own, in which they stand."""
        return self._question.are_ordered

    @property
    def _question(self) -> Asked:
        if self.asked is None:
            raise NotApplicable("no target is named")
        return self.asked


class Profile(Record):
    """What is known of a snapshot before anybody looks at how its columns relate to the target.

    Parameters
    ----------
    n_rows : int
    columns : tuple of ColumnProfile
        All columns, the target among them, in the order of the snapshot.
    roles : Roles
    n_passes : int
        How many queries it took.
    n_rows_there : int or None
        Rows of the table that the snapshot is a sample of; None where it holds all.
    columns_there : tuple of ColumnProfile
        The columns of that table, with figures of all of its rows.
    associations : tuple of Association
        Pairs of columns, without the target, that go together more than chance makes; closest first.
    """

    n_rows: int
    columns: tuple[ColumnProfile, ...]
    roles: Roles
    n_passes: int
    n_rows_there: int | None = None
    columns_there: tuple[ColumnProfile, ...] = ()
    associations: tuple[Association, ...] = ()

    @property
    def of_all_rows(self) -> Profile:
        """The profile of the table that the snapshot is a sample of."""
        if self.n_rows_there is None:
            return self
        update = {"n_rows": self.n_rows_there, "columns": self.columns_there, "n_rows_there": None}
        return self.model_copy(update=update)

    def column(self, name: str) -> ColumnProfile:
        """The profile of one column; a `KeyError` if there is none."""
        return by_name(self, self.columns)[name]

    @property
    def inputs(self) -> tuple[ColumnProfile, ...]:
        """The columns that models may use."""
        names = set(self.roles.inputs)
        return tuple(column for column in self.columns if column.name in names)

    @property
    def target(self) -> ColumnProfile:
        """The column to predict; `NotApplicable` where nothing is predicted."""
        return self.column(self.roles.target)

    @property
    def used(self) -> tuple[ColumnProfile, ...]:
        """The inputs, and the target where there is one."""
        return self.inputs if self.roles.asked is None else (*self.inputs, self.target)

"""What later data is held to: learned from the data that a model learned from, and open to be edited by a person."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.named import by_name
from mlwright.records.profile import Kind

Part = Literal["input", "target", "other"]
NewLevels = Literal["refuse", "some", "any"]
Order = Literal["rising", "falling", "none"]
Policy = Literal["note", "missing", "refuse"]
ExtraFields = Literal["refuse", "ignore"]


class Requests(Record):
    """What the service does with a value that breaks a clause.

    ``note``: it answers, and the answer says so; ``missing``: it answers as if the value were not known, and says so;
    ``refuse``: it does not answer, and names the field. Everything is counted.

    Parameters
    ----------
    missing : str
        Of a value that is missing where none ever was: ``note`` or ``refuse``.
    unknown : str
        Of a name that is not listed.
    beyond : str
        Of a number or a date beyond `least` or `most`; one that is only beyond what was seen is noted.
    unlike : str
        Of a text that does not match `pattern`.
    wrong : str
        Of a value that is none of the column's kind, such as text for a number: ``refuse`` or ``missing``.
    """

    missing: Literal["note", "refuse"] = "note"
    unknown: Policy = "note"
    beyond: Policy = "note"
    unlike: Policy = "note"
    wrong: Literal["refuse", "missing"] = "refuse"


class Clause(Record):
    """What one column is held to.

    Parameters
    ----------
    name : str
    kind : str
        What the column is to a model.
    type : str
        The Arrow type it was stored in.
    part : str
        ``input``: the model needs it; ``target``: what is predicted; ``other``: it came along.
    required : bool
        Whether a table without it breaks the contract.
    optional : bool
        Whether a value may be missing.
    n_missing : int
        Rows in which it was.
    n_unreadable : int
        Rows with a value that is none of the column's kind; they count as missing.
    missing_codes : tuple of str
        Values that stand for "missing".
    unique : bool
        Whether no value may come twice.
    levels : tuple of str
        The names, the most frequent first; of very many only the most frequent 1,000.
    counts : tuple of int
        Rows of each level.
    new_levels : str
        What of a name that is not listed: ``refuse`` it; ``some`` are to be expected, as rare names were seen; ``any``
        is welcome, as for what has no names or too many to list.
    low, high : float or None
        The range that was seen, of numbers and dates (seconds since 1970). Later rows beyond it are told; how many of
        them are too many follows from chance.
    least, most : float or None
        No value may lie beyond. For numbers as far as chance explains; see `statistics.tails`.
    whole : bool
        Whether all numbers were whole.
    order : str
        Whether the column rose or fell from row to row, as the time of a log or a running number does.
    pattern : str or None
        A regular expression that every text matched as a whole.
    date_format : str or None
        How dates in text are written (a ``strptime`` pattern, with the century of two-digit years:
        ``%d/%m/%y from 1926``).
    example : str
        A typical value.
    requests : Requests
        What the service does with values that break the clause.
    edited : tuple of str
        The clauses that a person has set; to them chance is no excuse.
    """

    name: str
    kind: Kind
    type: str
    part: Part = "input"
    required: bool = True
    optional: bool
    n_missing: int = 0
    n_unreadable: int = 0
    missing_codes: tuple[str, ...] = ()
    unique: bool = False
    levels: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    new_levels: NewLevels = "any"
    low: float | None = None
    high: float | None = None
    least: float | None = None
    most: float | None = None
    whole: bool = False
    order: Order = "none"
    pattern: str | None = None
    date_format: str | None = None
    example: str = ""
    requests: Requests = Requests()
    edited: tuple[str, ...] = ()


class Contract(Record):
    """What a table is held to.

    Parameters
    ----------
    schema_version : int
    n_rows : int
        Rows that it was learned from.
    columns : tuple of Clause
        In the order of that table.
    key : str or None
        The column that names each row; no value may come twice.
    unique : tuple of tuple of str
        Columns whose values together may not come twice, as a person says.
    time : str or None
        The column that says when rows came about.
    n_repeated : int
        Rows that were equal to an earlier one in all columns but the target.
    may_repeat : bool
        Whether rows may be equal in all columns but the target.
    least_rows : int
        A table of fewer rows breaks the contract.
    extra_fields : str
        What the service does with a field that the table never had: ``refuse`` it, for it may be an input under another
        name, or ``ignore`` it where all inputs are there.
    edited : tuple of str
        The clauses about the table that a person has set.
    """

    schema_version: Literal[1] = 1
    n_rows: int
    columns: tuple[Clause, ...]
    key: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    time: str | None = None
    n_repeated: int = 0
    may_repeat: bool = True
    least_rows: int = 1
    extra_fields: ExtraFields = "refuse"
    edited: tuple[str, ...] = ()

    def clause(self, name: str) -> Clause:
        """The clause of one column; a `KeyError` if there is none."""
        return by_name(self, self.columns)[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(clause.name for clause in self.columns)

    def part(self, *wanted: Part) -> tuple[Clause, ...]:
        """The clauses of the columns that play one of these parts."""
        return tuple(clause for clause in self.columns if clause.part in wanted)

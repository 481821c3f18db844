"""A cleaning plan as facts: what is changed in a table, why, and how often.

Every step is local to a row once it is learned: it looks at one or two cells of a row and at nothing else, so that one
record of a request is cleaned as the whole table was. `scoring.cleaner` executes the steps.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlwright.core.record import Record

Level = Literal["type", "spelling", "repair", "doubt"]
"""How much a step claims: nothing is wrong and the values are only read as what they are (``type``); values are
written in another way than they should be (``spelling``); a value says something wrong and the right one is known
(``repair``); a value is probably wrong and the right one is not known, so it stays (``doubt``)."""

N_EXAMPLES = 5


class Change(Record):
    """One cell before and after, in canonical spelling; None is missing."""

    before: str | None
    after: str | None


class Step(Record):
    """What all steps have.

    Parameters
    ----------
    column : str
        The column that is changed.
    cure : str
        Member of the family of cures that proposed it.
    level : str
        How much it claims; see `Level`.
    reason : str
        Why, as a sentence with its numbers.
    n_cells : int
        Cells that it changes (or doubts) in the rows it was learned from.
    examples : tuple of Change
        At most `N_EXAMPLES` of them.
    """

    column: str
    cure: str
    level: Level
    reason: str
    n_cells: int = 0
    examples: tuple[Change, ...] = ()


class TrimText(Step):
    """White space around a text goes."""

    do: Literal["trim_text"] = "trim_text"


class MarkMissing(Step):
    """Values that stand for "missing" become missing; `codes` are canonical spellings."""

    do: Literal["mark_missing"] = "mark_missing"
    codes: tuple[str, ...]


class MapValues(Step):
    """A value becomes another one, wherever it stands; both in canonical spelling."""

    do: Literal["map_values"] = "map_values"
    values: dict[str, str]


class Pair(Record):
    """Where the other column holds `given` (and a second one `also`), `before` (None: missing) becomes `after`."""

    given: str
    also: str | None = None
    before: str | None
    after: str


class MapPairs(Step):
    """A value becomes another one beside a certain value of the column `given`, or also of a second column `also`."""

    do: Literal["map_pairs"] = "map_pairs"
    given: str
    also: str | None = None
    pairs: tuple[Pair, ...]


class SplitOff(Step):
    """A value's last word moves to the column `into` if it is one of `values` and `into` is missing there."""

    do: Literal["split_off"] = "split_off"
    into: str
    values: tuple[str, ...]


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


class ReadNumber(Step):
    """Text becomes a number.

    Parameters
    ----------
    decimal : str
        The sign before the fraction; the other one of ``.`` and ``,`` groups thousands.
    units : dict
        By what stands around the digits (in small letters, without a last dot; empty for nothing): what the number
        is multiplied by. A number with anything else around it is not read.
    typed : bool
        Whether the column holds numbers from then on, and what cannot be read is missing. Otherwise it stays text
        with all numbers written in one form, and what cannot be read stays as it is.
    usual : tuple of str
        The ways in which most values are written (``# kg``); values written in other ways count as wrong.
    either : bool
        Whether digits that make a number only with the other decimal sign are read with that (``12,50`` among
        ``12.50``).
    form : NumberForm or None
        How a number is written where the column stays, or becomes, text; None for the first of the usual ways.
    """

    do: Literal["read_number"] = "read_number"
    decimal: Literal[".", ","] = "."
    either: bool = False
    units: dict[str, float]
    typed: bool = True
    usual: tuple[str, ...] = ()
    form: NumberForm | None = None


class ReadDate(Step):
    """Text becomes a date, or a moment where times of the day occur.

    Parameters
    ----------
    formats : tuple of str
        `strptime` patterns, the first that reads a value counts; ISO 8601 is read by all of them.
    with_time : bool
        Whether it becomes a moment and not a day.
    typed : bool
        As for numbers.
    usual : tuple of str
        The formats in which most dates are written; dates in others count as wrong.
    form : DateForm or None
        How a date is written where the column stays, or becomes, text; None for the first of the formats.
    first_year : int or None
        The first of the hundred years that two-digit years stand for; None: 1969.
    """

    do: Literal["read_date"] = "read_date"
    formats: tuple[str, ...]
    with_time: bool = False
    typed: bool = True
    usual: tuple[str, ...] = ()
    form: DateForm | None = None
    first_year: int | None = None


class WriteNumber(Step):
    """Numbers that were plain in a file of text are written in one form where the table is written as text.

    In a table with types they are numbers anyway, and nothing is done.
    """

    do: Literal["write_number"] = "write_number"
    form: NumberForm


class WriteDate(Step):
    """The same for dates and moments."""

    do: Literal["write_date"] = "write_date"
    form: DateForm


class WriteTruth(Step):
    """The same for truth values."""

    do: Literal["write_truth"] = "write_truth"
    form: TruthForm


class Reformat(Step):
    """Digits and letters are set into a pattern: each ``#`` takes the next digit, each ``@`` the next letter.

    Parameters
    ----------
    pattern : str
        E.g. ``###-###-####``. A value whose digits and letters do not fill it exactly stays as it is.
    pad : bool
        Whether a value of digits that are too few gets zeros in front.
    upper : bool
        Whether letters become capitals.
    """

    do: Literal["reformat"] = "reformat"
    pattern: str
    pad: bool = False
    upper: bool = False


class SetNumbers(Step):
    """Numbers with signs and letters between them are written in one way: ``5x16x29`` as ``5 x 16 x 29 cm``.

    Parameters
    ----------
    way : str
        ``#`` for each number, with what stands between, before and behind them. A value of as many numbers is set into
        it if its letters are those of the way, or those but for what stands behind the last number.
    """

    do: Literal["set_numbers"] = "set_numbers"
    way: str


class SwapCells(Step):
    """Two cells of a row change places if each holds a value of the other column.

    Parameters
    ----------
    into : str
        The other column.
    own, other : tuple of str
        The values that belong into `column`, and those that belong into `into`; canonical spellings.
    """

    do: Literal["swap_cells"] = "swap_cells"
    into: str
    own: tuple[str, ...]
    other: tuple[str, ...]


class WriteTime(Step):
    """Times of the day are written in one way; what stands beside them goes.

    Parameters
    ----------
    padded : bool
        Whether hours have two digits.
    marks : tuple of str
        What is written behind times before and after noon (``" a.m."``, ``" p.m."``); none on a clock of 24 hours.
    seconds : bool
        Whether seconds are written.
    plain_24 : bool
        Whether times without such a mark are read on a clock of 24 hours; they stay as they are otherwise.
    """

    do: Literal["write_time"] = "write_time"
    padded: bool = True
    marks: tuple[str, ...] = ()
    seconds: bool = False
    plain_24: bool = True


class WriteList(Step):
    """Several things in one cell are set apart by one sign, and sorted if they are so elsewhere.

    Parameters
    ----------
    mark : str
        What is written between two things, blanks among it.
    signs : str
        The signs that set things apart in this column.
    in_order : bool
        Whether the things are sorted.
    """

    do: Literal["write_list"] = "write_list"
    mark: str
    signs: str
    in_order: bool = False


class MapWords(Step):
    """A word within a value becomes another one (``Rd.`` and ``Road``).

    Parameters
    ----------
    words : dict
        For all words but the first.
    last : dict
        For the last of several words.
    first : dict
        For the first word.
    """

    do: Literal["map_words"] = "map_words"
    words: dict[str, str]
    first: dict[str, str] = {}
    last: dict[str, str] = {}


class FillSum(Step):
    """A missing cell of columns of which one is the sum of the others gets what is missing to the sum."""

    do: Literal["fill_sum"] = "fill_sum"
    whole: str
    parts: tuple[str, ...]


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


AnyStep = Annotated[
    TrimText
    | MarkMissing
    | MapValues
    | MapPairs
    | SplitOff
    | ReadNumber
    | ReadDate
    | WriteNumber
    | WriteDate
    | WriteTruth
    | Reformat
    | SetNumbers
    | SwapCells
    | WriteTime
    | WriteList
    | MapWords
    | FillSum
    | DoubtSum
    | DoubtValues
    | DoubtPairs,
    Field(discriminator="do"),
]


class Repeats(Record):
    """Rows that are equal to an earlier row in every column.

    Parameters
    ----------
    n_rows : int
        How many there are.
    action : str
        ``keep`` or ``drop``; rows are never dropped when a model answers.
    reason : str
    """

    n_rows: int
    action: Literal["keep", "drop"] = "keep"
    reason: str


class CleaningPlan(Record):
    """How a table is cleaned: the steps one after the other, each on what the ones before it left.

    A step that is deleted is not done; nothing else depends on it.

    Parameters
    ----------
    schema_version : int
    n_rows : int
        Rows that it was learned from.
    steps : tuple of AnyStep
    repeats : Repeats or None
        None if no row is there twice.
    """

    schema_version: Literal[1] = 1
    n_rows: int
    steps: tuple[AnyStep, ...] = ()
    repeats: Repeats | None = None

    def up_to(self, level: Literal["type", "spelling", "repair"]) -> CleaningPlan:
        """The same plan without the steps that claim more, and without doubts."""
        allowed = {"type": ("type",), "spelling": ("type", "spelling"), "repair": ("type", "spelling", "repair")}[level]
        return self.model_copy(update={"steps": tuple(step for step in self.steps if step.level in allowed)})


class Cleaning(Record):
    """A table that was cleaned.

    Parameters
    ----------
    source, output : str
        What was read and what was written.
    n_rows : int
        Rows of the source.
    n_dropped : int
        Rows that equal an earlier one and were left out.
    n_spelled, n_repaired : int
        Cells that were written in another way than they should be, and cells that said something wrong; both are
        mended.
    n_typed : int
        Cells of which nothing is wrong, and which were read as the numbers or dates that they are.
    n_doubted : int
        Cells that are probably wrong and were left as they are.
    plan : CleaningPlan
        With the counts and examples of this very table.
    """

    source: str
    output: str
    n_rows: int
    n_dropped: int = 0
    n_spelled: int = 0
    n_repaired: int = 0
    n_typed: int = 0
    n_doubted: int = 0
    plan: CleaningPlan

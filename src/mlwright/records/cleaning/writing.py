"""Steps by which a value is read as what it is, or written as its column is."""

from __future__ import annotations

from typing import Literal

from mlwright.records.cleaning.forms import DateForm, NumberForm, TruthForm
from mlwright.records.cleaning.step import Step


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

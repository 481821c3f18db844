"""Steps by which a cell comes to hold another value."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.cleaning.step import Step


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


class MapWords(Step):
    """A word within a value becomes another one (``Rd.`` and ``Road``).

    Parameters
    ----------
    words : dict
        For all words but the first.
    last : dict
        For the last of several words; a number behind it is no word (``Elm St 12``).
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

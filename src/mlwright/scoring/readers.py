"""Reads the values of one input column as a plan column understands them.

Every reader reads one Python value (a record of a request) or an Arrow array (a table) with the same results: the
rules that make them agree are in `spelling`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import CategoryColumn, DateColumn, NumberColumn, TextColumn
from mlwright.scoring.columns import Column
from mlwright.scoring.moments import to_moment, to_moment_array
from mlwright.scoring.spelling import (
    canonical,
    canonical_array,
    is_missing,
    missing_array,
    spelled,
    to_number,
    to_number_array,
)

if TYPE_CHECKING:
    import pyarrow as pa

C = TypeVar("C", NumberColumn, CategoryColumn, DateColumn, TextColumn)
V = TypeVar("V", float, int, "str | None")

_OTHER_SPELLINGS = {"true": ("True", "TRUE", "1"), "false": ("False", "FALSE", "0")}


LARGEST_PLAIN = 1 << 63
"""Whole numbers up to here are numbers without more ado."""

FEW_ROWS = 8
"""Up to here value by value is quicker than a function of Arrow for each step."""
_SAID_ALIKE = frozenset({"string", "large_string", "double", "int64", "bool"})
"""Types of Arrow whose values are read one by one as they are read together."""


class Reader(ABC, Generic[C, V]):
    """Reads the input of one plan column.

    Parameters
    ----------
    column : PlanColumn
    """

    def __init__(self, column: C) -> None:
        self.column: C = column
        self.name = column.name

    @abstractmethod
    def value(self, value: object) -> V:
        """What one Python value says."""

    def listed(self, values: list[Any]) -> Any:
        """What every Python value of a list says."""
        return [self.value(value) for value in values]

    @abstractmethod
    def array(self, values: pa.Array) -> Any:
        """What every value of an Arrow array says."""

    def values(self, values: Column) -> Any:
        """What every value of a column says, as an array or a list."""
        if isinstance(values, list):
            return self.listed(values)
        if len(values) <= FEW_ROWS and str(values.type) in _SAID_ALIKE:
            return [self.value(value) for value in values.to_pylist()]
        return self.array(values)


class NumberReader(Reader[NumberColumn, float]):
    """Numbers; NaN for what is none, infinities, and numbers that are missing codes."""

    def __init__(self, column: NumberColumn) -> None:
        super().__init__(column)
        codes = {to_number(code) for code in column.missing_codes}
        self.no_numbers = frozenset({math.inf, -math.inf, *codes})

    def value(self, value: object) -> float:
        """A number, or NaN."""
        if type(value) is int and -LARGEST_PLAIN < value < LARGEST_PLAIN:
            number = float(value)
        else:
            number = value if type(value) is float else to_number(value)
        return math.nan if number in self.no_numbers else number

    def listed(self, values: list[Any]) -> Any:
        """Numbers at once where they are plain ones."""
        if len(values) <= FEW_ROWS or not {int, float}.issuperset(map(type, values)):
            return super().listed(values)
        try:
            numbers = np.array(values, dtype=np.float64)
        except OverflowError:
            return super().listed(values)
        return self._known(numbers)

    def array(self, values: pa.Array) -> NDArray[np.float64]:
        """Numbers, float64, shape (n_rows,)."""
        return self._known(to_number_array(values))

    def _known(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        for none in self.no_numbers:  # two or three; `isin` would take longer than all the rest
            numbers[numbers == none] = math.nan
        return numbers


class CategoryReader(Reader[CategoryColumn, int]):
    """Codes of categories: -1 for a missing value, the number of levels for a name that is no level.

    Attributes
    ----------
    log_counts : array of float32 or None
        By code: ln(1 + training rows of the level), 0 for an unknown name, NaN (at the end) for a missing value.
    """

    def __init__(self, column: CategoryColumn) -> None:
        super().__init__(column)
        self.codes = _codes(column)
        self._unseen = len(column.levels)
        counts = np.append(np.log1p(column.counts), [0.0, math.nan])
        self.log_counts = counts.astype(np.float32) if column.with_counts else None

    def value(self, value: object) -> int:
        """The code of one name."""
        if type(value) is str and value in self.codes:
            return self.codes[value]
        return self.codes.get(canonical(value), self._unseen)

    def listed(self, values: list[Any]) -> list[int]:
        """Codes, one a row."""
        codes = self.codes
        return [codes[value] if type(value) is str and value in codes else self.value(value) for value in values]

    def array(self, values: pa.Array) -> NDArray[np.int32]:
        """Codes, int32, shape (n_rows,)."""
        import pyarrow as pa

        if pa.types.is_dictionary(values.type):
            of_names = np.append(self.array(values.dictionary), np.int32(-1))
            indices = values.indices.fill_null(-1) if values.null_count else values.indices
            coded: NDArray[np.int32] = of_names[indices.to_numpy()]
            return coded
        levels, places = spelled(values)
        codes = np.array([*(self.codes.get(level, self._unseen) for level in levels), -1], dtype=np.int32)
        return codes[places]


class DateReader(Reader[DateColumn, float]):
    """Moments as seconds since 1970; NaN for what is none."""

    def value(self, value: object) -> float:
        """Seconds, or NaN."""
        codes = self.column.missing_codes
        return math.nan if codes and is_missing(value, codes) else to_moment(value, self.column.format)

    def array(self, values: pa.Array) -> NDArray[np.float64]:
        """Seconds, float64, shape (n_rows,)."""
        moments = to_moment_array(values, self.column.format)
        if self.column.missing_codes:
            moments[missing_array(values, self.column.missing_codes)] = math.nan
        return moments


class TextReader(Reader[TextColumn, "str | None"]):
    """Texts; None where missing."""

    def value(self, value: object) -> str | None:
        """A text, or None."""
        text = canonical(value)
        return None if text in self.column.missing_codes else text

    def array(self, values: pa.Array) -> list[str | None]:
        """Texts, one a row."""
        codes = self.column.missing_codes
        return [None if text in codes else text for text in canonical_array(values)]


def _codes(column: CategoryColumn) -> dict[str | None, int]:
    """Code by spelling; true and false are known by their other spellings too."""
    codes: dict[str | None, int] = {level: place for place, level in enumerate(column.levels)}
    if column.levels and codes.keys() <= _OTHER_SPELLINGS.keys():
        codes |= {other: codes[level] for level in column.levels for other in _OTHER_SPELLINGS[level]}
    return codes | dict.fromkeys(column.missing_codes, -1) | {None: -1}

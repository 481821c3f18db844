"""The cells of a table as places in lists of spellings: what cures look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.records.cleaning import AnyStep, CleaningPlan
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import Columns, read_columns
from mlwright.scoring.spelling import spelled


@dataclass(frozen=True)
class Levels:
    """One column.

    Parameters
    ----------
    names : tuple of str
        Its distinct values in canonical spelling.
    places : array of int64, shape (n_rows,)
        The place of each row's value among them; -1 where it is missing.
    """

    names: tuple[str, ...]
    places: NDArray[np.int64]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many rows hold each value."""
        return np.bincount(self.places[self.places >= 0], minlength=len(self.names))

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The place of each name."""
        return {name: place for place, name in enumerate(self.names)}

    @property
    def n_known(self) -> int:
        """How many rows hold a value."""
        return int(self.counts.sum())

    def of(self, row: int) -> str | None:
        """The value of a row."""
        place = int(self.places[row])
        return None if place < 0 else self.names[place]


class Cells:
    """A table in memory, column by column.

    Parameters
    ----------
    columns : Columns

    Attributes
    ----------
    noted : dict
        What was found out about the table and holds on whatever is mended afterwards, by a name.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.names = tuple(columns.by_name)
        self.n_rows = columns.n_rows
        self._levels: dict[str, Levels] = {}
        self.noted: dict[str, Any] = {}

    @classmethod
    def of(cls, table: pa.Table) -> Cells:
        """The cells of an Arrow table."""
        return cls(read_columns(table))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The columns of text."""
        return tuple(name for name, values in self.columns.by_name.items() if _is_text(values))

    def levels(self, name: str) -> Levels:
        """A column as places among its distinct values."""
        if name not in self._levels:
            values = self.columns.by_name[name]
            array = values if not isinstance(values, list) else pa.array([str(v) for v in values])
            self._levels[name] = Levels(*spelled(array))
        return self._levels[name]

    def after(self, steps: Sequence[AnyStep]) -> Cells:
        """The cells as the steps leave them; columns that no step changes are not looked at again."""
        if not steps:
            return self
        cleaned = Cleaner(CleaningPlan(n_rows=self.n_rows, steps=tuple(steps))).clean_columns(self.columns)
        found = Cells(cleaned)
        same = [n for n in self._levels if cleaned.by_name[n] is self.columns.by_name[n]]
        found._levels = {name: self._levels[name] for name in same}
        found.noted = self.noted
        return found


def _is_text(values: Any) -> bool:
    return isinstance(values, list) or pa.types.is_string(values.type) or pa.types.is_large_string(values.type)

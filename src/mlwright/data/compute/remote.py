"""A table that stays where it is, in a database or in Spark: the figures of all of its rows are computed there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.table import Table


class RemoteTable(Table):
    """All rows of a table, of which only answers are fetched.

    Parameters
    ----------
    expr : ibis table
        Without positions of rows: a table that is not a file has no order.
    n_rows : int
    """

    def __init__(self, expr: ir.Table, n_rows: int) -> None:
        super().__init__(expr, Path())
        self._n_rows = n_rows

    @cached_property
    def n_rows(self) -> int:
        """How many rows there are."""
        return self._n_rows

    def drawn(self, n: int) -> ir.Table:
        """About `n` of all rows, drawn where they are: the same rows as long as nothing is written."""
        return self.expr if self.n_rows <= n else self._some(n / self.n_rows)

    @abstractmethod
    def _some(self, share: float) -> ir.Table:
        """A share of the rows, each with the same chance."""

    def arrow(self, columns: Sequence[str], positions: NDArray[np.int64] | None = None) -> pa.Table:
        """Columns of all rows; asked for only where a column of text has to be read as numbers or dates."""
        if positions is not None:
            raise KeyError("rows of a table that stays where it is have no positions")
        return self.fetch(self.expr.select(*columns))

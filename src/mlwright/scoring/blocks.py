"""What an encoding plan yields: named blocks of numbers, codes and sparse text."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class BlockNames:
    """What the columns of the blocks are called, and which input column each comes from.

    Parameters
    ----------
    numbers, codes : tuple of str
        Names of the outputs (``age``, ``signup:weekday``, ``remarks:text3``, ``city:count``).
    number_inputs, code_inputs : tuple of str
        The input column of each.
    n_levels : tuple of int
        For each code column: codes run from 0 to ``n_levels``, where ``n_levels`` itself means "any other name";
        -1 means missing.
    n_terms : int
        Width of the sparse text block.
    """

    numbers: tuple[str, ...]
    number_inputs: tuple[str, ...]
    codes: tuple[str, ...]
    code_inputs: tuple[str, ...]
    n_levels: tuple[int, ...]
    n_terms: int = 0

    @property
    def all(self) -> tuple[str, ...]:
        """Names of the numbers, then of the codes: the columns of `Blocks.matrix`."""
        return self.numbers + self.codes


@dataclass(frozen=True)
class Blocks:
    """Encoded rows.

    Parameters
    ----------
    numbers : array of float32, shape (n_rows, n_numbers)
        NaN where missing.
    codes : array of int32, shape (n_rows, n_codes)
        -1 where missing; see `BlockNames.n_levels`.
    text : csr_matrix of float32, shape (n_rows, n_terms), or None
    """

    numbers: NDArray[np.float32]
    codes: NDArray[np.int32]
    text: csr_matrix | None = None

    @classmethod
    def of(cls, rows: Sequence[OneRow]) -> Blocks:
        """Rows that were encoded one by one, together; at least one."""
        numbers = np.array([row.doubles for row in rows], dtype=np.float32)
        codes = np.array([row.codes for row in rows], dtype=np.int32)
        if rows[0].text is None:
            return cls(numbers, codes)
        from scipy.sparse import vstack

        return cls(numbers, codes, vstack([row.text for row in rows], format="csr"))

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: NDArray[np.int64]) -> Blocks:
        """The blocks of some rows."""
        return Blocks(self.numbers[rows], self.codes[rows], None if self.text is None else self.text[rows])

    def parts(self, n_rows: int) -> Iterator[Blocks]:
        """The blocks, so many rows at a time."""
        for start in range(0, len(self), n_rows):
            rows = slice(start, start + n_rows)
            yield Blocks(self.numbers[rows], self.codes[rows], None if self.text is None else self.text[rows])

    @cached_property
    def row(self) -> NDArray[np.float32]:
        """The first row of `matrix`, shape (n_all,)."""
        first: NDArray[np.float32] = self.matrix()[0]
        return first

    @cached_property
    def doubles(self) -> NDArray[np.float64]:
        """`matrix` in double precision, for rows that several cores are asked about."""
        return self.matrix().astype(np.float64)

    @property
    def first(self) -> OneRow:
        """The first row, as plain values."""
        return OneRow(self.numbers[0].tolist(), self.codes[0].tolist(), self)

    def matrix(self) -> NDArray[np.float32]:
        """Numbers and codes side by side, as trees take them; a missing code is NaN. Shape (n_rows, n_all)."""
        codes = np.where(self.codes < 0, np.float32(np.nan), self.codes.astype(np.float32))
        return np.hstack([self.numbers, codes])


class OneRow:
    """One encoded row as plain values: what a single record is scored by needs no array, and is not made into one.

    Parameters
    ----------
    doubles : sequence of float
        The numbers, before float32 holds them; NaN where missing.
    codes : list of int
        -1 where missing.
    blocks : Blocks, optional
        The same as blocks; default: made where they are asked for.
    """

    __slots__ = ("_blocks", "codes", "doubles")

    def __init__(self, doubles: Sequence[float], codes: list[int], blocks: Blocks | None = None) -> None:
        self.doubles = doubles
        self.codes = codes
        self._blocks = blocks

    @property
    def numbers(self) -> list[float]:
        """The numbers, each as float32 holds it."""
        return array("f", self.doubles).tolist()

    @property
    def text(self) -> csr_matrix | None:
        """The sparse text block of the row, if there are texts."""
        return None if self._blocks is None else self._blocks.text

    @property
    def blocks(self) -> Blocks:
        """The row as blocks of one row."""
        if self._blocks is None:
            codes = np.array(self.codes, dtype=np.int32).reshape(1, len(self.codes))
            self._blocks = Blocks(np.array([self.doubles], dtype=np.float32), codes)
        return self._blocks

    def plain(self) -> list[float]:
        """Numbers and codes side by side, as a row of `Blocks.matrix`."""
        return [*self.numbers, *[math.nan if code < 0 else code for code in self.codes]]

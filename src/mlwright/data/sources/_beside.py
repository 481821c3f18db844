"""Rows of a text table's own width that hold no values: its head once more, and remarks below it.

A spreadsheet fills up what stands below a table (``Source: ...``) with delimiters, and files that were joined bring
their heads along. None of these rows is a case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.sources._types import convert, widen
from mlwright.data.words import counted

MOST_BELOW, LOOKED_AT = 20, 60
FEWEST_COLUMNS, FEWEST_ROWS = 3, 10
LONGEST_TOLD = 60
_REMARK = re.compile(
    r"\*.*|©.*|(sources?|quellen?|fuente|fonte|notes?|hinweis|remarks?|stand|as of|exported|generated)\b.*",
    re.IGNORECASE | re.DOTALL,
)
Head = tuple[str, ...]


def without_heads(batch: pa.RecordBatch, heads: Sequence[Head]) -> pa.RecordBatch:
    """The batch without rows that are equal to a row of the head in every cell."""
    for head in heads:
        is_head = _equals(batch, head)
        if is_head is not None:
            batch = batch.filter(pc.invert(is_head))
    return batch


def _equals(batch: pa.RecordBatch, head: Head) -> pa.Array | None:
    """Which rows are equal to a row of the head; None where none is. The first name alone mostly tells that."""
    named = [place for place, name in enumerate(head) if name.strip()]
    if len(named) < 2:
        return None
    first = _is(batch.column(named[0]), head[named[0]])
    if not pc.any(first, min_count=0).as_py():
        return None
    return reduce(pc.and_, (_is(column, name) for column, name in zip(batch.columns, head, strict=True)), first)


def _is(column: pa.Array, name: str) -> pa.Array:
    if not name:
        return pc.or_kleene(pc.is_null(column), pc.equal(column, ""))
    return pc.fill_null(pc.equal(column, pa.scalar(name, column.type)), False)


def without_last(batches: Iterator[pa.RecordBatch], n_rows: int) -> Iterator[pa.RecordBatch]:
    """The batches without so many rows at the end of them all."""
    if not n_rows:
        yield from batches
        return
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(map(len, held[1:])) >= n_rows:
            yield held.pop(0)
    left = sum(map(len, held)) - n_rows
    for batch in held:
        yield batch.slice(0, max(0, left))
        left -= len(batch)


class Tail:
    """The last rows of a table that is read batch by batch."""

    def __init__(self) -> None:
        self._held: list[pa.RecordBatch] = []

    def see(self, batch: pa.RecordBatch) -> None:
        """Take the rows of the next batch."""
        last = batch.slice(max(0, len(batch) - LOOKED_AT))
        self._held = [last] if len(last) == LOOKED_AT else [*self._held, last][-LOOKED_AT:]

    def rows(self) -> list[list[str | None]]:
        """The last rows, at most `LOOKED_AT`."""
        found = [list(row) for batch in self._held for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)]
        return found[-LOOKED_AT:]


def remarks_below(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """What stands below the table, row by row; empty if nothing does.

    Parameters
    ----------
    rows : sequence
        The last rows of the file, at least ten of them from the table itself. In a remark at most the first cell is
        filled; the first remark comes after a blank row, does not fit a column of numbers or dates, or says that it is
        a remark (``Source: ...``).
    """
    n_below = next((n for n, row in enumerate(reversed(rows)) if any(row[1:])), len(rows))
    above, below = rows[: len(rows) - n_below], rows[len(rows) - n_below :]
    if not 0 < n_below <= MOST_BELOW or len(above) < FEWEST_ROWS or len(rows[0]) < FEWEST_COLUMNS:
        return []
    first = (below[0][0] or "").strip()
    kind = widen(None, pa.array([row[0] for row in above], pa.string()))
    fits = kind in (None, "string") or convert(pa.array([first]), kind) is not None
    is_list = any(not any(row[1:]) for row in above)
    if is_list or (first and fits and not _REMARK.fullmatch(first)):
        return []
    return [(row[0] or "").strip() for row in below]


def told(n_heads: int, remarks: Sequence[str]) -> list[str]:
    """What is told of the rows that were left out."""
    found = []
    if n_heads:
        rows = counted(n_heads, "row that repeats", "rows that repeat")
        found.append(f"Left out: {rows} the header, as where files were joined.")
    if remarks:
        text = next(filter(None, remarks), "")
        shown = f" ({text[:LONGEST_TOLD]!r})" if text else ", all of them empty"
        found.append(f"Left out below the table: {counted(len(remarks), 'row')} with at most one filled cell{shown}.")
    return found

"""What cleaning changed, cell by cell: as a page to read, or as a table of every cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from mlwright.core.store.blobs import explain_disk_errors, write_atomically
from mlwright.data.cleaning import NamedCell
from mlwright.faces.render.cleaning import changes_page
from mlwright.faces.writing import table_writer
from mlwright.records.cleaning import Cleaning, CleaningPlan

CELLS_A_STEP = 200
"""Changed cells of one step that the page shows."""

SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("level", pa.string()),
        ("step", pa.int64()),
    ]
)


class Changes:
    """Gathers the changed cells while a table is cleaned.

    Parameters
    ----------
    path : Path or None
        ``.html``: the first cells of every step are kept for the page. ``.csv``, ``.parquet``: every cell is written.
    plan : CleaningPlan
    """

    def __init__(self, path: Path | None, plan: CleaningPlan) -> None:
        self.path = path
        self._plan = plan
        self._cells: dict[int, list[NamedCell]] = defaultdict(list)
        self._part = None if path is None or path.suffix == ".html" else path.with_name(f".{path.name}.part")
        self._writer: Any = None

    def __enter__(self) -> Self:
        if self._part is not None and self.path is not None:
            with explain_disk_errors(self.path.parent):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._writer = table_writer(self._part, self.path.suffix, SCHEMA)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is None or self._part is None or self.path is None:
            return
        self._writer.close()
        if kind is None:
            self._part.replace(self.path)
        self._part.unlink(missing_ok=True)

    def add(self, cells: Iterable[NamedCell]) -> None:
        """Take in the changed cells of some rows."""
        if self._writer is not None:
            levels = [step.level for step in self._plan.steps]
            rows = [(c.row, c.column, c.before, c.after, levels[c.step], c.step) for c in cells]
            columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
            self._writer.write_table(
                pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], SCHEMA)
            )
            return
        for cell in cells if self.path is not None else ():
            if len(self._cells[cell.step]) < CELLS_A_STEP:
                self._cells[cell.step].append(cell)

    def tell(self, done: Cleaning) -> None:
        """Write the page, if one is wanted."""
        if self.path is not None and self.path.suffix == ".html":
            write_atomically(self.path, changes_page(done, self._cells).encode("utf-8", "replace"))

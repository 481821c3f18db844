"""Excel workbooks: one sheet is one table, wherever on the sheet it begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceUnreadable, name_list
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._files import find_file
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._sheet import Sheet, empty, open_sheet
from mlwright.data.sources._types import PLAIN, Spelled, in_utc_notice
from mlwright.data.sources._values import array_of, seen_in
from mlwright.data.words import counted


class Excel(Source):
    """One sheet of an ``.xlsx`` workbook."""

    title: ClassVar[str] = "Excel workbook"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a workbook."""
        return format_of(location) == "excel"

    def read(self) -> Reading:
        """See the whole sheet once to learn the columns, and begin to read it again."""
        sheet = open_sheet(find_file(str(self.settings.source)), self.settings.sheet or self.settings.query)
        seen, n_rows = seen_in(sheet.columns(), len(sheet.names), self.tick)
        if n_rows == 0:
            raise empty(sheet)
        kept = {place: column.kind() for place, column in enumerate(seen) if sheet.names[place] or column.types}
        names = [sheet.names[place] for place in kept]
        schema = pa.schema([pa.field(name, PLAIN[kind]) for name, kind in zip(names, kept.values(), strict=True)])
        header = "none" if sheet.header_row is None else f"row {sheet.header_row}"
        notices = [*self._notices(sheet), *in_utc_notice(names, kept.values())]
        return Reading(
            schema,
            self._typed_batches(sheet, kept, schema, n_rows),
            {"sheet": sheet.title, "header": header},
            notices,
        )

    def _typed_batches(
        self, sheet: Sheet, kept: dict[int, Spelled | None], schema: pa.Schema, n_rows: int
    ) -> Iterator[pa.RecordBatch]:
        done = 0
        for columns in sheet.columns():
            arrays = [array_of(columns[place], kind) for place, kind in kept.items()]
            if any(array is None for array in arrays):
                raise SourceUnreadable(f"{sheet.path} changed while it was read.", "Start again when it is saved.")
            done += len(columns[0])
            self.tick(0.5 + min(0.5, done / n_rows / 2))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _notices(self, sheet: Sheet) -> list[str]:
        notices = [*sheet.notices]
        if sheet.others and not (self.settings.sheet or self.settings.query):
            notices.append(
                f"The sheet {sheet.title!r} was read. The workbook has more sheets, which were not read: "
                f"{name_list(sheet.others)}."
            )
        if sheet.n_errors:
            notices.append(f"Excel errors (like #N/A) that count as empty: {counted(sheet.n_errors, 'cell')}.")
        return notices

"""A web page: one of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceMissing, SourceUnreadable, name_list, nearest
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._files import find_file, open_plain
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._header import is_header
from mlwright.data.sources._page import PageReader, PageTable
from mlwright.data.sources._text import find_encoding
from mlwright.data.sources._types import convert, in_utc_notice, widen
from mlwright.data.words import counted

MAX_BYTES = 64 << 20


class Html(Source):
    """The largest table of a page, or the one that is named: by its caption, its id, or its number from 1."""

    title: ClassVar[str] = "web page (one of its tables)"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a page."""
        return format_of(location) == "html"

    def read(self) -> Reading:
        """See all tables of the page, and read one."""
        path = find_file(str(self.settings.source))
        data = _content(path)
        encoding = find_encoding(data, complete=True)
        tables = [table for table in PageReader.read(data.decode(encoding, "replace")) if table.n_rows > 0]
        asked = self.settings.sheet or self.settings.query
        table = _chosen(tables, asked, path)
        names, rows = _laid_out(table)
        refuse_width(len(names), f"The table of {path}")
        columns = [pa.array([row[place] or None for row in rows], pa.string()) for place in range(len(names))]
        kinds = [widen(None, column) for column in columns]
        batch = pa.record_batch(
            [convert(column, kind) for column, kind in zip(columns, kinds, strict=True)], names=names
        )
        notices = [*_notices(tables, table, asked), *in_utc_notice(names, kinds)]
        details = {"table": _shown(tables.index(table), table), "encoding": encoding}
        return Reading(batch.schema, self._ticked(batch), details, notices)

    def _ticked(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        self.tick(1.0)
        yield batch


def _content(path: Path) -> bytes:
    with open_plain(path) as file:
        data: bytes = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceUnreadable(f"{path} is a web page of more than {MAX_BYTES >> 20} MB.", "Save its table as CSV.")
    return data


def _chosen(tables: Sequence[PageTable], wanted: str | None, path: Path) -> PageTable:
    """The table that is asked for; the one with most cells if none is."""
    if not tables:
        raise SourceUnreadable(
            f"{path} is a web page without a table.",
            "If a login page or an error came back, download the data itself; "
            "if a program in the page draws the table, name the address that it asks.",
        )
    if wanted is None:
        return max(tables, key=lambda table: table.n_rows * max(map(len, table.rows)))
    known = {table.name: table for table in reversed(tables) if table.name}
    numbered = {str(place): table for place, table in enumerate(tables, start=1)}
    if (found := known.get(wanted) or numbered.get(wanted)) is None:
        offers = nearest(wanted, known) or [_shown(place, table) for place, table in enumerate(tables)]
        raise SourceMissing(f"{path} has no table {wanted!r}.", f"Set collect.sheet to: {name_list(offers)}")
    return found


def _laid_out(table: PageTable) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, those of several rows put together, and the rows of values."""
    grid = table.grid()
    n_head = table.n_head or int(is_header(grid[0], grid[1:]) and len(grid) > 1)
    if n_head == 0:
        return [f"column_{place + 1}" for place in range(len(grid[0]))], grid
    names = [" ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*grid[:n_head], strict=True)]
    return names, grid[n_head:]


def _notices(tables: Sequence[PageTable], read: PageTable, asked: str | None) -> list[str]:
    notices = []
    if len(tables) > 1 and asked is None:
        others = [_shown(place, table) for place, table in enumerate(tables) if table is not read]
        notices.append(f"The page has more tables, which were not read: {name_list(others)}.")
    if read.n_foot:
        was = "was" if read.n_foot == 1 else "were"
        notices.append(f"{counted(read.n_foot, 'row')} in the foot of the table {was} left out.")
    return notices


def _shown(place: int, table: PageTable) -> str:
    """A table as it can be asked for."""
    return table.name or str(place + 1)

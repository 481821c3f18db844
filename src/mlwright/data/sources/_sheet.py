"""A sheet of a workbook, cell by cell: opened safely, without the blank rows and the title above its table."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from mlwright.core.errors import SourceEmpty, SourceMissing, SourceUnreadable, name_list, offers
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._dialect import MAX_PREAMBLE_ROWS
from mlwright.data.sources._files import refuse_bomb
from mlwright.data.sources._formats import refuse_foreign
from mlwright.data.sources._header import are_two_heads, is_header, joined, no_header, two_heads
from mlwright.data.sources._merged import Merged, filled, merged_downwards
from mlwright.data.sources._values import spell

BATCH_ROWS = 5_000
SNIFFED_ROWS = 500
EXCEL_ERRORS = {"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_STUMBLES = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
)

Row = list[Any]


@dataclass
class Sheet:
    """One sheet, to be read several times.

    Parameters
    ----------
    path : Path
    title : str
    others : tuple of str
        Names of the other sheets.
    names : tuple of str
        Of the columns; an empty one for a column without a name.
    header_row : int or None
        The row that holds the names, from 1.
    n_above : int
        Rows with something in them above the first row of values.
    notices : tuple of str
        What was seen of the head.
    n_errors : int
        Cells with an Excel error, counted while reading; they count as empty.
    merged : list of Merged
        Cells that are merged downwards.
    """

    path: Path
    title: str
    others: tuple[str, ...]
    names: tuple[str, ...] = ()
    header_row: int | None = None
    n_above: int = 0
    notices: tuple[str, ...] = ()
    n_errors: int = 0
    merged: list[Merged] = field(default_factory=list)

    def columns(self) -> Iterator[list[tuple[Any, ...]]]:
        """The values, a list of columns for every few thousand rows."""
        self.n_errors = 0
        numbered = islice(_rows(self.path, self.title), self.n_above, None)
        rows = filled(((number, self._cells(row)) for number, row in numbered), self.merged)
        while batch := list(islice(rows, BATCH_ROWS)):
            yield list(zip(*batch, strict=True))

    def _cells(self, row: Row) -> Row:
        width = len(self.names)
        cells = [*row[:width], *[None] * (width - len(row))]
        if not EXCEL_ERRORS.isdisjoint(cells):
            self.n_errors += sum(cell in EXCEL_ERRORS for cell in cells)
            return [None if cell in EXCEL_ERRORS else cell for cell in cells]
        return cells


def open_sheet(path: Path, wanted: str | None) -> Sheet:
    """Find a sheet and see where its table is.

    Raises
    ------
    SourceUnreadable
        If the file is no workbook.
    SourceMissing
        If there is no sheet of that name.
    SourceEmpty
        If there is nothing on the sheet.
    """
    _refuse_broken(path)
    visible, titles = _titles(path)
    if wanted is not None and wanted not in titles:
        raise SourceMissing(
            f"{path} has no sheet {wanted!r}; it has {name_list(titles)}.",
            f"Set collect.sheet to: {offers(wanted, titles)}",
        )
    title = wanted or _first_with_table(path, visible or titles)
    sheet = Sheet(path, title, tuple(other for other in titles if other != title))
    top = list(islice(_rows(path, title), SNIFFED_ROWS))
    if not top:
        raise empty(sheet)
    sheet.merged = _merged(path, title)
    return _laid_out(sheet, top)


def _first_with_table(path: Path, titles: list[str]) -> str:
    """The first sheet with two rows of several cells; the first one if there is none, or only one sheet."""
    for title in titles if len(titles) > 1 else ():
        if sum(len(row) > 1 for _, row in islice(_rows(path, title), SNIFFED_ROWS)) >= 2:
            return title
    return titles[0]


def empty(sheet: Sheet) -> SourceEmpty:
    """The error for a sheet without rows."""
    hint = f"Set collect.sheet to one of: {name_list(sheet.others)}" if sheet.others else "Name a workbook with rows."
    return SourceEmpty(f"Sheet {sheet.title!r} of {sheet.path} holds no rows.", hint)


def _laid_out(sheet: Sheet, top: list[tuple[int, Row]]) -> Sheet:
    """Skip titles (rows with one cell above a table of three columns or more), and find the header."""
    filled = [sum(cell is not None for cell in row) for _, row in top]
    is_title = [n == 1 and max(filled) >= 3 for n in filled[: min(MAX_PREAMBLE_ROWS, len(top) - 1)]]
    n_above = next((place for place, title in enumerate(is_title) if not title), 0)
    width = max(len(row) for _, row in top[n_above:])
    refuse_width(width, f"Sheet {sheet.title!r}")
    spelled = [
        ["" if cell is None else spell(cell) for cell in row] + [""] * (width - len(row)) for _, row in top[n_above:]
    ]
    if are_two_heads(spelled):
        sheet.header_row, sheet.n_above = top[n_above][0], n_above + 2
        sheet.names = tuple(joined(spelled[0], spelled[1]))
        sheet.notices = (two_heads(sheet.names),)
    elif is_header(spelled[0], spelled[1:]):
        sheet.header_row, sheet.n_above = top[n_above][0], n_above + 1
        sheet.names = tuple(name.strip() for name in spelled[0])
    else:
        sheet.n_above, sheet.names = n_above, tuple(f"column_{place + 1}" for place in range(width))
        sheet.notices = (no_header(sheet.names),)
    return sheet


def _refuse_broken(path: Path) -> None:
    with open(path, "rb") as file:
        refuse_foreign(path, file.read(512))
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(path, sum(member.file_size for member in archive.infolist()), path.stat().st_size)
    except zipfile.BadZipFile:
        raise _broken(path, "its packing is damaged") from None


def _broken(path: Path, why: str) -> SourceUnreadable:
    return SourceUnreadable(f"{path} is no readable Excel workbook ({why}).", "Open it in Excel and save it anew.")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook, for as long as it is read; what its library stumbles over becomes one clear error."""
    import openpyxl

    with open(path, "rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            yield book
            book.close()
        except _STUMBLES as error:
            raise _broken(path, f"{type(error).__name__}: {error}") from None


def _titles(path: Path) -> tuple[list[str], list[str]]:
    """Names of the visible sheets, and of all."""
    with _opened(path) as book:
        sheets = [(sheet.title, sheet.sheet_state) for sheet in book.worksheets]
    if not sheets:
        raise SourceEmpty(f"{path} has no sheet with cells.", "Name a workbook with a table.")
    return [title for title, state in sheets if state == "visible"], [title for title, _ in sheets]


def _merged(path: Path, title: str) -> list[Merged]:
    with _opened(path) as book, zipfile.ZipFile(path) as archive:
        name = str(getattr(book[title], "_worksheet_path", ""))
        if name not in archive.namelist():
            return []
        with archive.open(name) as sheet:
            return merged_downwards(sheet)


def _rows(path: Path, title: str) -> Iterator[tuple[int, Row]]:
    """Row numbers and cells of the rows that hold anything, without empty cells at their ends."""
    with _opened(path) as book:
        sheet = book[title]
        sheet.reset_dimensions()  # some programs write wrong ones, which would cut rows off
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = [None if cell == "" else cell for cell in cells]
            while row and row[-1] is None:
                row.pop()
            if row:
                yield number, row

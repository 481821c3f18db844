"""The tables of a web page, as grids of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

MAX_COLSPAN, MAX_ROWSPAN = 100, 10_000
_UNSEEN = {"script", "style", "template", "noscript"}

Part = Literal["head", "body", "foot"]
Attributes = list[tuple[str, str | None]]
_PARTS: dict[str, Part] = {"thead": "head", "tbody": "body", "tfoot": "foot"}


@dataclass
class Cell:
    """A cell as it is written: its text in pieces, and over how many columns and rows it goes."""

    is_head: bool
    n_columns: int
    n_rows: int
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a reader sees."""
        return " ".join("".join(self.pieces).split())


@dataclass
class PageTable:
    """One table of a page.

    Parameters
    ----------
    name : str
        Its caption, else its id; may be empty.
    rows : list of list of Cell
        Those that have a cell of their own.
    parts : list
        Of each row, where it stands.
    """

    name: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def n_head(self) -> int:
        """How many of the first rows name the columns: those of the head, or of nothing but head cells."""
        marked = zip(self.rows, self.parts, strict=True)
        is_body = (part != "head" and not all(cell.is_head for cell in row) for row, part in marked)
        return next((place for place, found in enumerate(is_body) if found), 0)

    @property
    def n_foot(self) -> int:
        """How many rows stand in the foot."""
        return self.parts.count("foot")

    @property
    def n_rows(self) -> int:
        """How many rows hold values."""
        return len(self.rows) - self.n_head - self.n_foot

    def grid(self) -> list[list[str]]:
        """The head and the body, every row of one width; a cell over several places stands at each of them."""
        ordered = [row for row, part in zip(self.rows, self.parts, strict=True) if part != "foot"]
        lines = list(_spread(ordered))
        width = max(map(len, lines), default=0)
        return [line + [""] * (width - len(line)) for line in lines]


def _spread(rows: Sequence[list[Cell]]) -> Iterator[list[str]]:
    """The text of each row, with what hangs down into it from the rows above."""
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _hang(line, hanging)
            for _ in range(cell.n_columns):
                if cell.n_rows > 1:
                    hanging[len(line)] = (cell.n_rows, cell.text)
                line.append(cell.text)
        _hang(line, hanging)
        yield line
        hanging = {place: (n - 1, text) for place, (n, text) in hanging.items() if n > 1}


def _hang(line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while len(line) in hanging:
        line.append(hanging[len(line)][1])


class PageReader(HTMLParser):
    """Finds the tables of a page, one inside another or not, whatever ends are left out.

    >>> page = PageReader.read("<table><tr><th>town<th>rain<tr><td rowspan=2>Riga<td>3<tr><td>4</table>")
    >>> page[0].grid(), page[0].n_head
    ([['town', 'rain'], ['Riga', '3'], ['Riga', '4']], 1)
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[PageTable] = []
        self._open: list[PageTable] = []
        self._pieces: list[list[str] | None] = []
        self._parts: list[Part] = []
        self._n_unseen = 0

    @classmethod
    def read(cls, page: str) -> list[PageTable]:
        """The tables in the order in which they begin."""
        reader = cls()
        reader.feed(page)
        reader.close()
        return reader.tables

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Open a table, a row, a cell or a caption."""
        self._n_unseen += tag in _UNSEEN
        if tag == "table":
            self._begin_table(dict(attrs).get("id") or "")
        elif self._open:
            self._begin_inside(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what ends here."""
        self._n_unseen -= tag in _UNSEEN and self._n_unseen > 0
        if not self._open:
            return
        if tag == "table":
            self._open.pop(), self._pieces.pop(), self._parts.pop()
        elif tag == "caption":
            self._open[-1].name = " ".join("".join(self._pieces[-1] or []).split()) or self._open[-1].name
            self._pieces[-1] = None
        elif tag in ("td", "th", "tr"):
            self._pieces[-1] = None

    def handle_data(self, data: str) -> None:
        """Text belongs to the cell that is open."""
        if self._open and not self._n_unseen and (pieces := self._pieces[-1]) is not None:
            pieces.append(data)

    def _begin_table(self, name: str) -> None:
        self.tables.append(PageTable(name))
        self._open.append(self.tables[-1])
        self._pieces.append(None)
        self._parts.append("body")

    def _begin_inside(self, tag: str, attrs: Attributes) -> None:
        if tag in _PARTS:
            self._parts[-1] = _PARTS[tag]
        elif tag == "caption":
            self._pieces[-1] = []
        elif tag == "tr":
            self._begin_row()
        elif tag in ("td", "th"):
            self._begin_cell(tag == "th", dict(attrs))
        elif self._pieces[-1] is not None:
            self._pieces[-1].append(" " if tag in ("br", "p", "div", "li") else "")

    def _begin_row(self) -> None:
        table = self._open[-1]
        self._pieces[-1] = None
        if table.rows and not table.rows[-1]:
            table.parts[-1] = self._parts[-1]
            return
        table.rows.append([])
        table.parts.append(self._parts[-1])

    def _begin_cell(self, is_head: bool, attrs: dict[str, str | None]) -> None:
        if not self._open[-1].rows:
            self._begin_row()
        cell = Cell(is_head, _span(attrs.get("colspan"), MAX_COLSPAN), _span(attrs.get("rowspan"), MAX_ROWSPAN))
        self._open[-1].rows[-1].append(cell)
        self._pieces[-1] = cell.pieces


def _span(written: str | None, most: int) -> int:
    return min(most, max(1, int(written))) if written and written.isascii() and written.isdigit() else 1

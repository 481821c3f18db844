"""How a text table is written: delimiter, quotes, decimal mark, and where its header is.

Everything is judged by the beginning of the file. Each delimiter is tried; the one whose rows agree best in their
number of fields is taken. Quotes are believed unless the rows agree better without them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlwright.core.errors import SourceUnreadable, name_list
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._decimal import decimal_mark
from mlwright.data.sources._header import (
    are_two_heads,
    are_units,
    header_names,
    is_about_the_file,
    is_header,
    joined,
    n_padded,
    no_header,
    two_heads,
)
from mlwright.data.words import counted

DELIMITERS = (",", "\t", ";", "|", "^", "~", "\x01", " ")
DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "blank", "\x1f": "none"}
NO_DELIMITER = "\x1f"
SNIFFED_CHARACTERS = 1 << 18
SNIFFED_ROWS = 1000
SNIFFED_CELLS = 100_000
MAX_FIELD_CHARACTERS = 16 << 20
MAX_PREAMBLE_ROWS = 50

csv.field_size_limit(MAX_FIELD_CHARACTERS)  # Python's own limit of 131,072 is less than a long text


@dataclass(frozen=True)
class Dialect:
    """How a text table is written.

    Parameters
    ----------
    delimiter : str
    quote, escape : str or None
        None where there is none.
    decimal : str
        The decimal mark of numbers.
    names : tuple of str
        As the header says, else ``column_1`` and so on.
    header_line : int or None
        The line that holds the header, from 1.
    n_skipped : int
        Lines above the first row of values.
    notices : tuple of str
    heads : tuple of tuple of str
        The rows of the head as they are written; rows of the table that are equal to one of them hold no values.
    """

    delimiter: str
    quote: str | None
    escape: str | None
    decimal: str
    names: tuple[str, ...]
    header_line: int | None
    n_skipped: int
    notices: tuple[str, ...] = ()
    heads: tuple[tuple[str, ...], ...] = ()

    def details(self) -> dict[str, str]:
        """What was found out, for the lineage."""
        return {
            "delimiter": DELIMITER_NAMES.get(self.delimiter, repr(self.delimiter)),
            "quote": self.quote or "none",
            "decimal": self.decimal,
            "header": "none" if self.header_line is None else f"line {self.header_line}",
        }


@dataclass(frozen=True)
class Line:
    """The fields of one row, and the last line that it takes."""

    fields: list[str]
    last_line: int


def find_dialect(sample: str, where: str, *, complete: bool, decimal: str | None = None) -> Dialect:
    """Find out how a text table is written, from its beginning.

    Parameters
    ----------
    sample : str
    where : str
        What the file is called in messages.
    complete : bool
        Whether the sample is the whole file.
    decimal : str, optional
        The decimal mark where the file leaves it open.

    Raises
    ------
    SourceUnreadable
        If not even the first row can be found, or it has too many columns.
    """
    if not complete:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    announced = re.match(r"\ufeff?sep=(.)\r?[\n\r]", sample, re.IGNORECASE)
    n_above = 1 if announced else 0
    if announced:
        sample = sample[announced.end() :]
    delimiter = announced[1] if announced else _find_delimiter(sample[:SNIFFED_CHARACTERS])
    quote, escape = _find_quotes(sample, delimiter)
    rows = list(_rows(sample, delimiter, quote, escape, SNIFFED_ROWS))
    if not rows:
        raise SourceUnreadable(
            f"The first row of {where} does not end within {len(sample) or MAX_FIELD_CHARACTERS} characters.",
            "Name a file whose lines end, and whose quotes are closed.",
        )
    refuse_width(_common_width([row.fields for row in rows])[0], where)
    found = _laid_out(rows, delimiter, quote, escape, n_above)
    values = [row.fields for row in rows if row.last_line > found.n_skipped - n_above]
    mark, notices = decimal_mark([row for row in values if tuple(row) not in found.heads], delimiter, decimal)
    return replace(found, decimal=mark, notices=(*found.notices, *notices))


def parse_rows(lines: Iterator[str], delimiter: str, quote: str | None, escape: str | None) -> Iterator[Line]:
    """Rows by Python's own reader, with their line numbers; blank lines are no rows."""
    reader = reader_of(lines, delimiter, quote, escape)
    try:
        for fields in reader:
            if fields:
                yield Line(fields, reader.line_num)
    except csv.Error:
        return


def reader_of(lines: Iterator[str], delimiter: str, quote: str | None, escape: str | None, strict: bool = False) -> Any:
    """Python's own reader; a strict one refuses quotes in wrong places."""
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or '"',
        escapechar=escape,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=True,
        strict=strict,
    )


def _rows(text: str, delimiter: str, quote: str | None, escape: str | None, limit: int) -> Iterator[Line]:
    for count, row in enumerate(parse_rows(io.StringIO(text, newline=""), delimiter, quote, escape)):
        if count == limit:
            return
        yield row


def _find_delimiter(text: str) -> str:
    scores = {delimiter: _agreement(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else _prominent(text)


def _prominent(text: str) -> str:
    """The delimiter that most rows and the first one hold, though they disagree: then the file is broken."""
    for delimiter in DELIMITERS[:4]:
        widths = [len(row.fields) for row in _rows(text, delimiter, '"', None, SNIFFED_ROWS)]
        if widths and widths[0] > 1 and 2 * sum(width > 1 for width in widths) > len(widths):
            return delimiter
    return NO_DELIMITER


def _agreement(text: str, delimiter: str) -> float:
    """How well the rows agree in their number of fields, from 0 to 2; fields that hold other delimiters count less."""
    rows = [row.fields for row in _rows(text, delimiter, '"', None, SNIFFED_ROWS)]
    width, n_agreeing = _common_width(rows)
    share = n_agreeing / max(len(rows), 1)
    if width < 2 or share < 0.5 or (delimiter == " " and not _may_be_blanks(rows, width, share)):
        return 0.0
    others = "".join(other for other in ",;\t|" if other != delimiter)
    fields = [field for row in rows if len(row) == width for field in row]
    n_clean = sum(not any(other in field for other in others) for field in fields)
    return share * (1 + n_clean / len(fields)) * (0.5 if delimiter == " " else 1.0)


def _may_be_blanks(rows: Sequence[Sequence[str]], width: int, share: float) -> bool:
    """Whether blanks stand between fields and not between words: rows are alike, and the header has a name for each."""
    return width >= 3 and share >= 0.99 and len(rows[0]) >= width - 1


def _common_width(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The most common number of fields, and how many rows have it; of equals the larger."""
    counts = Counter(map(len, rows))
    return max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))


def _find_quotes(text: str, delimiter: str) -> tuple[str | None, str | None]:
    """The quote and the escape under which the rows agree best; of equals the usual ones."""
    if '"' not in text:
        return ("'" if _all_in_single_quotes(text, delimiter) else '"'), None
    ways: list[tuple[str, str | None]] = [('"', None), ('"', "\\")] if '\\"' in text else [('"', None)]
    usual = min(ways, key=lambda way: _n_ragged(text, delimiter, *way))
    n_ragged = _n_ragged(text, delimiter, *usual)
    if n_ragged == 0 and _quotes_are_well_placed(text, delimiter, *usual):
        return usual
    n_lines = sum(1 for _ in _rows(text, delimiter, None, None, len(text)))
    n_rows = sum(1 for _ in _rows(text, delimiter, *usual, len(text)))
    senseless = _n_ragged(text, delimiter, None, None) == 0 and (n_ragged > 0 or n_lines > n_rows)
    return (None, None) if senseless else usual


def _n_ragged(text: str, delimiter: str, quote: str | None, escape: str | None) -> int:
    rows = [row.fields for row in _rows(text, delimiter, quote, escape, len(text))]
    return len(rows) - _common_width(rows)[1]


def _quotes_are_well_placed(text: str, delimiter: str, quote: str, escape: str | None) -> bool:
    """Whether every quote that is opened is closed right before a delimiter or the end of a line."""
    try:
        for _ in reader_of(io.StringIO(text, newline=""), delimiter, quote, escape, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _all_in_single_quotes(text: str, delimiter: str) -> bool:
    """Whether there is a column whose values all stand in single quotes."""
    rows = [row.fields for row in _rows(text, delimiter, None, None, SNIFFED_ROWS)][1:]
    width, _ = _common_width(rows)
    rows = [row for row in rows if len(row) == width]
    return len(rows) >= 3 and any(
        all(len(field) >= 2 and field[0] == field[-1] == "'" for field in column) for column in zip(*rows, strict=True)
    )


def _laid_out(rows: list[Line], delimiter: str, quote: str | None, escape: str | None, n_above: int) -> Dialect:
    width, n_agreeing = _common_width([row.fields for row in rows])
    width = width if 2 * n_agreeing >= len(rows) else len(rows[0].fields)
    n_preamble = _count_preamble(rows, width)
    judged = [row.fields for row in rows[n_preamble : n_preamble + SNIFFED_CELLS // max(width, 1)]]
    n_preamble += 1 if is_about_the_file(judged, width) else n_padded(judged, width)
    notices = [f"Skipped above the table: {counted(n_preamble, 'line')}."] if n_preamble else []
    above = rows[n_preamble - 1].last_line if n_preamble else 0
    first, body = rows[n_preamble], [row.fields for row in rows[n_preamble + 1 :]]
    names, header_line = [f"column_{place + 1}" for place in range(width)], None
    n_heads = 0
    judged = [row for row in body if len(row) == width][: max(10, SNIFFED_CELLS // width)]
    if len(first.fields) == width and judged[:1] == body[:1] and are_two_heads([first.fields, *judged]):
        names = joined(first.fields, judged[0])
        header_line, above, n_heads = above + n_above + 1, rows[n_preamble + 1].last_line, 2
        notices.append(two_heads(names))
    elif is_header(first.fields, judged):
        names = header_names(first.fields, body, width, notices)
        header_line, above, n_heads = above + n_above + 1, first.last_line, 1
        if len(set(filter(None, names))) == len(names) and judged[:1] == body[:1] and are_units(judged):
            above, n_heads = rows[n_preamble + 1].last_line, 2
            told = name_list(f"{name} ({unit})" for name, unit in zip(names, body[0], strict=False) if unit.strip())
            notices.append(f"The line under the header holds units and no values, and was left out: {told}.")
    else:
        notices.append(no_header(names))
    heads = [tuple(row.fields) for row in rows[n_preamble : n_preamble + n_heads] if len(row.fields) == width]
    skipped = above + n_above
    return Dialect(delimiter, quote, escape, ".", tuple(names), header_line, skipped, tuple(notices), tuple(heads))


def _count_preamble(rows: list[Line], width: int) -> int:
    """Rows above the table: titles and remarks, which have fewer fields than a header could have."""
    least = max(2, width - 1)
    if width < 2:
        return 0
    limit = min(MAX_PREAMBLE_ROWS, len(rows) - 1)
    return next((count for count in range(limit + 1) if len(rows[count].fields) >= least), 0)

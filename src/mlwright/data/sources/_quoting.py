"""Quotes that are opened and not closed where they should be, so that several lines become one row.

A line break inside quotes is lawful, so a row of several lines is doubted only on evidence: its quotes are not placed
as quotes must be, or each of its lines would be a whole row by itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from mlwright.data.sources._dialect import Dialect, reader_of
from mlwright.data.sources._types import Spelled, convert

SHOWN_CHARACTERS = 60
LINES_JUDGED = 20
TELLING_WIDTH = 4
"""So many fields in each line are no chance, even where every column is text."""


@dataclass(frozen=True)
class OpenQuote:
    """A row of several lines, which a quote in its first line has probably joined by mistake.

    Parameters
    ----------
    first_line, last_line : int
        From 1.
    beginning : str
        Of the first line.
    at_end : bool
        Whether nothing follows: the quote may be open until the end of the file.
    """

    first_line: int
    last_line: int
    beginning: str
    at_end: bool

    def __str__(self) -> str:
        return f"line {self.first_line:,} ({self.beginning})"


def open_quotes(lines: Iterable[str], dialect: Dialect, kinds: list[Spelled | None]) -> Iterator[OpenQuote]:
    """The rows of several lines that look like several rows, in the order of the file.

    Parameters
    ----------
    lines : iterable of str
        The whole file, each line with its end.
    dialect : Dialect
        With quotes.
    kinds : list
        The types of the columns.
    """
    row: list[str] = []
    first_line = 1
    for first_line, row in _rows_of_lines(lines, dialect):
        if len(row) > 1 and first_line > dialect.n_skipped and _is_doubtful(row, dialect, kinds):
            yield OpenQuote(first_line, first_line + len(row) - 1, _beginning(row[0]), at_end=_stays_open(row, dialect))
    if len(row) == 1 and _stays_open(row, dialect):
        yield OpenQuote(first_line, first_line, _beginning(row[0]), at_end=True)


def _rows_of_lines(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each row as the lines that it takes, with the number of the first."""
    taken: list[str] = []
    reader = reader_of(_noted(lines, taken), dialect.delimiter, dialect.quote, dialect.escape)
    first_line, more = 1, True
    while more:
        try:
            next(reader)
        except StopIteration:
            return
        except csv.Error:
            more = False
        yield first_line, taken.copy()
        first_line += len(taken)
        taken.clear()


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _is_doubtful(row: list[str], dialect: Dialect, kinds: list[Spelled | None]) -> bool:
    if _is_misquoted(row, dialect):
        return True
    telling = len(kinds) >= TELLING_WIDTH or any(kind not in (None, "string") for kind in kinds)
    judged = row[:LINES_JUDGED]
    if not telling or any(line.count(dialect.delimiter) != len(kinds) - 1 for line in judged):
        return False
    return all(_fits(line, dialect, kinds) for line in judged)


def _is_misquoted(row: list[str], dialect: Dialect) -> bool:
    """Whether a quote of the row is closed before anything else than a delimiter or the end of the row."""
    try:
        for _ in reader_of(iter(row), dialect.delimiter, dialect.quote, dialect.escape, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _stays_open(row: list[str], dialect: Dialect) -> bool:
    """Whether the row ends inside quotes, which only the last row of a file can."""
    n_quotes = sum(line.count(dialect.quote or "") for line in row)
    end = "\n" if row[-1].endswith(("\n", "\r")) else "\n\n"
    return n_quotes % 2 == 1 and len(list(_rows_of_lines([*row, end], dialect))) == 1


def _fits(line: str, dialect: Dialect, kinds: list[Spelled | None]) -> bool:
    """Whether the values of a line, read without quotes, are of the types of the columns."""
    values = [value.strip('"') or None for value in line.rstrip("\r\n").split(dialect.delimiter)]
    return all(
        value is None or convert(pa.array([value]), kind, decimal=dialect.decimal) is not None
        for value, kind in zip(values, kinds, strict=True)
    )


def _beginning(line: str) -> str:
    text = line.rstrip("\r\n")
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."

"""Cells of a sheet that are merged downwards: what stands in the first of them is meant for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

CHUNK_BYTES = 1 << 20
LONGEST_BYTES = 200
_RANGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"\$?([A-Z]{1,3})\$?([0-9]+):\$?([A-Z]{1,3})\$?([0-9]+)\"")


class Merged(NamedTuple):
    """A column's cells from one row to another, both counted from 1; the column from 0."""

    column: int
    first_row: int
    last_row: int


def merged_downwards(sheet: IO[bytes]) -> list[Merged]:
    """The merged cells of a sheet's XML that span several rows, by their first row."""
    found, rest = set[Merged](), b""
    while chunk := sheet.read(CHUNK_BYTES):
        text = rest + chunk
        for name, first, _, last in _RANGE.findall(text):
            if int(last) > int(first):
                found.add(Merged(_place(name.decode()), int(first), int(last)))
        rest = text[-LONGEST_BYTES:]
    return sorted(found, key=lambda merged: merged.first_row)


def filled(rows: Iterable[tuple[int, list[Any]]], merged: list[Merged]) -> Iterator[list[Any]]:
    """The cells of numbered rows, where those merged with one above hold what that holds."""
    waiting, held = list(reversed(merged)), dict[int, tuple[int, Any]]()
    for number, cells in rows:
        while waiting and waiting[-1].first_row <= number:
            one = waiting.pop()
            if one.first_row == number and one.column < len(cells):
                held[one.column] = (one.last_row, cells[one.column])
        for column, (last_row, value) in list(held.items()):
            if number > last_row:
                del held[column]
            elif cells[column] is None:
                cells[column] = value
        yield cells


def _place(letters: str) -> int:
    """The place of a column, from 0.

    >>> _place("A"), _place("Z"), _place("AA")
    (0, 25, 26)
    """
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1

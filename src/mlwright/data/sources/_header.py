"""Whether the first row of a text table holds names, and which."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from mlwright.core.errors import name_list
from mlwright.data.sources._types import convert, widen

FEWEST_BELOW, LEAST_UNITS, LONGEST_UNIT = 4, 2, 15
FEWEST_OF_A_TITLE = 3
"""Columns of a table above which a row of one filled cell is a title."""
ANSWERS = {"response", "open-ended response"}
"""How SurveyMonkey names the one column of a question."""
MISSING_WORDS = {"", "?", "-", "--", ".", "na", "n/a", "nan", "null", "none", "nil", "missing", "unknown"}


def is_header(first: list[str], body: list[list[str]]) -> bool:
    """Whether the first row names the columns instead of holding values.

    It does if a column of numbers, dates or flags begins with a word; it does not if a cell fits such a column, or
    comes again below. Without any such sign it does if its cells are different words. Rows that are equal to it are
    not looked at: files that were joined with their headers.
    """
    cells = [cell.strip() for cell in first]
    others = [row for row in body if row != first]
    if body and not others:
        return False
    body = others
    if not body:
        return all(re.search(r"[^\W\d_]", cell) for cell in cells if cell) and len(set(cells)) == len(cells)
    if _counts_up(cells):
        return True
    signs = [_sign(cell, [row[place] for row in body]) for place, cell in enumerate(cells[: len(body[0])])]
    if any(sign > 0 for sign in signs):
        return True
    named = [cell for cell in cells if cell]
    return all(sign == 0 for sign in signs) and len(set(named)) == len(named) > 0


def is_about_the_file(rows: list[list[str]], width: int) -> bool:
    """Whether the first row is wider than the table and the names stand below it, as in the exports of DATEV."""
    if len(rows) < 3 or len(rows[0]) <= width or not any(rows[0][width:]):
        return False
    return len(rows[1]) == width and is_header(rows[1], [row for row in rows[2:] if len(row) == width])


def n_padded(rows: list[list[str]], width: int) -> int:
    """How many rows of the table's width stand above its head: a title in the first cell, or nothing at all.

    A spreadsheet fills up a title and the blank line under it with delimiters. Below them stands a head of which half
    of the cells are filled at least.
    """
    n_rows = next((n for n, row in enumerate(rows) if any(cell.strip() for cell in row[1:])), 0)
    if not n_rows or width < FEWEST_OF_A_TITLE or not any(rows[0]):
        return 0
    head, *body = [row for row in rows[n_rows:] if len(row) == width] or [[]]
    is_filled = 2 * sum(bool(cell.strip()) for cell in head) >= width
    return n_rows if are_two_heads([head, *body]) or (is_filled and is_header(head, body)) else 0


def are_units(body: list[list[str]]) -> bool:
    """Whether the first of the rows says in which units the numbers below it are: ``kg``, ``%``, ``$/year``."""
    n_numbers = n_units = 0
    for place, cell in enumerate(body[0] if len(body) > FEWEST_BELOW else ()):
        values = [row[place] for row in body[1:] if row[place].strip().lower() not in MISSING_WORDS]
        unit = cell.strip()
        if unit.lower() in MISSING_WORDS or len(values) < FEWEST_BELOW:
            continue
        if widen(None, pa.array(values, pa.string())) in ("int64", "double"):
            n_numbers += 1
            n_units += len(unit) <= LONGEST_UNIT and convert(pa.array([unit]), "double") is None
    return n_units >= LEAST_UNITS and 2 * n_units > n_numbers


def are_two_heads(rows: list[list[str]]) -> bool:
    """Whether names that span several columns stand above the names of these columns.

    Cells that are merged with the one before them are empty: below each of them, and below the first of them, stands a
    name, one of them above numbers, dates or flags at least. Columns on the left in which nothing stands do not count.
    """
    n_empty = next((place for place, cells in enumerate(zip(*rows, strict=True)) if any(cells)), 0)
    if len(rows) < 3 or not rows[0][n_empty]:
        return False
    above, below, *rest = (row[n_empty:] for row in rows)
    spanned = [place for place, name in enumerate(above) if not name]
    under = {place - 1 for place in spanned if above[place - 1]} | set(spanned)
    words = [name for name in below if name]
    are_names = all(re.search(r"[^\W\d_]", name) for name in words) and all(below[place] for place in under)
    if not spanned or not are_names or not is_header(joined(above, below), rest):
        return False
    return any(_sign(cell.strip(), [row[place] for row in rest]) > 0 for place, cell in enumerate(below))


def joined(above: list[str], below: list[str]) -> list[str]:
    """The names of two rows, each with the one that spans it; where that asks, the word for an answer says nothing."""
    found, span = [], ""
    for high, low in zip(above, below, strict=True):
        span = high.strip() or span
        says_nothing = bool(high) and low.strip().casefold() in ANSWERS
        found.append(span if not low or says_nothing else f"{span} {low.strip()}".strip())
    return found


def two_heads(names: Sequence[str]) -> str:
    """What is told where the head has two rows."""
    return f"The head has two rows, whose names were joined: {name_list(filter(None, names))}."


def no_header(names: Sequence[str]) -> str:
    """What is told where the first row looks like values."""
    named = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
    return f"The first row looks like values, not like names: it was read as a row, and the columns were named {named}."


def header_names(header: list[str], body: list[list[str]], width: int, notices: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    while len(names) > width and not names[-1]:
        names.pop()
    if len(names) == width - 1:
        if all(not row[-1].strip() for row in body if len(row) == width):
            return [*names, ""]
        notices.append("The header is one name short of the rows; the first column was named 'row_name'.")
        return ["row_name", *names]
    return names


def _sign(cell: str, below: list[str]) -> int:
    """1 if the cell can only be a name, -1 if it looks like one of the values below it, else 0."""
    values = [value for value in below if value.strip().lower() not in MISSING_WORDS]
    if cell.lower() in MISSING_WORDS or not values:
        return 0
    kind = widen(None, pa.array(values, pa.string()))
    if kind == "string":
        return -1 if cell in values else 0
    wider = "double" if kind == "int64" else kind
    if convert(pa.array([cell]), wider) is not None:
        return -1
    return 1 if re.search(r"[^\W\d_]", cell) else 0


def _counts_up(cells: list[str]) -> bool:
    """Whether the cells are 0, 1, 2, ... or three years or more in a row."""
    numbers = [int(cell) for cell in cells if re.fullmatch(r"[0-9]{1,5}", cell)]
    in_a_row = len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return in_a_row and ((numbers[0] == 0 and len(numbers) == len(cells)) or 1800 <= numbers[0] <= 2200)

"""How a text table is written, as far as its values do not say: so that a new file can look like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.sources._dialect import Dialect

N_ROWS = 500


@dataclass(frozen=True)
class TextStyle:
    """How rows of text are written.

    Parameters
    ----------
    head : str
        All that stands above the first row, the header among it.
    delimiter : str
    quote : str or None
        None where quotes are ordinary characters.
    newline : str
    quoted : tuple of bool
        For each column, whether its values stand in quotes also where they need none.
    is_ended : bool
        Whether the last line ends as the others do.
    """

    head: str
    delimiter: str
    quote: str | None
    newline: str
    quoted: tuple[bool, ...]
    is_ended: bool = True

    def with_commas(self, names: Sequence[str]) -> TextStyle:
        """The same with commas and a header of one line, as a file that is called ``.csv`` is expected to be."""
        plain = replace(self, head="", delimiter=",", quote='"', quoted=(False,) * len(names))
        header = plain.rows(pa.table({str(place): [name] for place, name in enumerate(names)}))
        return replace(plain, head=header.decode())

    def rows(self, table: pa.Table) -> bytes:
        """Rows of text as bytes of UTF-8; a null is an empty field, an empty text one in quotes."""
        columns = [self._column(c.combine_chunks(), a) for c, a in zip(table.columns, self.quoted, strict=True)]
        lines: list[str] = pc.binary_join_element_wise(*columns, self.delimiter).to_pylist() if len(table) else []
        return "".join(line + self.newline for line in lines).encode("utf-8", "surrogatepass")

    def _column(self, values: pa.Array, always: bool) -> pa.Array:
        if self.quote is None:
            return pc.fill_null(values, "")
        q = self.quote
        needed = pc.match_substring_regex(values, rf"^$|[\r\n{re.escape(q)}{re.escape(self.delimiter)}]")
        in_quotes = pc.binary_join_element_wise(q, pc.replace_substring(values, q, q + q), q, "")
        return pc.fill_null(in_quotes if always else pc.if_else(needed, in_quotes, values), "")


def find_style(sample: str, dialect: Dialect, *, is_ended: bool = True) -> TextStyle:
    """How a file is written, from its beginning, and how it ends."""
    lines = sample.splitlines(keepends=True)
    newline = "\r\n" if lines[0].endswith("\r\n") else "\r" if lines[0].endswith("\r") else "\n"
    head = "".join(lines[: dialect.n_skipped])
    body = "".join(lines[dialect.n_skipped :])
    quoted = _quoted(body, dialect) if dialect.quote else (False,) * len(dialect.names)
    return TextStyle(head, dialect.delimiter, dialect.quote, newline, quoted, is_ended)


def _quoted(text: str, dialect: Dialect) -> tuple[bool, ...]:
    """The columns of which every value that is there stands in quotes, and one of them needs none."""
    q, d = re.escape(dialect.quote or '"'), re.escape(dialect.delimiter)
    field = re.compile(rf"({q}(?:[^{q}]|{q}{q})*{q}|[^{d}\r\n]*)({d}|\r\n|\r|\n|$)")
    needs = re.compile(rf"[\r\n{d}]").search
    n = len(dialect.names)
    bare, spare = [False] * n, [False] * n
    place = row = column = 0
    while place < len(text) and row < N_ROWS and (match := field.match(text, place)):
        value = match[1]
        if value and column < n:
            in_quotes = value[0] == dialect.quote
            bare[column] |= not in_quotes
            spare[column] |= in_quotes and not needs(value) and (dialect.quote or '"') not in value[1:-1]
        column = column + 1 if match[2] == dialect.delimiter else 0
        row += column == 0
        place = match.end()
    return tuple(has and not some for has, some in zip(spare, bare, strict=True))

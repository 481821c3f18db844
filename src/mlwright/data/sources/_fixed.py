"""Text tables of fixed width: every field begins at the same character of its line, and blanks fill it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from mlwright.core.errors import SourceUnreadable
from mlwright.data.sources import Reading
from mlwright.data.sources._dialect import NO_DELIMITER, Dialect
from mlwright.data.sources._rows import string_batches
from mlwright.data.sources._text import TextFile
from mlwright.data.sources._types import PLAIN, Spelled, convert, in_utc_notice, widen

LEAST_LINES = 10
MOST_LINES = 1_000


def find_cuts(sample: str, dialect: Dialect) -> tuple[int, ...]:
    """Where the fields begin, from 0; empty where the lines are no table of fixed width.

    A field begins after characters that are blank in the header and in each of the lines looked at (10 to 1,000 of
    them), and the header names it.
    """
    if dialect.delimiter != NO_DELIMITER or dialect.header_line is None:
        return ()
    lines = sample.splitlines()
    header, body = (
        lines[dialect.header_line - 1],
        [line for line in lines[dialect.n_skipped : MOST_LINES] if line.strip()],
    )
    if len(body) < LEAST_LINES or "\t" in header:
        return ()
    width = max(map(len, [header, *body[:-1]]))
    is_blank = [all(line[place : place + 1] in ("", " ") for line in (header, *body[:-1])) for place in range(width)]
    starts = [place for place in range(width) if not is_blank[place] and (place == 0 or is_blank[place - 1])]
    named = [bool(header[start:end].strip()) for start, end in pairwise([*starts, width])]
    return tuple(starts) if len(starts) > 1 and all(named) else ()


def fixed_reading(file: TextFile, dialect: Dialect, block_bytes: int, cuts: Sequence[int]) -> Reading:
    """The table, read twice: once for the types, once for the values."""
    header = file.sample().splitlines()[(dialect.header_line or 1) - 1]
    ends = [*cuts[1:], None]
    names = [header[start:end].strip() for start, end in zip(cuts, ends, strict=True)]
    kinds: list[Spelled | None] = [None] * len(names)
    for columns in _fields(file, dialect, block_bytes, cuts):
        kinds = [widen(kind, column) for kind, column in zip(kinds, columns, strict=True)]
    schema = pa.schema([pa.field(name, PLAIN[kind]) for name, kind in zip(names, kinds, strict=True)])
    places = ", ".join(str(start + 1) for start in cuts)
    notices = [f"Read as columns of fixed width, which begin at the characters {places}.", *in_utc_notice(names, kinds)]
    details = {**dialect.details(), **file.details(), "delimiter": "fixed width"}
    return Reading(schema, _typed(file, dialect, block_bytes, cuts, kinds, schema), details, notices)


def _typed(
    file: TextFile,
    dialect: Dialect,
    block_bytes: int,
    cuts: Sequence[int],
    kinds: Sequence[Spelled | None],
    schema: pa.Schema,
) -> Iterator[pa.RecordBatch]:
    for columns in _fields(file, dialect, block_bytes, cuts):
        values = [convert(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        if any(value is None for value in values):
            raise SourceUnreadable(f"{file.path} changed while it was read.", "Start again when it is finished.")
        yield pa.RecordBatch.from_arrays(values, schema=schema)


def _fields(file: TextFile, dialect: Dialect, block_bytes: int, cuts: Sequence[int]) -> Iterator[list[pa.Array]]:
    for batch in string_batches(file.open(), dialect, block_bytes, lambda row: "skip"):
        fields = [
            pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(batch.column(0), start, end))
            for start, end in zip(cuts, [*cuts[1:], None], strict=True)
        ]
        yield [pc.if_else(pc.equal(field, ""), None, field) for field in fields]

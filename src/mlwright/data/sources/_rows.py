"""Rows of a text table as batches of strings, by Arrow's own parser."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from mlwright.core.errors import SourceUnreadable
from mlwright.data.sources._dialect import MAX_FIELD_CHARACTERS, Dialect
from mlwright.data.sources._text import Utf8Stream


class EndlessRow(Exception):
    """A row is longer than a block, as when a quote is opened and never closed."""


def string_batches(
    stream: Utf8Stream, dialect: Dialect, block_bytes: int, ragged: Callable[[Any], str], *, in_order: bool = False
) -> Iterator[pa.RecordBatch]:
    """The rows of a stream, every value as text; empty fields without quotes are null.

    Parameters
    ----------
    stream : Utf8Stream
        Is closed at the end.
    dialect : Dialect
    block_bytes : int
        How much is parsed at once; no row may be longer.
    ragged : callable
        Called with every row of another width, which is then left out.
    in_order : bool
        Whether ragged rows must come with their numbers and in order, which keeps the parser to one thread.

    Raises
    ------
    EndlessRow
        If a row is longer than a block.
    """
    try:
        with stream, _opened(stream, dialect, block_bytes, ragged, in_order) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        text = str(error)
        if "straddling" in text:
            raise EndlessRow from None
        if "Empty CSV" not in text and "Could not skip" not in text:
            raise


def refuse_huge(batch: pa.RecordBatch, n_before: int, names: Sequence[str], where: str) -> None:
    """Refuse a value that is no value of a table but a whole document.

    Raises
    ------
    SourceUnreadable
        If one is longer than `MAX_FIELD_CHARACTERS`; says where.
    """
    if batch.nbytes < MAX_FIELD_CHARACTERS:
        return
    for name, column in zip(names, batch.columns, strict=True):
        lengths = pc.binary_length(column)
        if (longest := pc.max(lengths).as_py() or 0) > MAX_FIELD_CHARACTERS:
            row = n_before + pc.index(lengths, longest).as_py() + 1
            raise SourceUnreadable(
                f"{where} holds a value of {longest / 1e6:.0f} MB (row {row}, column {name!r}); "
                f"up to {MAX_FIELD_CHARACTERS >> 20} MB are taken.",
                "Mend the row, or close the quote that is open before it.",
            )


def _opened(
    stream: Utf8Stream, dialect: Dialect, block_bytes: int, ragged: Callable[[Any], str], in_order: bool
) -> pa_csv.CSVStreamingReader:
    names = [f"c{place}" for place in range(len(dialect.names))]
    return pa_csv.open_csv(
        io.BufferedReader(stream, 1 << 20),
        read_options=pa_csv.ReadOptions(
            column_names=names, block_size=block_bytes, skip_rows=dialect.n_skipped, use_threads=not in_order
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=ragged,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    )

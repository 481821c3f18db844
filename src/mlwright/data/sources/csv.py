"""Text tables: CSV, TSV and their like, read twice: once to learn what the columns are, once for the values."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceEmpty, SourceUnreadable
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._beside import Tail, remarks_below, told, without_heads, without_last
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._dialect import Dialect, Line, find_dialect
from mlwright.data.sources._files import find_file
from mlwright.data.sources._fixed import find_cuts, fixed_reading
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._quoting import OpenQuote, open_quotes
from mlwright.data.sources._ragged import N_LINES_NAMED, Below, Mender, ragged_lines, rows_below, too_many
from mlwright.data.sources._rows import EndlessRow, refuse_huge, string_batches
from mlwright.data.sources._style import TextStyle, find_style
from mlwright.data.sources._text import TextFile
from mlwright.data.sources._types import PLAIN, Spelled, convert, in_utc_notice, widen
from mlwright.data.words import counted

BLOCK_BYTES = 4 << 20
LARGE_BLOCK_BYTES = 32 << 20
WIDE_COLUMNS = 500


class Csv(Source):
    """A file of delimited text, packed or not."""

    title: ClassVar[str] = "Text table (CSV, TSV)"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it looks like a text table; a file of unknown ending that is nothing else counts as one."""
        return format_of(location) == "csv"

    def read(self) -> Reading:
        """Learn what the file holds, and begin to read its rows."""
        file, survey = self._surveyed()
        if cuts := find_cuts(file.sample(), survey.dialect):
            return fixed_reading(file, survey.dialect, survey.block_bytes, cuts)
        return self._reading(file, survey)

    def read_spelled(self) -> tuple[Reading, TextStyle] | None:
        """The same rows with every value as it is written, and how the file is; None for fields of fixed width."""
        file, survey = self._surveyed()
        if find_cuts(file.sample(), survey.dialect):
            return None
        as_text = replace(survey, kinds=["string" for _ in survey.kinds])
        return self._reading(file, as_text), find_style(file.sample(), survey.dialect, is_ended=file.is_ended)

    def _surveyed(self) -> tuple[TextFile, Survey]:
        file = TextFile(find_file(str(self.settings.source)), lambda share: self.tick(share / 2))
        survey = file.settle(lambda: _survey(file, self.settings.decimal))
        if survey.n_rows == 0:
            raise SourceEmpty(f"{file.path} has a header but no rows.", "Name a file with rows.")
        file.tick = lambda share: self.tick(0.5 + share / 2)
        return file, survey

    @staticmethod
    def _reading(file: TextFile, survey: Survey) -> Reading:
        types = [PLAIN[kind] for kind in survey.kinds]
        schema = pa.schema([pa.field(*pair) for pair in zip(survey.dialect.names, types, strict=True)])
        notices = [*survey.dialect.notices, *file.guessed_encoding(), *survey.notices]
        notices += in_utc_notice(survey.dialect.names, survey.kinds)
        batches = _typed_batches(file, survey, schema, notices)
        return Reading(schema, batches, {**survey.dialect.details(), **file.details(), **survey.details()}, notices)


@dataclass(frozen=True)
class Survey:
    """What a first reading of the whole file has shown."""

    dialect: Dialect
    block_bytes: int
    kinds: list[Spelled | None]
    n_rows: int
    n_ragged: int
    n_lines: int
    n_quotes: int
    notices: tuple[str, ...] = ()
    n_below: int = 0
    n_heads: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def n_broken(self) -> int:
        """Ragged rows in the table."""
        return self.n_ragged - self.n_below

    def details(self) -> dict[str, str]:
        """What was found out, for the lineage."""
        return {"ragged_rows": str(self.n_ragged)} if self.n_ragged else {}


class _Counter:
    """Counts ragged rows, from whichever thread."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def take(self, row: Any) -> str:
        next(self._numbers)
        return "skip"

    def total(self) -> int:
        return next(self._numbers)


def _survey(file: TextFile, decimal: str | None) -> Survey:
    """Read the whole file with quotes; where they make no sense of it, without."""
    dialect = find_dialect(file.sample(), str(file.path), complete=file.complete, decimal=decimal)
    refuse_width(len(dialect.names), str(file.path))
    wide = len(dialect.names) > WIDE_COLUMNS
    quoted = replace(dialect, quote=dialect.quote or '"')
    for block_bytes in (LARGE_BLOCK_BYTES,) if wide else (BLOCK_BYTES, LARGE_BLOCK_BYTES):
        try:
            survey = _survey_once(file, dialect, block_bytes)
        except EndlessRow:
            continue
        found = _joined_lines(file, survey, quoted)
        if survey.dialect.quote is None or not (found and found[-1].at_end):
            return replace(survey, notices=(*survey.notices, *_joined_notice(survey, found)))
        break
    found = _find_open_quotes(file, quoted, [None] * len(dialect.names))
    where = str(found[-1]) if found else "a line that could not be found"
    if dialect.quote is not None:
        unquoted = _survey_unquoted(file, replace(dialect, quote=None), where)
        if unquoted is not None:
            return unquoted
    raise SourceUnreadable(
        f"{file.path} has a quote that is opened and never closed, or a row of more than {LARGE_BLOCK_BYTES >> 20} MB: "
        f"{where}.",
        "Close the quote in that line, or name the right file.",
    )


def _joined_lines(file: TextFile, survey: Survey, quoted: Dialect) -> list[OpenQuote]:
    """The rows that a quote has joined, or would have joined if quotes had been read as such."""
    n_lines = survey.n_lines - survey.dialect.n_skipped
    if not survey.n_quotes or (survey.dialect.quote and n_lines - survey.n_rows - survey.n_ragged in (0, -1)):
        return []
    return _find_open_quotes(file, quoted, survey.kinds)


def _joined_notice(survey: Survey, found: list[OpenQuote]) -> list[str]:
    if not found:
        return []
    where = f"{', '.join(map(str, found[:N_LINES_NAMED]))}{', ...' if len(found) > N_LINES_NAMED else ''}"
    if survey.dialect.quote is None:
        return [f"Quotes are opened and not closed in {where}: all quotes were read as ordinary characters."]
    n_joined = sum(row.last_line - row.first_line + 1 for row in found)
    return [
        f"Quotes seem to be opened and not closed in {where}: {n_joined:,} lines were read as "
        f"{counted(len(found), 'row')}. Close these quotes and read the file again."
    ]


def _find_open_quotes(file: TextFile, dialect: Dialect, kinds: list[Spelled | None]) -> list[OpenQuote]:
    with file.open() as stream:
        text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", newline="")
        return list(open_quotes(text, dialect, kinds))


def _survey_once(file: TextFile, dialect: Dialect, block_bytes: int, remarks: Sequence[str] = ()) -> Survey:
    """Go through the whole file; once more where remarks stand below its table, which its columns do not hold."""
    kinds: list[Spelled | None] = [None] * len(dialect.names)
    n_rows, n_heads, counter, stream, tail = 0, 0, _Counter(), file.open(), Tail()

    def cases() -> Iterator[pa.RecordBatch]:
        nonlocal n_heads
        for whole in string_batches(stream, dialect, block_bytes, counter.take):
            batch = without_heads(whole, dialect.heads)
            n_heads += len(whole) - len(batch)
            yield batch

    for batch in without_last(cases(), len(remarks)):
        kinds = [widen(kind, column, decimal=dialect.decimal) for kind, column in zip(kinds, batch, strict=True)]
        refuse_huge(batch, n_rows, dialect.names, str(file.path))
        n_rows += len(batch)
        tail.see(batch)
    last_rows = tail.rows()
    if stream.n_quotes % 2 and any("\n" in (value or "") for value in (last_rows or [[]])[-1]):
        raise EndlessRow
    if not remarks and (remarks := remarks_below(last_rows)):
        return _survey_once(file, dialect, block_bytes, remarks)
    n_ragged = counter.total()
    notices = (f"Left out: {counted(stream.n_nul, 'NUL character')}.",) if stream.n_nul else ()
    notices = (*notices, *told(n_heads, remarks))
    counts = (n_rows, n_ragged, stream.n_lines, stream.n_quotes)
    survey = Survey(dialect, block_bytes, kinds, *counts, notices, n_heads=n_heads, remarks=tuple(remarks))
    if not too_many(n_ragged, n_rows + n_ragged):
        return survey
    below = _below(file, dialect)
    if below.n_rows >= n_rows or too_many(n_ragged - below.n_rows, n_rows + n_ragged - below.n_rows):
        raise _too_ragged(file, dialect, n_ragged, n_rows + n_ragged)
    return replace(survey, n_below=below.n_rows, notices=(*notices, below.told(len(dialect.names))))


def _below(file: TextFile, dialect: Dialect) -> Below:
    with file.open() as stream:
        return rows_below(io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", newline=""), dialect)


def _survey_unquoted(file: TextFile, dialect: Dialect, where: str) -> Survey | None:
    try:
        survey = _survey_once(file, dialect, LARGE_BLOCK_BYTES)
    except (EndlessRow, SourceUnreadable):
        return None
    notice = f"A quote is opened and never closed in {where}: all quotes were read as ordinary characters."
    return replace(survey, notices=(*survey.notices, notice)) if survey.n_ragged == 0 else None


def _typed_batches(file: TextFile, survey: Survey, schema: pa.Schema, notices: list[str]) -> Iterator[pa.RecordBatch]:
    """The second reading: the values in their types, with ragged rows where they stood."""
    mender = Mender(survey.dialect, survey.kinds, survey.n_broken)
    cases = _mended_batches(file, survey, mender)
    if survey.n_heads:
        cases = (without_heads(batch, survey.dialect.heads) for batch in cases)
    for batch in without_last(cases, len(survey.remarks)):
        columns = [
            convert(column, kind, decimal=survey.dialect.decimal)
            for column, kind in zip(batch.columns, survey.kinds, strict=True)
        ]
        if any(column is None for column in columns):
            raise SourceUnreadable(f"{file.path} changed while it was read.", "Start again when it is finished.")
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
    if survey.n_broken:
        lines = _first_lines(file, survey, mender)
        notices.append(
            f"{counted(survey.n_broken, 'row')} of another width than {len(schema)} fields ({lines}): "
            f"{mender.n_mended:,} filled up or cut, {mender.n_left_out:,} left out."
        )


def _mended_batches(file: TextFile, survey: Survey, mender: Mender) -> Iterator[pa.RecordBatch]:
    in_order = survey.n_ragged > 0
    batches = string_batches(file.open(), survey.dialect, survey.block_bytes, mender.take, in_order=in_order)
    if not in_order:
        yield from batches
        return
    for batch in batches:
        yield mender.put_back(batch)
    yield mender.rest()


def _first_lines(file: TextFile, survey: Survey, mender: Mender) -> str:
    """Where the first ragged rows are; where every row is one line, the parser knows already."""
    n_above = survey.dialect.n_skipped
    n_lines = survey.n_rows + survey.n_ragged + survey.n_heads + len(survey.remarks)
    if survey.n_lines - n_above in (n_lines, n_lines - 1):
        return _lines_named([str(number) for number in mender.first_numbers])
    found = _find_ragged(file, survey.dialect)[: survey.n_broken]
    return _lines_named([str(line.last_line) for line in found])


def _too_ragged(file: TextFile, dialect: Dialect, n_ragged: int, n_rows: int) -> SourceUnreadable:
    lines = _lines_named([f"{line.last_line} with {len(line.fields)}" for line in _find_ragged(file, dialect)])
    return SourceUnreadable(
        f"{file.path}: {n_ragged} of {n_rows} rows do not have {len(dialect.names)} fields ({lines}).",
        "Mend these lines, or save the table anew with quotes around text.",
    )


def _find_ragged(file: TextFile, dialect: Dialect) -> list[Line]:
    with file.open() as stream:
        text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", newline="")
        return list(itertools.islice(ragged_lines(text, dialect), N_LINES_NAMED))


def _lines_named(lines: list[str]) -> str:
    if not lines:
        return "lines unknown"
    word = "line" if len(lines) == 1 else "lines"
    return f"{word} {', '.join(lines)}{', ...' if len(lines) == N_LINES_NAMED else ''}"

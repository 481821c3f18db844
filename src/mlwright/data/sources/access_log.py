"""The access log of a web server: Common or Combined Log Format, one request a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceUnreadable
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._access import COLUMNS, MORE, PLAIN_TYPES, fields_of, kinds_of
from mlwright.data.sources._dialect import NO_DELIMITER, Dialect
from mlwright.data.sources._files import find_file
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._rows import string_batches
from mlwright.data.sources._text import TextFile
from mlwright.data.sources._types import PLAIN, Spelled, convert
from mlwright.data.words import counted

BLOCK_BYTES = 8 << 20
MOST_BROKEN = 0.2


class AccessLog(Source):
    """A web server's access log (Apache, nginx), packed or not: a column for each field, the request in its parts.

    What stands behind the usual fields becomes ``more_1`` and so on. Lines that are no requests are left out and told.
    """

    title: ClassVar[str] = "access log of a web server"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether its first lines are requests."""
        return format_of(location) == "access_log"

    def read(self) -> Reading:
        """Go through the lines once to see which fields there are, and begin to read them again."""
        file = TextFile(find_file(str(self.settings.source)), lambda share: self.tick(share / 2))
        kinds, n_rows, n_broken = file.settle(lambda: _survey(file))
        if n_broken > MOST_BROKEN * (n_rows + n_broken):
            raise SourceUnreadable(
                f"{file.path} begins like an access log, but {n_broken:,} of its {n_rows + n_broken:,} lines are no "
                "requests.",
                "Take out the other lines, or save the fields as CSV.",
            )
        file.tick = lambda share: self.tick(0.5 + share / 2)
        schema = pa.schema([pa.field(name, PLAIN[kind]) for name, kind in kinds.items()])
        broken = counted(n_broken, "line that is no request", "lines that are no requests")
        left_out = [f"Left out: {broken}."] if n_broken else []
        notices = [
            f"Read as the access log of a web server; its fields were named {', '.join(kinds)}.",
            "Times with an offset were turned into UTC: time.",
            *left_out,
            *file.guessed_encoding(),
        ]
        return Reading(schema, _typed(file, kinds, schema), {"format": "access log", **file.details()}, notices)


def _lines(file: TextFile) -> Iterator[pa.Array]:
    dialect = Dialect(NO_DELIMITER, None, None, ".", ("line",), None, 0)
    for batch in string_batches(file.open(), dialect, BLOCK_BYTES, lambda row: "skip"):
        yield batch.column(0)


def _survey(file: TextFile) -> tuple[dict[str, Spelled], int, int]:
    """Which fields some line fills and what they are, how many lines are requests, and how many are not."""
    seen: dict[str, Spelled | None] = {}
    n_rows = n_lines = 0
    for lines in _lines(file):
        fields = fields_of(lines)
        seen = kinds_of(fields, seen)
        n_rows, n_lines = n_rows + len(next(iter(fields.values()))), n_lines + len(lines)
    known = {name: kind for name, kind in seen.items() if kind is not None}
    order = sorted(known, key=lambda name: _place(name, tuple(COLUMNS)))
    return {name: known[name] for name in order}, n_rows, n_lines - n_rows


def _place(name: str, usual: Sequence[str]) -> tuple[int, int]:
    return (usual.index(name), 0) if name in usual else (len(usual), int(name.removeprefix(MORE)))


def _typed(file: TextFile, kinds: dict[str, Spelled], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for lines in _lines(file):
        fields = fields_of(lines)
        n_rows = len(next(iter(fields.values())))
        nothing = pa.nulls(n_rows, pa.string())
        columns = [
            fields[name] if name in PLAIN_TYPES else convert(fields.get(name, nothing), kind)
            for name, kind in kinds.items()
        ]
        known = [column.cast(kind) for column, kind in zip(columns, schema.types, strict=True) if column is not None]
        if len(known) < len(columns):
            raise SourceUnreadable(f"{file.path} changed while it was read.", "Start again when it is finished.")
        yield pa.RecordBatch.from_arrays(known, schema=schema)

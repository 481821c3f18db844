"""JSON: a list of objects, or objects one after the other; nested objects become columns with dots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceEmpty, SourceUnreadable
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._files import find_file
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._layout import Layout, layout_of
from mlwright.data.sources._objects import objects
from mlwright.data.sources._text import TextFile
from mlwright.data.sources._types import PLAIN, Spelled, in_utc_notice
from mlwright.data.sources._values import Seen, array_of
from mlwright.scoring.nested import flatten

BATCH_ROWS = 10_000
BATCH_CELLS = 1_000_000


class Json(Source):
    """A file of JSON objects, packed or not."""

    title: ClassVar[str] = "JSON or JSON lines"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it ends like JSON, or begins like it."""
        return format_of(location) == "json"

    def read(self) -> Reading:
        """See all objects once to learn the columns, and begin to read them again."""
        file = TextFile(find_file(str(self.settings.source)), lambda share: self.tick(share / 2))
        seen, n_rows, layout = file.settle(lambda: _survey(file))
        if not n_rows:
            raise SourceEmpty(f"{file.path} holds no objects.", "Name a file with rows.")
        file.tick = lambda share: self.tick(0.5 + share / 2)
        kinds = {name: column.kind() for name, column in seen.items()}
        schema = pa.schema([pa.field(name, PLAIN[kind]) for name, kind in kinds.items()])
        details = {"rows": layout.told if layout else "objects", **file.details()}
        notices = [*file.guessed_encoding(), *in_utc_notice(kinds, kinds.values())]
        return Reading(schema, _typed_batches(file, layout, kinds, schema), details, notices)


def _survey(file: TextFile) -> tuple[dict[str, Seen], int, Layout | None]:
    """What each column holds, how many rows there are, and how they lie in the file if it is one object."""
    first = list(islice(objects(file.open(), file.path), 2))
    layout = layout_of(first[0], file.path) if len(first) == 1 else None
    seen: dict[str, Seen] = {}
    n_rows = 0
    for batch in _batches(file, layout):
        n_rows += len(batch)
        here: dict[str, list[Any]] = {}
        for row in batch:
            for name, value in row.items():
                here.setdefault(name, []).append(value)
        refuse_width(len(seen.keys() | here.keys()), str(file.path))
        for name, values in here.items():
            seen.setdefault(name, Seen()).see(values)
    return seen, n_rows, layout


def _batches(file: TextFile, layout: Layout | None, size: int = BATCH_ROWS) -> Iterator[list[Mapping[str, Any]]]:
    found = objects(file.open(), file.path)
    rows = found if layout is None else iter(layout.rows(next(found)))
    while batch := [flatten(row) for row in islice(rows, size)]:
        yield batch


def _typed_batches(
    file: TextFile, layout: Layout | None, kinds: dict[str, Spelled | None], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    size = max(100, min(BATCH_ROWS, BATCH_CELLS // max(1, len(kinds))))
    for batch in _batches(file, layout, size):
        columns = [array_of([row.get(name) for row in batch], kind) for name, kind in kinds.items()]
        if any(column is None for column in columns):
            raise SourceUnreadable(f"{file.path} changed while it was read.", "Start again when it is finished.")
        yield pa.RecordBatch.from_arrays(columns, schema=schema)

"""Parquet: one file, or a folder of files that together are one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import pyarrow as pa
import pyarrow.types as pt

from mlwright.core.errors import SourceEmpty, SourceUnreadable, name_list
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._parts import Key, Part, common_types, find_parts, other_files
from mlwright.data.sources._plain import to_plain
from mlwright.data.sources._types import convert, widen

CODED = pa.dictionary(pa.int32(), pa.string())


class Parquet(Source):
    """A Parquet file or a folder of them."""

    title: ClassVar[str] = "Parquet file or folder"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a Parquet file, or a folder."""
        return format_of(location) == "parquet"

    def read(self) -> Reading:
        """Look at the schemas of all files, and begin to read the rows, file by file."""
        return self._read(coded=False)

    def read_coded(self) -> Reading:
        """As `read`; a column of text in which values recur in every file comes as a dictionary."""
        return self._read(coded=True)

    def _read(self, *, coded: bool) -> Reading:
        location = str(self.settings.source)
        parts = find_parts(location)
        refuse_width(max(len(part.leaves) for part in parts), location)
        if not any(part.n_rows for part in parts):
            raise SourceEmpty(f"{location} holds no rows.", "Name a file with rows.")
        for part in parts:
            part.settle_types(lambda: self.tick(0.0))
        found = common_types(parts)
        types = {key: kind for key, kind in found.items() if kind is not None}
        if coded:
            types |= dict.fromkeys(_repeating(parts, types), CODED)
        folders = _folder_columns(parts)
        fields = [pa.field(name, kind) for (name, _), kind in types.items()]
        schema = pa.schema([*fields, *(pa.field(name, values.type) for name, values in folders.items())])
        details = {"files": str(len(parts))} if len(parts) > 1 else {}
        dropped = [name for (name, _), kind in found.items() if kind is None]
        whole = parts[0].path if len(parts) == 1 and parts[0].is_plain() and not folders else None
        batches = self._batches(parts, types, folders, schema)
        notices = [*_notices(parts, dropped), *_differences(parts, types), *other_files(location)]
        return Reading(schema, batches, details, notices, whole=whole)

    def _batches(
        self,
        parts: Sequence[Part],
        types: dict[Key, pa.DataType],
        folders: dict[str, pa.Array],
        schema: pa.Schema,
    ) -> Iterator[pa.RecordBatch]:
        n_done, n_all = 0, sum(part.n_rows for part in parts)
        coded = [key for key, kind in types.items() if kind == CODED]
        for place, part in enumerate(parts):
            for batch in part.batches(coded=[key[0] for key in coded if key in part.leaves]):
                columns = [_column(part, key, kind, batch) for key, kind in types.items()]
                columns += [pa.repeat(values[place], len(batch)) for values in folders.values()]
                n_done += len(batch)
                self.tick(n_done / n_all)
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _repeating(parts: Sequence[Part], types: dict[Key, pa.DataType]) -> set[Key]:
    """Columns of text that are stored as places in a list of values, wherever they are."""
    texts = {key for key, kind in types.items() if kind == pa.string()}
    for part in parts:
        texts -= part.leaves.keys() - part.repeating()
    return texts


def _column(part: Part, key: Key, kind: pa.DataType, batch: pa.RecordBatch) -> pa.Array:
    leaf = part.leaves.get(key)
    if leaf is None:
        return pa.nulls(len(batch), kind)
    if kind == CODED:
        return leaf.of(batch)
    try:
        return to_plain(to_plain(leaf.of(batch), part.types[key]), kind)
    except pa.ArrowInvalid as error:
        raise SourceUnreadable(
            f"Column {leaf.name!r} of {part.path} holds a value that cannot be kept ({error}).", "Mend the value."
        ) from None


def _folder_columns(parts: Sequence[Part]) -> dict[str, pa.Array]:
    """Columns that the names of the folders hold: one value a part."""
    names = dict.fromkeys(name for part in parts for name in part.folders)
    told = {name: pa.array([part.folders.get(name) for part in parts], pa.string()) for name in names}
    return {name: convert(spellings, widen(None, spellings)) for name, spellings in told.items()}


def _differences(parts: Sequence[Part], types: dict[Key, pa.DataType]) -> list[str]:
    """Columns that some parts lack, and columns that parts store in different types."""
    lacking, unlike = [], []
    for key, kind in types.items():
        holders = [part for part in parts if key in part.leaves]
        found = list(dict.fromkeys(str(part.types[key]) for part in holders))
        if len(holders) < len(parts):
            lacking.append(f"{key[0]} (there in {len(holders)} of {len(parts)})")
        if len(found) > 1:
            unlike.append(f"{key[0]} ({', '.join(found)}; read as {kind})")
    notices = [f"Columns that some files lack are missing in their rows: {name_list(lacking)}."] if lacking else []
    return notices + ([f"Columns of different types were put together: {name_list(unlike)}."] if unlike else [])


def _notices(parts: Sequence[Part], dropped: Sequence[str]) -> list[str]:
    all_leaves = [leaf for part in parts for leaf in part.leaves.values()]
    zoned = dict.fromkeys(leaf.name for leaf in all_leaves if pt.is_timestamp(leaf.type) and leaf.type.tz)
    labels = dict.fromkeys(label for part in parts for label in part.labels)
    notices = [f"Columns of raw bytes were left out: {name_list(dropped)}."] if dropped else []
    notices += [f"What pandas called the rows was left out: {name_list(labels)}."] if labels else []
    return notices + ([f"Times with a time zone were turned into UTC: {name_list(zoned)}."] if zoned else [])

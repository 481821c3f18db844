"""A folder of text or JSON files that together are one table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceRefused, name_list
from mlwright.data.sources import Reading, Source, source_for
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._formats import folder_files, format_of
from mlwright.data.sources._plain import common_type, to_plain

LEAST_SHARED = 1 / 3
FEW_COLUMNS = 3


class Folder(Source):
    """Files of CSV, TSV or JSON lines in one folder, packed or not, in the order of their names."""

    title: ClassVar[str] = "Folder of text or JSON files"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a folder that holds text or JSON tables and no Parquet."""
        return format_of(location) == "folder"

    def read(self) -> Reading:
        """Learn what every file holds, and begin to read the rows, file by file."""
        root = Path(str(self.settings.source)).expanduser()
        files = folder_files(root)
        readings = [self._open(file, place, len(files)) for place, file in enumerate(files)]
        self._one_name = _one_name([reading.schema.names for reading in readings])
        readings = [_renamed(reading, self._one_name) for reading in readings]
        names = list(dict.fromkeys(name for reading in readings for name in reading.schema.names))
        refuse_width(len(names), str(root))
        _refuse_other_tables(root, files, readings)
        kinds = {name: self._types(name, files, readings) for name in names}
        schema = pa.schema([pa.field(name, common_type(found or [pa.string()])) for name, found in kinds.items()])
        n_with = {name: sum(name in reading.schema.names for reading in readings) for name in names}
        notices = [*_spelled(self._one_name), *_differences(kinds, n_with, len(files))]
        shown = [str(file.relative_to(root)) for file in files]
        batches = self._batches(shown, readings, schema, notices)
        has_commas = any(reading.details.get("decimal") == "," for reading in readings)
        details = {"files": str(len(files)), **({"decimal": ","} if has_commas else {})}
        return Reading(schema, batches, details, notices)

    def _open(self, file: Path, place: int, n_files: int) -> Reading:
        inner = self.settings.model_copy(update={"source": str(file)})
        return source_for(inner)[1](inner, lambda share: self.tick((place + share) / n_files)).read()

    def _types(self, name: str, files: Sequence[Path], readings: Sequence[Reading]) -> list[pa.DataType]:
        """The types of a column in the files that hold it; a file in which it is all missing has no say."""
        holders = [place for place, reading in enumerate(readings) if name in reading.schema.names]
        found = {place: readings[place].schema.field(name).type for place in holders}
        if len(set(found.values())) == 1:
            return list(found.values())
        return [kind for place, kind in found.items() if kind != pa.string() or self._holds(files[place], name)]

    def _holds(self, file: Path, name: str) -> bool:
        """Whether a file has a value in a column."""
        reading = _renamed(self._open(file, 0, 1), self._one_name)
        return any(batch.column(name).null_count < len(batch) for batch in reading.batches)

    def _batches(
        self, files: Sequence[str], readings: Sequence[Reading], schema: pa.Schema, notices: list[str]
    ) -> Iterator[pa.RecordBatch]:
        for file, reading in zip(files, readings, strict=True):
            for batch in reading.batches:
                columns = [
                    to_plain(batch.column(field.name), field.type)
                    if field.name in batch.schema.names
                    else pa.nulls(len(batch), field.type)
                    for field in schema
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)
            notices.extend(f"{file}: {notice}" for notice in reading.notices)


def _one_name(headers: Sequence[Sequence[str]]) -> dict[str, str]:
    """What a column is called for whom it is called otherwise in some files, by capitals, blanks, ``_`` or ``-`` alone.

    The first file decides. Names that stand beside each other in one file are told apart.
    """
    folded = {name: re.sub(r"[\s_-]+", "", name.casefold()) for header in headers for name in header}
    beside = {fold for header in headers for fold, n in Counter(folded[name] for name in header).items() if n > 1}
    first: dict[str, str] = {}
    for name, fold in folded.items():
        first.setdefault(fold, name)
    return {name: first[fold] for name, fold in folded.items() if fold not in beside and first[fold] != name}


def _renamed(reading: Reading, names: Mapping[str, str]) -> Reading:
    found = [names.get(name, name) for name in reading.schema.names]
    if found == reading.schema.names:
        return reading
    schema = pa.schema([field.with_name(name) for field, name in zip(reading.schema, found, strict=True)])
    return replace(reading, schema=schema, batches=(batch.rename_columns(found) for batch in reading.batches))


def _spelled(names: Mapping[str, str]) -> list[str]:
    told = [f"{other} ({name})" for other, name in names.items()]
    return [f"Columns that some files spell otherwise were taken as one: {name_list(told)}."] if told else []


def _refuse_other_tables(root: Path, files: Sequence[Path], readings: Sequence[Reading]) -> None:
    """Refuse files of which one shares less than a third of its columns with the widest one: several tables."""
    widest = max(range(len(files)), key=lambda place: len(readings[place].schema.names))
    names = set(readings[widest].schema.names)
    for file, reading in zip(files, readings, strict=True):
        own = set(reading.schema.names)
        if len(own & names) < LEAST_SHARED * len(own | names) and len(own | names) > FEW_COLUMNS:
            raise SourceRefused(
                f"{str(root)!r} holds several tables and not parts of one: {file.relative_to(root)} "
                f"({name_list(sorted(own))}) shares {len(own & names)} of its columns with "
                f"{files[widest].relative_to(root)} ({name_list(sorted(names))}).",
                "Name the file that holds what is to be predicted. To join others to it, put them into a database and "
                "give a select, with --query.",
            )


def _differences(kinds: dict[str, list[pa.DataType]], n_with: dict[str, int], n_files: int) -> list[str]:
    """Columns that some files lack, and columns that are of different types."""
    lacking = [f"{name} (there in {n} of {n_files})" for name, n in n_with.items() if n < n_files]
    unlike = [
        f"{name} ({', '.join(map(str, dict.fromkeys(found)))}; read as {common_type(found)})"
        for name, found in kinds.items()
        if len(set(found)) > 1
    ]
    notices = [f"Columns that some files lack are missing in their rows: {name_list(lacking)}."] if lacking else []
    return notices + ([f"Columns of different types were put together: {name_list(unlike)}."] if unlike else [])

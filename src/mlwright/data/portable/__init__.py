"""A profile as a file: made from the rows, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError

from mlwright.core.errors import SourceUnreadable
from mlwright.data.compute.hashing import FAMILY, hashes_of_numbers, hashes_of_texts
from mlwright.data.compute.sketches import SPACE, Distinct, RowSample
from mlwright.data.portable.kept_sketches import N_KEPT, cut, cut_rows, sketch_of
from mlwright.data.portable.merging import N_TOP
from mlwright.records.portable import SCHEMA_VERSION, ColumnSketch, PortableProfile, Reads
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, to_number_array

ENDING = ".profile.json"


def portable(file: Path, profile: Profile, location: str, seed: int) -> PortableProfile:
    """The profile of a Parquet file in a form that merges; goes through the file once, column by column."""
    sketches = tuple(_sketch(file, column, seed + place) for place, column in enumerate(profile.columns))
    return PortableProfile(parts=(location,), n_rows=profile.n_rows, columns=profile.columns, sketches=sketches)


def read_portable(path: Path) -> PortableProfile:
    """Read what `mlwright profile -o` has written.

    Raises
    ------
    SourceUnreadable
        If it is not there, no such file, or of another version.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        version = content.get("schema_version") if isinstance(content, dict) else None
        if version != SCHEMA_VERSION:
            raise SourceUnreadable(
                f"{path} is no profile of schema {SCHEMA_VERSION}, which this version reads: it says {version!r}.",
                "Make it again from its data: mlwright profile DATA -o FILE",
            )
        return PortableProfile.model_validate(content)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
        reason = str(error).split("\n")[0]
        raise SourceUnreadable(
            f"{path} cannot be read as a profile ({reason}).", "Make it again: mlwright profile DATA -o FILE"
        ) from None


def _sketch(file: Path, column: ColumnProfile, seed: int) -> ColumnSketch:
    reads = _reads(column)
    rng = np.random.default_rng(seed)
    distinct = Distinct(np.empty(0, np.uint64), np.empty(0, np.int64), SPACE, FAMILY)
    rows = RowSample(np.empty(0, np.uint64), np.empty(0), 0)
    for hashes, numbers in _hashed(file, column, reads):
        distinct = cut(distinct.merged(Distinct.of(hashes, None, SPACE, FAMILY)))
        codes = rng.integers(0, SPACE, len(numbers), np.uint64, endpoint=False)
        near = codes <= (rows.codes[-1] if len(rows.codes) == N_KEPT else np.uint64(SPACE - 1))
        part = RowSample(codes[near], numbers[near], len(numbers))
        rows = cut_rows(rows.merged(part))
    at_most = column.top[-1].count if len(column.top) == N_TOP and column.n_distinct > N_TOP else 0
    return sketch_of(reads, distinct, rows, at_most, 0)


def _reads(column: ColumnProfile) -> Reads:
    if column.kind == "date" or column.type.startswith(("date", "timestamp")):
        return "moment"
    if column.kind == "number" or column.type in ("int64", "double"):
        return "number"
    return "boolean" if column.type == "bool" else "text"


def _hashed(
    file: Path, column: ColumnProfile, reads: Reads
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.float64]]]:
    """Hashes of different values, and for numbers and moments the values of all rows, batch by batch."""
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(columns=[column.name]):
            coded = batch.column(0).dictionary_encode()
            levels = coded.dictionary
            missing = missing_array(levels, column.missing_codes)
            if reads in ("number", "moment"):
                read = to_number_array(levels) if reads == "number" else to_moment_array(levels, column.date_format)
                read = np.where(missing, np.nan, read)
                places = pc.fill_null(coded.indices, len(levels)).to_numpy(zero_copy_only=False)
                values = np.append(read, np.nan)[places]
                yield hashes_of_numbers(read[~np.isnan(read)]), values[~np.isnan(values)]
            else:
                text = pc.utf8_trim_whitespace(levels.cast(pa.string())).filter(pa.array(~missing))
                yield hashes_of_texts(text.drop_null()), np.empty(0)

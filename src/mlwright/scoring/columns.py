"""Any table that a user may hand over, as columns by name.

Tables are known by what they can do, so that neither pandas nor polars is imported or needed. A column is an Arrow
array where its values have one type, and the plain list of Python values where they have not.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mlwright.core.errors import TableError, name_list, nearest
from mlwright.scoring.nested import fields_of, flatten

if TYPE_CHECKING:
    import pyarrow as pa

Row: TypeAlias = Mapping[str, Any]
Column: TypeAlias = "pa.Array | list[Any]"

PLAIN = frozenset({str, int, bool, type(None)})
EXACT = 2.0**53
"""Below it every whole number is a number of its own in double precision."""


@dataclass(frozen=True)
class Columns:
    """Columns of equal length.

    Parameters
    ----------
    by_name : dict of str to pyarrow.Array or list
    n_rows : int
    """

    by_name: dict[str, Column]
    n_rows: int

    def pick(self, names: Sequence[str]) -> list[Column]:
        """The columns of those names; others are ignored.

        Raises
        ------
        TableError
            If some are not there.
        """
        if not self.by_name.keys() >= set(names):
            raise missing_columns(names, self.by_name)
        return [self.by_name[name] for name in names]

    def ignored(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns that are none of those names."""
        wanted = set(names)
        return tuple(name for name in self.by_name if name not in wanted)


def read_columns(table: Any, *, coded: bool = False) -> Columns:
    """Columns of a table in memory.

    Parameters
    ----------
    table : pandas, polars or Arrow table, dict of columns, list of records, or one record
        Anything else that speaks the Arrow C stream protocol is taken too. Fields of structs and nested objects are
        columns of their own (see `nested`).
    coded : bool
        Leave dictionaries of Arrow as they are.

    Raises
    ------
    TableError
        If it is none of these, two columns have one name, or columns differ in length.
    """
    if isinstance(table, Columns):
        return table
    if isinstance(table, Mapping):
        return _from_mapping(table)
    if is_records(table):
        return _from_records(table)
    if _is_pandas(table):
        return _checked([(str(name), _from_series(series)) for name, series in table.items()])
    if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__"):
        return _from_stream(table, coded=coded)
    raise TableError(
        f"A table of type {type(table).__name__} cannot be read.",
        "Give a pandas, polars or Arrow table, a dict of columns, or a list of records.",
    )


def to_arrow(table: Any) -> pa.Table:
    """A table in memory as an Arrow table; values of mixed types are written as text.

    Raises
    ------
    TableError
        As in `read_columns`.
    """
    import pyarrow as pa

    columns = read_columns(table)
    return pa.table({name: _as_array(column) for name, column in columns.by_name.items()})


def is_records(table: Any) -> bool:
    """Whether this is a list of records, as a client of the service sends them."""
    return isinstance(table, list | tuple) and all(isinstance(row, Mapping) for row in table)


def one_record(table: Any, names: Sequence[str]) -> Row | None:
    """The columns of those names of a pandas table of one row, as a record, if they hold plain values.

    None for any other table, and where a column is not there or there twice. What is read as a record needs no Arrow
    array for each column, which takes longer than most models.
    """
    if not _is_of_pandas(table, "DataFrame") or len(table) != 1:
        return None
    there, values = table.columns.tolist(), table.iloc[0].tolist()
    by_name = dict(zip(there, values, strict=True))
    if len(by_name) < len(there) or not all(name in by_name for name in names):
        return None
    record = {name: value.item() if isinstance(value := by_name[name], np.generic) else value for name in names}
    return record if all(_is_plain(value) for value in record.values()) else None


def missing_columns(wanted: Iterable[str], found: Iterable[str]) -> TableError:
    """The error for a table that lacks some of the wanted columns."""
    wanted, there = list(wanted), list(found)
    lacking = [name for name in wanted if name not in set(there)]
    near = {other: nearest(other, lacking, n=1) for other in there if other not in set(wanted)}
    renamed = [f"{other!r} to {names[0]!r}" for other, names in near.items() if names]
    hint = f"Rename {name_list(renamed)}." if renamed else "Give all inputs; a value that is not known may be null."
    noun = "column" if len(lacking) == 1 else "columns"
    return TableError(f"The table lacks {len(lacking)} {noun}: {name_list(lacking)} (it has {len(there)}).", hint)


def missing_field(rows: Sequence[Row], wanted: Sequence[str]) -> TableError:
    """The error for the first of the records that lacks some of the wanted fields."""
    for number, row in enumerate(rows):
        if lacking := [name for name in wanted if name not in row]:
            error = missing_columns(wanted, row)
            noun = "field" if len(row) == 1 else "fields"
            return TableError(f"Record {number} lacks {name_list(lacking)} (it has {len(row)} {noun}).", error.hint)
    raise AssertionError("no record lacks a field")


def _from_mapping(table: Mapping[Any, Any]) -> Columns:
    plain = {str(name): _from_values(values) for name, values in table.items()}
    if any(column is not None for column in plain.values()):
        if scalar := [name for name, column in plain.items() if column is None]:
            raise TableError(f"Some columns are lists, but {name_list(scalar)} is a single value.", "Give lists only.")
        return _checked([(name, column) for name, column in plain.items() if column is not None])
    return _from_records([{str(name): value for name, value in table.items()}])


def _from_records(rows: Sequence[Row]) -> Columns:
    names: dict[str, None] = {}
    rows = [flatten(row) for row in rows]
    for row in rows:
        names.update(dict.fromkeys(row))
    try:
        return Columns({str(name): [row[name] for row in rows] for name in names}, len(rows))
    except KeyError:
        raise missing_field(rows, list(names)) from None


def _from_values(values: Any) -> Column | None:
    """One column of a dict, or None if it is a single value."""
    if isinstance(values, list):
        return values
    if isinstance(values, tuple | range):
        return list(values)
    if _is_pandas(values):
        return _from_series(values)
    if hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        import pyarrow as pa

        return _one_chunk(pa.chunked_array(values) if hasattr(values, "__arrow_c_stream__") else pa.array(values))
    if getattr(values, "ndim", 0) == 1:
        return _from_series(values)
    return None


def _from_series(values: Any) -> Column:
    """A pandas or numpy column; a list of its values where Arrow has no one type for them."""
    import pyarrow as pa

    try:
        return _one_chunk(pa.array(values, from_pandas=True))
    except (pa.ArrowException, TypeError):
        plain: list[Any] = values.tolist()
        return plain


def _from_stream(table: Any, *, coded: bool) -> Columns:
    import pyarrow as pa

    whole = table if isinstance(table, pa.Table) else pa.table(table)
    return _checked([(name, _one_chunk(whole.column(i), coded=coded)) for i, name in enumerate(whole.column_names)])


def _checked(given: Sequence[tuple[str, Column]]) -> Columns:
    named = [field for name, column in given for field in fields_of(name, column)]
    by_name = dict(named)
    if len(by_name) < len(named):
        names = [name for name, _ in named]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise TableError(f"The table has more than one column of the name {name_list(twice)}.", "Rename or drop one.")
    lengths = {name: len(column) for name, column in named}
    if len(set(lengths.values())) > 1:
        least, most = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise TableError(
            f"Columns differ in length: {least!r} has {lengths[least]} values, {most!r} has {lengths[most]}.",
            "Give columns of equal length.",
        )
    return Columns(by_name, next(iter(lengths.values()), 0))


def plain_columns(columns: Columns) -> Columns:
    """Columns without dictionaries of Arrow."""
    return Columns(
        {name: each if isinstance(each, list) else _one_chunk(each) for name, each in columns.by_name.items()},
        columns.n_rows,
    )


def _one_chunk(values: pa.Array | pa.ChunkedArray, *, coded: bool = False) -> pa.Array:
    """One array of a type that all of Arrow's functions know: no views or pieces, and dictionaries only if `coded`."""
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks == 1 else pa.concat_arrays(values.chunks)
    if pa.types.is_dictionary(values.type) and not coded:
        return _one_chunk(values.dictionary).take(values.indices)
    return values.cast(pa.large_string()) if pa.types.is_string_view(values.type) else values


def _as_array(column: Column) -> pa.Array:
    import pyarrow as pa

    if not isinstance(column, list):
        return column
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError):
        from mlwright.scoring.spelling import canonical

        return pa.array([canonical(value) for value in column], pa.string())


def _is_pandas(thing: Any) -> bool:
    return _is_of_pandas(thing, "DataFrame", "Series", "Index")


def _is_plain(value: object) -> bool:
    """Whether a value is read alone as it is read in a column; large whole numbers were rounded beside fractions."""
    if type(value) is float:
        return math.isnan(value) or abs(value) < EXACT
    return type(value) in PLAIN


def _is_of_pandas(thing: Any, *names: str) -> bool:
    pandas = sys.modules.get("pandas")  # which another thread may be importing just now: then nothing is of it yet
    kinds: tuple[Any, ...] = tuple(getattr(pandas, name, None) for name in names)
    return None not in kinds and isinstance(thing, kinds)

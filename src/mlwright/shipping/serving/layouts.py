"""The layouts in which platforms send rows, as records: tables in JSON, tensors, CSV and lines of JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.records.contract import Clause
from mlwright.scoring.single_row import as_records
from mlwright.shipping.serving.reading import parse, refuse_duplicates, refuse_many
from mlwright.shipping.serving.refusals import Refusal, json_type, shown
from mlwright.shipping.serving.texts import Texts

Records = list[dict[str, Any]]

HINT = "GET /docs shows the fields of a record."
TENSOR_KEYS = frozenset({"name", "shape", "datatype", "data"})
LARGEST_CELL = 1_000_000
CHARSETS = {
    "utf-8": "utf-8-sig",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
}
"""Of CSV, as spreadsheets write it, with Python's names for them; JSON is UTF-8 alone (RFC 8259, 8.1)."""

OTHER_MARKS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""Between the cells of what some programs call CSV."""

PANDAS_INDEX = "__index_level_"
MOST_COLUMNS = 5_000
MOST_UNPACKED_BYTES = 200_000_000
"""What a Parquet file may unfold to: packed, the same value a million times has a few bytes."""


class Layouts:
    """Reads rows in any layout.

    Parameters
    ----------
    inputs : sequence of Clause
        In their order: rows without names are read in it.
    max_records : int

    Attributes
    ----------
    texts : Texts
        Reads records of texts.
    """

    def __init__(self, inputs: Sequence[Clause], max_records: int) -> None:
        self._names = tuple(item.name for item in inputs)
        self.texts = Texts(inputs)
        self._max_records = max_records

    def json(self, body: bytes) -> Any:
        """What a body of JSON says, after a look for fields that come twice."""
        content = parse(body)
        try:
            refuse_duplicates(body, _n_keys(content))
        except RecursionError:
            raise Refusal("not_records", "The body is nested too deeply.", HINT) from None
        return content

    def rows(self, rows: Any, what: str) -> Records:
        """A list whose items are records, or lists of values in the order of the inputs."""
        if not isinstance(rows, list):
            raise Refusal("not_records", f"{what} is {json_type(rows)}, not an array.", HINT)
        refuse_many(len(rows), self._max_records)
        return [self._row(row, place) for place, row in enumerate(rows)]

    def split(self, table: Any, what: str) -> Records:
        """A table as ``{"columns": [...], "data": [[...], ...]}``."""
        if not isinstance(table, dict) or not isinstance(table.get("data"), list):
            raise Refusal("not_records", f"{what} is no object of 'columns' and 'data'.", HINT)
        names = table.get("columns", list(self._names))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Refusal("not_records", f"'columns' of {what} is no array of names.", HINT)
        _refuse_twice(names)
        refuse_many(len(table["data"]), self._max_records)
        return [_zipped(names, row, place) for place, row in enumerate(table["data"])]

    def columns(self, columns: dict[str, Any], what: str) -> Records:
        """A table as ``{"name": [...], ...}``."""
        values = [value if isinstance(value, list) else [value] for value in columns.values()]
        lengths = {len(value) for value in values}
        if len(lengths) > 1:
            raise Refusal("not_records", f"The columns of {what} differ in length.", HINT)
        refuse_many(max(lengths, default=0), self._max_records)
        return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]

    def tensors(self, tensors: Any) -> Records:
        """Tensors of the Open Inference Protocol: one for each input, or one with all inputs as its columns."""
        if not is_tensors(tensors):
            keys = ", ".join(sorted(TENSOR_KEYS))
            raise Refusal("not_records", f"'inputs' is no array of objects with {keys}.", HINT)
        _refuse_twice([tensor["name"] for tensor in tensors])
        read = {tensor["name"]: self._tensor(tensor) for tensor in tensors}
        if len(read) == 1 and (width := len(self._names)) > 1 and not self._is_input(tensors[0]):
            (values,) = read.values()
            if len(values) % width:
                raise Refusal("not_records", f"The tensor has not {width} values a row.", HINT)
            return self.rows([values[i : i + width] for i in range(0, len(values), width)], "The tensor")
        return self.columns(read, "'inputs'")

    def csv(self, body: bytes, *, header: bool | None = None, charset: str = "utf-8") -> tuple[Records, bool]:
        """Records of CSV, and whether its first line names the columns; an empty cell is not known.

        Parameters
        ----------
        body : bytes
        header : bool, optional
            Whether it does; default: as it looks.
        charset : str
            One of `CHARSETS`.
        """
        lines = _csv_lines(body, charset)
        self._refuse_other_marks(lines)
        has_header = bool(lines) and (self._is_header(lines[0]) if header is None else header)
        names = lines[0] if has_header else list(self._names)
        _refuse_twice(names)
        rows = lines[has_header:]
        refuse_many(len(rows), self._max_records)
        records = [_zipped(names, [cell or None for cell in row], place) for place, row in enumerate(rows)]
        return [self.texts.read(record) for record in records], has_header

    def _refuse_other_marks(self, lines: Sequence[Sequence[str]]) -> None:
        """Refuse what is separated otherwise: its decimal commas could not be told from those between thousands."""
        if len(self._names) == 1 or not lines or len(lines[0]) > 1:
            return
        for mark, name in OTHER_MARKS.items():
            if mark in lines[0][0]:
                hint = "Separate cells by commas, and write decimals with a point (1234.5)."
                raise Refusal("not_csv", f"The cells are separated by {name}, not by commas.", hint)

    def _is_input(self, tensor: dict[str, Any]) -> bool:
        """Whether a tensor is that of one input, so that the others are missing, and not all of them in one."""
        shape: list[int] = tensor["shape"]
        return tensor["name"] in self._names and (len(shape) == 1 or shape[1] != len(self._names))

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Whether a first line names columns: more than half of the inputs, so that what it lacks can be named."""
        return 2 * len(set(cells) & set(self._names)) > len(self._names)

    def parquet(self, body: bytes) -> Records:
        """The rows of a Parquet file; what it says of its size is looked at before it is unpacked."""
        try:
            file = pq.ParquetFile(pa.BufferReader(body))
            refuse_many(file.metadata.num_rows, self._max_records)
            _refuse_large(file.metadata)
            table = file.read(use_threads=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"The body is no Parquet file: {type(error).__name__}."
            raise Refusal("not_parquet", message, HINT) from None
        _refuse_twice(table.column_names)
        return as_records(table.drop_columns([name for name in table.column_names if name.startswith(PANDAS_INDEX)]))

    def lines(self, body: bytes) -> Records:
        """One record, or one list of values, a line."""
        return self.rows([self.json(line) for line in body.splitlines() if line.strip()], "The body")

    def _row(self, row: Any, place: int) -> dict[str, Any]:
        if isinstance(row, dict):
            return row
        if isinstance(row, list):
            return _zipped(self._names, row, place)
        raise Refusal("not_records", f"Record {place} is {json_type(row)}, not an object or array.", HINT, record=place)

    def _tensor(self, tensor: dict[str, Any]) -> list[Any]:
        """The values of a tensor, row by row; nested arrays are laid flat."""
        shape, values = tensor["shape"], tensor["data"]
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape) or not 1 <= len(shape) <= 2:
            message = f"The shape of tensor {shown(tensor['name'])} is not [rows] or [rows, columns]."
            raise Refusal("not_records", message, HINT)
        if isinstance(values, list) and values and all(isinstance(value, list) for value in values):
            values = [value for row in values for value in row]
        size = shape[0] * (shape[1] if len(shape) == 2 else 1)
        if not isinstance(values, list) or len(values) != size:
            message = f"Tensor {shown(tensor['name'])} does not hold the {size} values that its shape says."
            raise Refusal("not_records", message, HINT)
        return values


def is_tensors(content: Any) -> bool:
    """Whether this is a list of tensors, and not of records."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(one, dict) and one.keys() >= TENSOR_KEYS and isinstance(one["name"], str) for one in content)
    )


def _zipped(names: Sequence[str], row: Any, place: int) -> dict[str, Any]:
    if not isinstance(row, list) or len(row) != len(names):
        found = f"{len(row)} values" if isinstance(row, list) else json_type(row)
        raise Refusal("not_records", f"Record {place} is {found}; {len(names)} are expected.", HINT, record=place)
    return dict(zip(names, row, strict=True))


def _refuse_twice(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Refusal("duplicate_field", f"{shown(name)} is there twice.", "Name every field once.")
        seen.add(name)


def _refuse_large(metadata: pq.FileMetaData) -> None:
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    n_bytes = sum(group.total_byte_size for group in groups)
    if metadata.num_columns > MOST_COLUMNS or n_bytes > MOST_UNPACKED_BYTES:
        message = f"The file would unfold to {metadata.num_columns:,} columns and {n_bytes / 1e6:,.0f} MB."
        raise Refusal("not_parquet", message, "Send fewer rows at a time, and the fields of a record alone.")


def _csv_lines(body: bytes, charset: str) -> list[list[str]]:
    codec = CHARSETS.get(charset.lower())
    if codec is None:
        message = f"CSV in the charset {shown(charset)} is not read."
        raise Refusal("not_json_type", message, f"Send it in UTF-8, or in one of: {', '.join(CHARSETS)}.")
    try:
        csv.field_size_limit(LARGEST_CELL)
        return [line for line in csv.reader(io.StringIO(body.decode(codec), newline=""), strict=True) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        hint = "Say which charset it is in (text/csv; charset=windows-1252), or send UTF-8."
        is_charset = isinstance(error, UnicodeDecodeError)
        message = f"The body is no CSV in {charset.upper() if is_charset else 'order'}: {type(error).__name__}."
        raise Refusal("not_csv", message, hint if is_charset else HINT) from None


def _n_keys(content: Any) -> int:
    """How many keys all objects in it have."""
    if isinstance(content, dict):
        return len(content) + sum(_n_keys(value) for value in content.values() if isinstance(value, dict | list))
    return (
        sum(_n_keys(value) for value in content if isinstance(value, dict | list)) if isinstance(content, list) else 0
    )

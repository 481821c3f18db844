"""Reads one record from a file: JSON, or a row of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mlwright.core.errors import SourceMissing, TableError, offers
from mlwright.data.words import counted
from mlwright.faces.batch import tables_of

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

HINT = 'Write one record as {"column": value, ...}, or say which row of a table is meant: --row 1'


def read_record(file: Path, bundle: Bundle, row: int | None = None) -> dict[str, Any]:
    """One record: that of a JSON file, or a row of a table; fewer inputs than the model has will do.

    Parameters
    ----------
    file : Path
        JSON with one record or a list of one; with a `row` any file that holds a table.
    bundle : Bundle
    row : int, optional
        Counted from 1.

    Raises
    ------
    SourceError
        If the file is not there, or the table cannot be read.
    TableError
        If it holds no such record, or none of the inputs that the model has.
    """
    found = _of_json(file) if row is None else _of_table(bundle, file, row)
    known = [clause.name for clause in bundle.inputs]
    if not set(found) & set(known):
        inputs = offers(next(iter(found), ""), known)
        raise TableError(f"{file} names no input of the model.", f"Inputs are: {inputs}")
    return found


def _of_table(bundle: Bundle, file: Path, row: int) -> dict[str, Any]:
    n_before = 0
    for rows in tables_of(bundle, str(file)):
        if row <= n_before + len(rows):
            found: dict[str, Any] = rows.slice(row - n_before - 1, 1).to_pylist()[0]
            return found
        n_before += len(rows)
    raise TableError(f"{file} holds {counted(n_before, 'row')}; there is no row {row}.", f"--row 1 to --row {n_before}")


def _of_json(file: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise SourceMissing(f"{file} cannot be read ({error.strerror}).", "Name a JSON file with one record.") from None
    except orjson.JSONDecodeError as error:
        raise TableError(f"{file} is not JSON: {error}.", HINT) from None
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise TableError(f"{file} does not hold one record.", HINT)
    return found

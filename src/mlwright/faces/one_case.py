"""Reads one record from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mlwright.core.errors import SourceMissing, TableError, nearest

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def read_record(file: Path, bundle: Bundle) -> dict[str, Any]:
    """The one record of a JSON file; a list of one will do, and so will fewer inputs than the model has.

    Raises
    ------
    SourceMissing
        If the file is not there.
    TableError
        If it is no JSON, holds no record, or more than one, or an input that the model does not have.
    """
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise SourceMissing(f"{file} cannot be read ({error.strerror}).", "Name a JSON file with one record.") from None
    except orjson.JSONDecodeError as error:
        raise TableError(f"{file} is not JSON: {error}.", 'Write one record as {"column": value, ...}.') from None
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise TableError(f"{file} does not hold one record.", 'Write it as {"column": value, ...}.')
    known = [clause.name for clause in bundle.inputs]
    if not set(found) & set(known):
        offers = nearest(next(iter(found), ""), known) or known
        raise TableError(f"{file} names no input of the model.", f"Inputs are: {', '.join(offers[:8])}")
    return found

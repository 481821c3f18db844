"""What one JSON object that is a whole table looks like: rows in a list, rows by key, or columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mlwright.core.errors import SourceUnreadable, name_list

Row = dict[str, Any]


class Layout(NamedTuple):
    """How rows come out of the only object of a file.

    Parameters
    ----------
    told : str
        For people.
    rows : callable
    """

    told: str
    rows: Callable[[Row], Iterable[Row]]


def layout_of(only: Row, path: Path) -> Layout | None:
    """How one object holds a table; None where it is a single row.

    ``{"data": [{...}, {...}], "page": 1}`` wraps a list; ``{"id": [1, 2], "x": [3, 4]}`` and ``{"id": {"0": 1, "1": 2},
    "x": {...}}``, as pandas writes it, are columns; ``{"a7": {...}, "b2": {...}}`` is rows by their keys.

    Raises
    ------
    SourceUnreadable
        If it wraps several lists of rows.
    """
    lists = [name for name, value in only.items() if _holds(value, list, dict)]
    if len(lists) > 1:
        raise SourceUnreadable(
            f"{path} holds {len(lists)} lists of rows: {name_list(lists)}.",
            "Save the one that you mean to a file of its own.",
        )
    if lists:
        return Layout(f"the list {lists[0]!r}", lambda found: found[lists[0]])
    values = list(only.values())
    if all(isinstance(value, list) for value in values) and _are_alike(values, len):
        return Layout("columns", lambda found: _zipped(found, list(found.values())))
    if not all(isinstance(value, dict) for value in values) or len(values) < 2:
        return None
    if _are_alike(values, tuple) and list(values[0]) == [str(place) for place in range(len(values[0]))]:
        return Layout("columns", lambda found: _zipped(found, [list(each.values()) for each in found.values()]))
    if _are_alike(values, lambda value: frozenset(value)):
        return Layout("objects by their key", lambda found: ({"key": key, **row} for key, row in found.items()))
    return None


def _holds(value: object, outer: type, inner: type) -> bool:
    return isinstance(value, outer) and bool(value) and all(isinstance(each, inner) for each in value)  # type: ignore[attr-defined]


def _are_alike(values: list[Any], mark: Callable[[Any], object]) -> bool:
    """Whether there is more than one row, and all values have the same mark."""
    return bool(values) and len(values[0]) > 1 and len({mark(value) for value in values}) == 1


def _zipped(names: Iterable[str], columns: list[list[Any]]) -> Iterable[Row]:
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

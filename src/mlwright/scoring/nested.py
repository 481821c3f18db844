"""Objects within records: their fields are columns of their own, named from the outside to the inside with dots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Inner = Mapping[str, Sequence[str]]


def flatten(row: Mapping[str, Any], inner: Inner | None = None) -> Mapping[str, Any]:
    """Nested objects as names with dots; lists stay lists.

    Parameters
    ----------
    row : mapping
    inner : mapping of str to sequence of str, optional
        See `inner_names`: the fields of an object that is null are null.

    >>> flatten({"id": 1, "home": {"city": "Rome", "at": {"lat": 41.9}}})
    {'id': 1, 'home.city': 'Rome', 'home.at.lat': 41.9}
    >>> flatten({"id": 1, "home": None}, inner_names(["id", "home.city"]))
    {'id': 1, 'home.city': None}
    """
    if dict not in map(type, row.values()) and not (inner and any(row.get(name, 0) is None for name in inner)):
        return row
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if type(value) is dict:
            deeper = {f"{name}.{key}": each for key, each in value.items()}
            flat.update(flatten(deeper, inner))
        elif value is None and inner and name in inner:
            flat.update(dict.fromkeys(inner[name]))
        else:
            flat[name] = value
    return flat


def inner_names(names: Iterable[str]) -> dict[str, list[str]]:
    """The columns that may be fields of an object, however deep, by the name of the object.

    >>> inner_names(["id", "home.city", "home.at.lat"])
    {'home': ['home.city', 'home.at.lat'], 'home.at': ['home.at.lat']}
    """
    known, inner = list(names), dict[str, list[str]]()
    for name in known:
        parts = name.split(".")
        for depth in range(1, len(parts)):
            inner.setdefault(".".join(parts[:depth]), []).append(name)
    return {name: fields for name, fields in inner.items() if name not in set(known)}


def fields_of(name: str, column: pa.Array | list[Any]) -> Iterator[tuple[str, pa.Array | list[Any]]]:
    """A column, or the fields of one of structs or objects; null where the struct is null."""
    import pyarrow as pa
    from pyarrow import compute, types

    if isinstance(column, list):
        if dict in map(type, column):
            try:
                yield from fields_of(name, pa.array(column))
                return
            except (pa.ArrowException, TypeError):  # some are no objects
                pass
        yield name, column
        return
    if not types.is_struct(column.type):
        yield name, column
        return
    for place, field in enumerate(column.type):
        yield from fields_of(f"{name}.{field.name}", compute.struct_field(column, place))

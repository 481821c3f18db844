"""Objects within records: their fields are columns of their own, named from the outside to the inside with dots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Inner = Mapping[str, Sequence[str]]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def flatten(row: Mapping[str, Any], inner: Inner | None = None) -> Mapping[str, Any]:
    """Nested objects as names with dots; lists stay lists, and values that MongoDB writes with their type are values.

    Parameters
    ----------
    row : mapping
    inner : mapping of str to sequence of str, optional
        See `inner_names`: the fields of an object that is null are null.

    >>> flatten({"id": 1, "home": {"city": "Rome", "at": {"lat": 41.9}}})
    {'id': 1, 'home.city': 'Rome', 'home.at.lat': 41.9}
    >>> flatten({"id": 1, "home": None}, inner_names(["id", "home.city"]))
    {'id': 1, 'home.city': None}
    >>> flatten({"_id": {"$oid": "65a1"}, "n": {"$numberLong": "12"}, "at": {"$date": 86400000}})
    {'_id': '65a1', 'n': 12, 'at': '1970-01-02T00:00:00+00:00'}
    """
    if dict not in map(type, row.values()) and not (inner and any(row.get(name, 0) is None for name in inner)):
        return row
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if type(value) is dict and (read := _typed(value)) is not None:
            flat[name] = _read(next(iter(value.values())), read)
        elif type(value) is dict:
            deeper = {f"{name}.{key}": each for key, each in value.items()}
            flat.update(flatten(deeper, inner))
        elif value is None and inner and name in inner:
            flat.update(dict.fromkeys(inner[name]))
        else:
            flat[name] = value
    return flat


def _moment(value: Any) -> Any:
    """Milliseconds since 1970 as ISO 8601."""
    ticks = value["$numberLong"] if isinstance(value, dict) else value
    return (_EPOCH + timedelta(milliseconds=int(ticks))).isoformat()


def _read(value: Any, read: Callable[[Any], Any]) -> Any:
    """A value in its type; what is written otherwise stays as it is."""
    try:
        return read(value)
    except (TypeError, ValueError, KeyError, OverflowError):
        return value


_TYPED: dict[str, Callable[[Any], Any]] = {
    **{"$oid": str, "$date": _moment, "$numberLong": int, "$numberInt": int},
    **{"$numberDouble": float, "$numberDecimal": float, "$uuid": str, "$symbol": str},
}


def _typed(value: dict[str, Any]) -> Callable[[Any], Any] | None:
    """How the one value of an object of MongoDB's Extended JSON is read; None for all other objects."""
    return _TYPED.get(next(iter(value))) if len(value) == 1 else None


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

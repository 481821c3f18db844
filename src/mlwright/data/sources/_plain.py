"""Arrow columns of any type as columns of the plain types.

.. code-block:: text

    whole numbers                     -> int64; uint64 where it goes beyond that -> string
    floats, decimals, durations (s)   -> double
    dates                             -> date32
    moments                           -> timestamp[us], in UTC where they had a time zone
    text, times of day, identifiers   -> string
    dictionaries                      -> as their values
    structs                           -> one column a field, named with dots
    lists, maps                       -> string, as JSON
    raw bytes                         -> left out, unless all of it is text
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from mlwright.data.sources._values import spell

_WIDER = {
    frozenset({pa.int64(), pa.float64()}): pa.float64(),
    frozenset({pa.date32(), pa.timestamp("us")}): pa.timestamp("us"),
}


@dataclass(frozen=True)
class Leaf:
    """A column, or a field inside nested structs.

    Parameters
    ----------
    name : str
        Names from the outside to the inside, joined with dots.
    path : tuple of int
        Positions from the outside to the inside.
    type : pyarrow.DataType
    top : str
        Name of the outermost column.
    """

    name: str
    path: tuple[int, ...]
    type: pa.DataType
    top: str

    def of(self, batch: pa.RecordBatch) -> pa.Array:
        """Its values in a batch; null where a struct around it is null."""
        column = batch.column(self.path[0])
        return pc.struct_field(column, list(self.path[1:])) if len(self.path) > 1 else column


def leaves(schema: pa.Schema) -> list[Leaf]:
    """All columns, with the fields of structs in place of the structs."""
    return [leaf for place, field in enumerate(schema) for leaf in _leaves_of(field, field.name, (place,), field.name)]


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The plain type for an Arrow type, as far as the type alone can tell."""
    kind = _inner(kind)
    if pt.is_boolean(kind):
        return pa.bool_()
    if pt.is_integer(kind):
        return pa.int64()
    if pt.is_floating(kind) or pt.is_decimal(kind) or pt.is_duration(kind):
        return pa.float64()
    if pt.is_date(kind):
        return pa.date32()
    return pa.timestamp("us") if pt.is_timestamp(kind) else pa.string()


def is_uncertain(kind: pa.DataType) -> bool:
    """Whether the values decide what becomes of a column."""
    return bool(pt.is_uint64(_inner(kind))) or is_bytes(kind)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds raw bytes, as far as its type can tell."""
    inner = _inner(kind)
    asked = (pt.is_binary, pt.is_large_binary, pt.is_binary_view, pt.is_fixed_size_binary)
    return any(is_kind(inner) for is_kind in asked)


def fits(values: pa.Array, kind: pa.DataType) -> bool:
    """Whether the values of an uncertain column can be turned into its plain type."""
    try:
        to_plain(values, kind)
    except pa.ArrowInvalid:
        return False
    return True


def common_type(kinds: Sequence[pa.DataType]) -> pa.DataType:
    """The plain type that holds the values of all these plain types."""
    different = frozenset(kinds)
    return next(iter(different)) if len(different) == 1 else _WIDER.get(different, pa.string())


def to_plain(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Values of any type in a plain type.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a value does not fit.
    """
    kind = values.type
    if pt.is_dictionary(kind):
        return to_plain(values.dictionary_decode(), target)
    if isinstance(kind, pa.BaseExtensionType) and not _is_uuid(kind):
        return to_plain(values.storage, target)
    if kind == target:
        return values
    if pt.is_duration(kind):
        return to_plain(pc.divide(pc.cast(pc.cast(values, pa.duration("us"), safe=False), pa.int64()), 1e6), target)
    if pt.is_timestamp(kind) and pt.is_timestamp(target):
        return pc.cast(values, target, safe=kind.unit != "ns")
    if pt.is_date(kind) and pt.is_date(target):
        return pc.cast(values, target, safe=False)
    if pt.is_string(target) and not _casts_to_text(kind):
        return pa.array([None if value is None else spell(value) for value in values.to_pylist()], pa.string())
    return pc.cast(values, target, safe=not pt.is_integer(kind) or not pt.is_floating(target))


def _leaves_of(field: pa.Field, name: str, path: tuple[int, ...], top: str) -> Iterator[Leaf]:
    if not pt.is_struct(field.type):
        yield Leaf(name, path, field.type, top)
        return
    for place in range(field.type.num_fields):
        inner = field.type.field(place)
        yield from _leaves_of(inner, f"{name}.{inner.name}", (*path, place), top)


def _inner(kind: pa.DataType) -> pa.DataType:
    if pt.is_dictionary(kind):
        return _inner(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return pa.string() if _is_uuid(kind) else _inner(kind.storage_type)
    return kind


def _is_uuid(kind: pa.DataType) -> bool:
    return getattr(kind, "extension_name", "") == "arrow.uuid"


def _casts_to_text(kind: pa.DataType) -> bool:
    asked = (pt.is_nested, pt.is_interval, pt.is_time)
    return not any(is_kind(kind) for is_kind in asked) and not isinstance(kind, pa.BaseExtensionType)

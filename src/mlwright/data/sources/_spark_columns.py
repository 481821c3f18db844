"""The columns of a Spark table in plain types, computed by Spark.

The sample and the figures of all rows see the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mlwright.data.sources._columns import mend_names, refuse_width
from mlwright.data.sources._spark import explained


class PlainFrame(NamedTuple):
    """A Spark table of plain columns.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Fields of structs are columns named with dots, lists and maps text, moments in UTC; NaN is null.
    notices : list of str
        What had to be changed or left out.
    """

    frame: Any
    notices: list[str]


def plain_frame(frame: Any, where: str) -> PlainFrame:
    """The columns of a Spark table in plain types."""
    import pyspark.sql.types as st

    with explained(where):  # a Connect server looks at a query when its columns are asked for
        frame = frame.toDF(*mend_names(frame.columns)[0])
    found = [(path, kind) for field in frame.schema.fields for path, kind in _leaves(field, st)]
    refuse_width(len(found), where)
    kept = [(path, kind) for path, kind in found if not isinstance(kind, st.BinaryType)]
    names, notices = mend_names([".".join(path) for path, _ in kept])
    dropped = [".".join(path) for path, kind in found if isinstance(kind, st.BinaryType)]
    if dropped:
        notices = [*notices, f"Columns of raw bytes were left out: {', '.join(dropped)}."]
    columns = [_plain(path, kind).alias(name) for name, (path, kind) in zip(names, kept, strict=True)]
    return PlainFrame(frame.select(*columns), notices)


def some_rows(frame: Any, share: float) -> Any:
    """A share of the rows, each with the same chance; the same ones as long as Spark cuts the table the same way."""
    return frame.sample(fraction=share, seed=0)  # PySpark 4.0 ignores the seed of sample(share, seed=0)


def _leaves(field: Any, st: Any, outer: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    path = (*outer, field.name)
    if not isinstance(field.dataType, st.StructType):
        yield path, field.dataType
        return
    for inner in field.dataType.fields:
        yield from _leaves(inner, st, path)


def _plain(path: tuple[str, ...], kind: Any) -> Any:
    import pyspark.sql.functions as sf
    import pyspark.sql.types as st

    column = sf.col(".".join("`" + name.replace("`", "``") + "`" for name in path))
    ways: tuple[tuple[Any, Callable[[], Any]], ...] = (
        ((st.BooleanType, st.DateType), lambda: column),
        (st.IntegralType, lambda: column.cast("bigint")),
        (st.DecimalType, lambda: column.cast("double")),
        (st.FractionalType, lambda: sf.when(~sf.isnan(column), column.cast("double"))),
        ((st.TimestampType, st.TimestampNTZType), lambda: column.cast("timestamp_ntz")),
        (st.DayTimeIntervalType, lambda: sf.unix_micros(sf.timestamp_seconds(sf.lit(0)) + column) / 1e6),
        ((st.ArrayType, st.MapType, st.VariantType), lambda: sf.to_json(column)),
    )
    return next((way() for kinds, way in ways if isinstance(kind, kinds)), column.cast("string"))

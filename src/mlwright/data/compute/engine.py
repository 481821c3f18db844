"""What differs between the engines that tables are computed in, in one place.

Everything else is the same Ibis expressions. An engine has to know how to hash a value; how rows are chosen differs
where rows have no position. `GAPS` names what an engine cannot do and what is done in its stead.
"""

from __future__ import annotations

from functools import reduce
from typing import Literal, cast

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Sort = Literal["boolean", "whole", "fraction", "moment", "text"]
"""How a column is stored, as far as figures differ; what is none of the others is looked at as text."""

_SIGN = 1 << 63
_MOST_FOLDED = 64
"""Of so many values the hashes are put together one after the other, which is faster; more would nest too deeply."""

LONGEST_SHOWN = 500
_KEPT_OF_LONG = 480


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _duckdb_hash(value) -> ibis.dtype("uint64"):  # type: ignore[no-untyped-def, valid-type]
    ...


@ibis.udf.scalar.builtin(name="strlen")  # type: ignore[untyped-decorator]
def _duckdb_bytes(text: str) -> int:  # type: ignore[empty-body]
    ...


@ibis.udf.scalar.builtin(name="octet_length")  # type: ignore[untyped-decorator]
def _standard_bytes(text: str) -> int:  # type: ignore[empty-body]
    ...


@ibis.udf.scalar.builtin(name="hashtextextended")  # type: ignore[untyped-decorator]
def _postgres_hash(value: str, seed: int) -> ibis.dtype("int64"):  # type: ignore[valid-type]
    ...


@ibis.udf.scalar.builtin(name="xxhash64")  # type: ignore[untyped-decorator]
def _spark_hash(value) -> ibis.dtype("int64"):  # type: ignore[no-untyped-def, valid-type]
    ...


GAPS: dict[str, dict[str, str]] = {
    "duckdb": {},
    "postgres": {
        "hash of any value": "the value is hashed as text",
        "position of a row": "rows are drawn with TABLESAMPLE, and no column is said to be in order",
    },
    "pyspark": {
        "seed of a sample in Ibis": "rows are drawn by Spark's own sample, the same ones as long as the files are",
        "position of a row": "no column is said to be in order",
        "whole numbers with gaps in Ibis": "answers are fetched as Arrow, not by way of pandas",
    },
}
"""By engine, what it lacks and what is done in its stead."""


def engine_of(expr: ir.Expr) -> str:
    """The name of the engine that computes an expression."""
    return str(expr.get_backend().name)


def hashed(expr: ir.Table, *values: ir.Value) -> ir.Value:
    """A hash of 64 bits of one value or several; equal values have equal hashes, and null is a value.

    Unsigned in DuckDB, signed elsewhere; see `unsigned`.
    """
    engine = engine_of(expr)
    if engine == "postgres":
        spelled = [value.cast("string").fill_null("\x01") for value in values]
        return cast("ir.Value", _postgres_hash(reduce(lambda a, b: a + "\x02" + b, spelled), 0))
    step = _duckdb_hash if engine == "duckdb" else _spark_hash
    if len(values) > _MOST_FOLDED:
        return cast("ir.Value", step(ibis.struct({f"c{place}": value for place, value in enumerate(values)})))
    return cast("ir.Value", reduce(lambda code, other: step(code) ^ other, map(step, values)))


def n_bytes(text: ir.Value) -> ir.Value:
    """How many bytes a text takes in UTF-8."""
    return cast("ir.Value", (_duckdb_bytes if engine_of(text) == "duckdb" else _standard_bytes)(text))


def begins_blank(text: ir.Value) -> ir.BooleanValue:
    """Whether a text is empty or begins with white space or a control character of ASCII."""
    if engine_of(text) == "duckdb":
        return cast("ir.BooleanValue", text < "!")  # by bytes, and far quicker than to take a letter out
    return cast("ir.BooleanValue", text.ascii_str() <= ord(" "))


def lists_slowly(expr: ir.Expr) -> bool:
    """Whether sums take twice as long where the same query asks for a list: DuckDB then adds up as for groups."""
    return engine_of(expr) == "duckdb"


def is_below(code: ir.Value, limit: int) -> ir.BooleanValue:
    """Whether a hash lies below a limit between 1 and 2^64."""
    if code.type().is_unsigned_integer():
        return cast("ir.BooleanValue", code <= ibis.literal(limit - 1, "uint64"))
    return cast("ir.BooleanValue", code <= ibis.literal(limit - 1 - _SIGN, "int64"))


def unsigned(codes: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Hashes as an engine gave them, in one and the same order: from 0 to 2^64."""
    if pa.types.is_uint64(codes.type):
        return np.asarray(codes.to_numpy(), dtype=np.uint64)
    return np.asarray(codes.to_numpy(), dtype=np.int64).view(np.uint64) ^ np.uint64(_SIGN)


def sort_of(column: ir.Value) -> Sort:
    """How a column is stored."""
    kind = column.type()
    if kind.is_boolean():
        return "boolean"
    if kind.is_integer():
        return "whole"
    if kind.is_numeric():
        return "fraction"
    return "moment" if kind.is_date() or kind.is_timestamp() else "text"


def plain(column: ir.Value) -> ir.Value:
    """A column in one of few types: boolean, int64, float64, date, timestamp or string."""
    sort, kind = sort_of(column), column.type()
    if sort == "whole":
        return column.cast("float64" if kind.is_unsigned_integer() and kind.nbytes == 8 else "int64")
    if sort == "fraction":
        return column.cast("float64")
    if sort == "moment":
        return column if kind.is_date() else column.cast("timestamp")
    return column if sort == "boolean" else column.cast("string")


def key(expr: ir.Table, column: ir.Value) -> ir.Value:
    """A plain column whose long texts are cut and told apart by a hash: bounded in size, equal where values are."""
    value = plain(column)
    if sort_of(column) != "text":
        return value
    cut = value.left(_KEPT_OF_LONG) + hashed(expr, value).cast("string")
    return cast("ir.Value", ibis.cases((value.length() > LONGEST_SHOWN, cut), else_=value))

"""Rows with what a model says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def scored_rows(bundle: Bundle, rows: pa.Table, level: float | None = None) -> pa.Table:
    """The rows with their predictions beside them.

    Added are ``prediction`` and, for classes, ``probability of CLASS`` for each class; columns that have these names
    already are replaced. With a `level` also ``prediction low`` and ``prediction high``, or for classes ``possible``,
    which names those that cannot be ruled out; and ``unlike anything seen``, which says why if a row is.

    Raises
    ------
    TableError
        If columns are missing.
    """
    scores = bundle.scores(rows)
    added = {"prediction": pa.array(bundle.answers(scores, rows))}
    for place, name in enumerate(bundle.classes or ()):
        added[f"probability of {name}"] = pa.array(scores[:, place])
    if level is not None:
        added |= _around(bundle, rows, level)
    kept = rows.drop_columns([name for name in added if name in rows.column_names])
    for name, values in added.items():
        kept = kept.append_column(name, values)
    return kept


def _around(bundle: Bundle, rows: pa.Table, level: float) -> dict[str, pa.Array]:
    """What surrounds each answer."""
    unlike = {"unlike anything seen": pa.array(bundle.unlike(rows))}
    if bundle.classes is None:
        low, high = bundle.predict_interval(rows, level).T
        return {"prediction low": pa.array(low), "prediction high": pa.array(high), **unlike}
    possible = [" or ".join(map(str, names)) for names in bundle.predict_set(rows, level)]
    return {"possible": pa.array(possible), **unlike}

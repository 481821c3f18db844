"""Cleaning a table in memory, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlwright.core.errors import TableError, name_list
from mlwright.data.cleaning import counted_plan, learn_cleaning
from mlwright.data.cleaning.written import Written
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import read_columns, to_arrow

if TYPE_CHECKING:
    import pyarrow as pa

    from mlwright.records.cleaning import CleaningPlan


def clean(
    table: Any,
    target: str | None = None,
    plan: CleaningPlan | None = None,
    *,
    repair: bool = True,
    as_text: bool = False,
) -> tuple[pa.Table, CleaningPlan]:
    """Clean a table; what is handed over is not changed.

    Parameters
    ----------
    table : pandas, polars or Arrow table, dict of columns, or list of records
    target : str, optional
        A column that is neither looked at nor changed.
    plan : CleaningPlan, optional
        What to do; default: it is learned from the table.
    repair : bool, default=True
        Whether values that say something wrong are changed, too; else only how values are written.
    as_text : bool, default=False
        Whether columns of text stay text: changed cells are written as most of their column are, the others are left
        as they are. Otherwise numbers and dates in text become numbers and dates.

    Returns
    -------
    table : pyarrow.Table
        The cleaned rows; a pandas user calls its ``to_pandas()``.
    plan : CleaningPlan
        What was done: for each step the reason, the count in this table and examples; doubts among them.

    Raises
    ------
    TableError
        If it is no table, or has no such target.

    Examples
    --------
    >>> rows, plan = clean({"size": ["12.0 oz", "16 oz.", "12 OUNCE", "8 oz", "9.5 oz"]})
    >>> rows["size"].to_pylist()
    [12.0, 16.0, 12.0, 8.0, 9.5]
    >>> rows, plan = clean({"size": ["12 oz", "16 oz", "12 OUNCE", "8 oz", "9 oz"]}, as_text=True)
    >>> rows["size"].to_pylist()
    ['12 oz', '16 oz', '12 oz', '8 oz', '9 oz']
    """
    whole = to_arrow(table)
    if target is not None and target not in whole.column_names:
        raise TableError(f"The table has no column {target!r}.", f"Its columns are: {name_list(whole.column_names)}.")
    looked_at = whole.drop_columns([target] if target else [])
    found = learn_cleaning(looked_at) if plan is None else counted_plan(plan, looked_at)
    if not repair:
        found = found.model_copy(update={"steps": tuple(step for step in found.steps if step.level != "repair")})
    cleaned = _as_text(found, looked_at) if as_text else to_arrow(Cleaner(found).clean_columns(read_columns(looked_at)))
    return (cleaned if target is None else cleaned.append_column(target, whole[target])).select(
        whole.column_names
    ), found


def _as_text(plan: CleaningPlan, table: pa.Table) -> pa.Table:
    texts = table.select([field.name for field in table.schema if str(field.type) in ("string", "large_string")])
    return Written(plan, table, texts).table(table.schema)

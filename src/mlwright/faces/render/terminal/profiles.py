"""The profile as text: what every column is, how it is written, and which go together."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import percent
from mlwright.faces.render.columns import distinct_told, gap_told, pattern_told
from mlwright.faces.render.numbers import short
from mlwright.faces.render.terminal.tables import table
from mlwright.records.portable import PortableProfile
from mlwright.records.profile import ColumnProfile, Profile

Shown = list[RenderableType]
HEADS = ("column", "kind", "missing", "distinct", "typical", "why")


def profile_shown(record: Profile) -> Shown:
    """Roles, columns, shapes and gaps, and what goes together; figures of all rows where they are known."""
    roles = record.roles
    asked = roles.asked
    facts = [("predict", f"{asked.target}: {asked.task}. {asked.reason}")] if asked else []
    facts += [
        ("time", f"{roles.time or 'none'}. {roles.time_reason}"),
        ("group", f"{roles.group or 'none'}. {roles.group_reason}"),
    ]
    facts += [(f"without {name}", reason) for name, reason in roles.left_out.items()]
    whole = record.of_all_rows
    columns = [_column_row(column, whole.n_rows) for column in whole.columns]
    seen = f", of which {record.n_rows:,} were fetched" if record.n_rows_there is not None else ""
    return [
        table(f"{whole.n_rows:,} rows{seen}, {len(columns)} columns", ("", ""), facts),
        Text(),
        table("Columns", HEADS, columns, right=(2, 3)),
        *_shapes(whole.columns),
        *_together(record),
    ]


def portable_shown(record: PortableProfile) -> Shown:
    """The columns of one or several parts."""
    rows = [_column_row(column, record.n_rows) for column in record.columns]
    facts = [("from", part) for part in record.parts]
    return [
        table(f"{record.n_rows:,} rows, {len(rows)} columns", ("", ""), facts),
        Text(),
        table("Columns", HEADS, rows, right=(2, 3)),
        *_shapes(record.columns),
    ]


def _shapes(columns: Sequence[ColumnProfile]) -> Shown:
    """How text is written, and where dates leave stretches empty."""
    rows = [(each.name, "written like", "; ".join(map(pattern_told, each.patterns[:3]))) for each in columns]
    rows += [(each.name, "nothing between", "; ".join(map(gap_told, each.gaps))) for each in columns]
    there = [row for row in rows if row[2]]
    return [Text(), table("Shapes and gaps", ("column", "", ""), there)] if there else []


def _together(record: Profile) -> Shown:
    if not record.associations:
        return []
    rows = [
        (" and ".join(each.columns), f"{each.value:.2f}", f"{each.low:.2f} to {each.high:.2f}", each.measure)
        for each in record.associations
    ]
    n_rows = max(each.n_rows for each in record.associations)
    title = f"Columns that go together (a sample of {n_rows:,} rows; all intervals hold together, 95 times in 100)"
    return [Text(), table(title, ("columns", "", "95 %", "measure"), rows, right=(1,))]


def _column_row(column: ColumnProfile, n_rows: int) -> tuple[str, ...]:
    if column.quantiles and column.kind == "number":
        typical = f"{short(column.quantiles[1])} ... {short(column.quantiles[-2])}"
    else:
        typical = ", ".join(top.value for top in column.top[:3])[:40]
    missing = percent(column.n_missing / max(n_rows, 1)) if column.n_missing else ""
    return (column.name, column.kind, missing, distinct_told(column), typical, column.reason)

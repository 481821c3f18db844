"""Rows that findings are about, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlwright.data.compute.table import Table
from mlwright.data.words import shortened
from mlwright.records.findings import Excerpt, Finding
from mlwright.scoring.spelling import canonical

MOST_ROWS = 5
MOST_COLUMNS = 8
LONGEST = 60


def excerpts(table: Table, findings: Sequence[Finding]) -> tuple[Excerpt, ...]:
    """Up to five rows of each finding that names rows, in its own columns and a few besides."""
    shown = set(table.columns)
    found = []
    for place, finding in enumerate(findings):
        if rows := [row for row in finding.rows[:MOST_ROWS] if row < table.n_rows]:
            own = [name for name in finding.columns if name in shown]
            names = list(dict.fromkeys([*own, *table.columns]))[:MOST_COLUMNS]
            lines = table.arrow(names, np.array(rows)).to_pylist()
            cells = tuple(tuple(_spelled(line[name]) for name in names) for line in lines)
            found.append(Excerpt(place=place, columns=tuple(names), rows=tuple(rows), cells=cells))
    return tuple(found)


def _spelled(value: object) -> str | None:
    spelling = canonical(value)
    return None if spelling is None else shortened(spelling, LONGEST)

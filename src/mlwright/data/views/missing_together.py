"""Which columns lack their values in the same rows."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mlwright.core.family import NotApplicable
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.style import BLUE, GROUND, dress, labels
from mlwright.data.views import Picture, View
from mlwright.data.words import percent, quoted
from mlwright.records.profile import Profile

MAX_COLUMNS = 20
MAX_PATTERNS = 12


class MissingTogether(View):
    """The most frequent patterns of missing values, one a line: which columns are empty, and in how many rows."""

    title = "What is missing together"
    order = 62

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """A grid; filled cells are missing."""
        rows = training_rows(table, profile)
        gaps = {name: rows.missing(name) for name in profile.roles.inputs}
        names = sorted((name for name in gaps if gaps[name].any()), key=lambda name: -gaps[name].sum())[:MAX_COLUMNS]
        if len(names) < 2:
            raise NotApplicable("no two inputs lack values")
        matrix = np.column_stack([gaps[name] for name in names])
        patterns, counts = np.unique(matrix, axis=0, return_counts=True)
        shown = np.argsort(-counts, kind="stable")[:MAX_PATTERNS]
        shares = counts[shown] / len(rows)
        y = [f"{percent(share)} of rows" for share in shares]
        heat = go.Heatmap(
            z=patterns[shown].astype(int).tolist(),
            zmin=0,
            zmax=1,
            colorscale=[[0, GROUND], [1, BLUE]],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=[[f"{column}: {label}" for column in labels(names, 40)] for label in y],
            hovertemplate="%{customdata}<extra></extra>",
        )
        figure = dress(go.Figure(heat), height=150 + 24 * len(shown))
        figure.update_xaxes(tickvals=list(range(len(names))), ticktext=labels(names, 18), tickangle=-45, showgrid=False)
        figure.update_yaxes(tickvals=list(range(len(y))), ticktext=y, autorange="reversed", showgrid=False)
        return Picture(_sentence(names, patterns[shown], shares), figure)


def _sentence(names: list[str], patterns: np.ndarray, shares: np.ndarray) -> str:
    whole = float(shares[~patterns.any(axis=1)].sum())
    lacking = f"{percent(whole)} of the rows lack nothing" if whole else "Every row lacks something"
    together = [place for place in range(len(patterns)) if patterns[place].sum() > 1]
    if not together:
        return f"{lacking}; no two columns are often missing in the same rows."
    empty = [name for name, gap in zip(names, patterns[together[0]], strict=True) if gap]
    told = quoted(empty, 3)
    return f"{lacking}; {told} are missing together in {percent(shares[together[0]])}."

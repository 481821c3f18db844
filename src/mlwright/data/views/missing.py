"""What is not there."""

from __future__ import annotations

import plotly.graph_objects as go

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import SplitTable
from mlwright.data.style import BLUE, dress, labels
from mlwright.data.views import Picture, View
from mlwright.data.words import percent
from mlwright.records.profile import Profile

MAX_COLUMNS = 25


class Missing(View):
    """The share of missing values in each column that lacks some."""

    title = "What is missing"
    order = 60

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Bars, the emptiest column on top."""
        shares = {
            column.name: column.n_missing / max(1, profile.n_rows) for column in profile.inputs if column.n_missing
        }
        if not shares:
            raise NotApplicable("no input lacks a value")
        ranked = sorted(shares, key=lambda name: -shares[name])
        shown = ranked[:MAX_COLUMNS][::-1]
        bars = go.Bar(
            x=[shares[name] for name in shown],
            y=labels(shown, 30),
            orientation="h",
            marker_color=BLUE,
            text=[percent(shares[name]) for name in shown],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
        figure = dress(go.Figure(bars), height=90 + 24 * len(shown))
        figure.update_xaxes(tickformat="~%", range=[0, min(1.15, 1.2 * shares[ranked[0]])], title="share of all rows")
        figure.update_yaxes(type="category")
        verb = "inputs lacks" if len(shares) == 1 else "inputs lack"
        return Picture(
            f"{len(shares)} of {len(profile.roles.inputs)} {verb} values; '{ranked[0]}' lacks most, "
            f"{percent(shares[ranked[0]])} of the rows.",
            figure,
        )

"""Which columns tell most about the target."""

from __future__ import annotations

import plotly.graph_objects as go

from mlwright.core.family import NotApplicable
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.style import BLUE, dress, labels
from mlwright.data.views import Picture, View
from mlwright.data.words import counted
from mlwright.records.profile import Profile

MAX_COLUMNS = 20
NOTHING = 0.05


class RelationStrength(View):
    """How much each input alone tells about the target, on rows that were not learned from (see `strength.Judge`)."""

    title = "Which columns tell most"
    order = 20

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Bars, the strongest column on top."""
        ranked = strengths(training_rows(table, profile))
        if not ranked:
            raise NotApplicable("there is no input column")
        shown = list(ranked)[:MAX_COLUMNS][::-1]
        bars = go.Bar(
            x=[round(ranked[name].order, 4) for name in shown],
            y=labels(shown, 30),
            orientation="h",
            marker_color=BLUE,
            customdata=[ranked[name].told(profile.roles) for name in shown],
            hovertemplate="%{y} %{customdata}<extra></extra>",
        )
        figure = dress(go.Figure(bars), height=90 + 24 * len(shown))
        figure.update_xaxes(range=[0, 1], title="strength of the column alone (0 is chance, 1 is certainty)")
        figure.update_yaxes(type="category")
        first = next(iter(ranked))
        n_silent = sum(strength.order < NOTHING for strength in ranked.values())
        verb = "tells" if n_silent == 1 else "tell"
        silent = f" {counted(n_silent, 'input')} of {len(ranked)} {verb} next to nothing alone." if n_silent else ""
        return Picture(f"'{first}' tells most: alone it {ranked[first].told(profile.roles)}.{silent}", figure)

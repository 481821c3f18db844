"""Which columns go together."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from mlwright.core.family import NotApplicable
from mlwright.data.association import associations
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.style import SCALE, dress, labels
from mlwright.data.views import Picture, View
from mlwright.records.profile import Profile

MAX_INPUTS = 24


class Associations(View):
    """How closely the inputs that tell most go together, in pairs and with the target; see `association`.

    Numbers and dates: the rank correlation without its sign; any other pair: Cramer's V. Inputs stand beside those that
    they go with (average linkage).
    """

    title = "Which columns go together"
    order = 50

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """A heat map; the target, if there is one, is the last column."""
        rows = training_rows(table, profile)
        is_asked = profile.roles.asked is not None
        inputs = list(strengths(rows) if is_asked else profile.roles.inputs)[:MAX_INPUTS]
        if len(inputs) < 2:
            raise NotApplicable("there are not two inputs to compare")
        inputs = _kin_together(rows, inputs)
        names = [*inputs, profile.roles.target] if is_asked else inputs
        found = associations(rows, names)
        ticktext = labels(names, 22)
        ticks = list(range(len(names)))
        heat = go.Heatmap(
            z=found.round(3).tolist(),
            zmin=0,
            zmax=1,
            colorscale=[list(stop) for stop in SCALE],
            customdata=_hover(rows, names, ticktext),
            hovertemplate="%{customdata} %{z:.2f}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": [0, 0.5, 1]},
            xgap=1,
            ygap=1,
        )
        figure = dress(go.Figure(heat), height=160 + 20 * len(names))
        figure.update_xaxes(tickvals=ticks, ticktext=ticktext, tickangle=-45, showgrid=False)
        figure.update_yaxes(tickvals=ticks, ticktext=ticktext, autorange="reversed", showgrid=False)
        pairs = np.triu(found[: len(inputs), : len(inputs)], 1)
        a, b = np.unravel_index(int(pairs.argmax()), pairs.shape)
        n_close = int((pairs >= 0.5).sum())
        return Picture(
            f"'{inputs[a]}' and '{inputs[b]}' go together most closely ({pairs[a, b]:.2f} on a scale from 0 to 1); "
            f"{n_close} of {len(inputs) * (len(inputs) - 1) // 2} pairs of inputs reach 0.50.",
            figure,
        )


def _kin_together(rows: TrainingRows, names: list[str]) -> list[str]:
    """The names so that those that go together stand beside each other."""
    if len(names) < 3:
        return names
    apart = 1 - associations(rows, names)
    tree = linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    return [names[place] for place in leaves_list(tree)]


def _hover(rows: TrainingRows, names: list[str], shown: list[str]) -> list[list[str]]:
    """What is compared and by which measure, for each cell."""
    ordered = [rows.is_ordered(name) for name in names]
    return [
        [
            f"{a} and {b}: {'rank correlation' if first and second else 'Cramer’s V'}"
            for b, second in zip(shown, ordered, strict=True)
        ]
        for a, first in zip(shown, ordered, strict=True)
    ]

"""A history that was played, as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mlwright.core.errors import SettingsError
from mlwright.core.store.blobs import write_atomically
from mlwright.data.style import COLOURS
from mlwright.faces.render.stills import still
from mlwright.records.replay import Replayed


def draw_replay(replayed: Replayed, path: Path) -> None:
    """Draw the mean loss until each period, policy by policy, into a PNG or SVG.

    Raises
    ------
    SettingsError
        If the file's name ends otherwise.
    """
    form = path.suffix.lower()
    if form not in (".png", ".svg"):
        raise SettingsError(f"{path.name} is no name of a picture.", "Name it like history.png or history.svg.")
    rows = np.array(replayed.rows_by_period, dtype=float)
    traces = []
    for one, colour in zip(replayed.played, COLOURS, strict=False):
        so_far = np.cumsum(np.array(one.by_period) * rows) / np.cumsum(rows)
        line = {"color": colour, "width": 2}
        x, y = list(replayed.periods), so_far.tolist()
        traces.append({"type": "scatter", "mode": "lines", "x": x, "y": y, "name": one.title, "line": line})
    layout = {
        "height": 380,
        "showlegend": True,
        "xaxis": {"title": {"text": "period"}},
        "yaxis": {"title": {"text": f"mean {replayed.loss_title} so far"}},
    }
    title = f"Looking after a model of {replayed.target}"
    write_atomically(path, still({"data": traces, "layout": layout}, title, "png" if form == ".png" else "svg"))

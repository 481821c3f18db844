"""What was said and what happened along a column."""

from __future__ import annotations

from mlwright.data.style import BLUE, GREY, ORANGE, labels
from mlwright.faces.render.charts.frame import Figure, framed
from mlwright.records.understanding import Along


def along(found: Along, of_what: str) -> Figure:
    """Said beside happened with its interval, band by band; a line joins bands that have an order."""
    is_share = of_what.startswith("the probability of ")
    spelled = ".1%" if is_share else ",.4~g"
    bands, places = found.bands, list(range(len(found.bands)))
    happened = {
        "type": "scatter",
        "mode": "markers",
        "name": "happened",
        "x": places,
        "y": [band.happened.value for band in bands],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [band.happened.high - band.happened.value for band in bands],
            "arrayminus": [band.happened.value - band.happened.low for band in bands],
            "color": GREY,
        },
        "marker": {"color": BLUE, "size": 9},
        "text": [f"{band.n_rows:,} rows" for band in bands],
        "hovertemplate": f"happened: %{{y:{spelled}}}, %{{text}}<extra></extra>",
    }
    said = {
        "type": "scatter",
        "mode": "markers",
        "name": "said",
        "x": places,
        "y": [band.said for band in bands],
        "marker": {"color": ORANGE, "size": 9, "symbol": "diamond-open", "line": {"width": 2}},
        "hovertemplate": f"said: %{{y:{spelled}}}<extra></extra>",
    }
    y_title = of_what if is_share else labels([of_what])[0]
    ticks = [label.replace(" to ", "<br>to ") for label in labels(band.label for band in bands)]
    x_axis = {"tickvals": places, "ticktext": ticks, "showgrid": False, "zeroline": False, "tickfont": {"size": 11}}
    y_axis = {"tickformat": ".0%"} if is_share else {}
    title = labels([found.column])[0]
    return framed([happened, said], title, y_title, 260, showlegend=True, xaxis=x_axis, yaxis=y_axis)

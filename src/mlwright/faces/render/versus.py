"""Two models side by side: in words, and as one page."""

from __future__ import annotations

import time
from itertools import groupby

from mlwright.faces.render.numbers import lost, short, with_interval
from mlwright.faces.render.page import environment
from mlwright.records.evaluation import Estimate
from mlwright.records.versus import MetricPair, Versus

MOST_PROBES = 8
EDGE = 4.0
"""Per cent of a line that stay free at either end."""


def gain_told(pair: MetricPair) -> str:
    """The gain in a metric, and whether it may be chance."""
    return gained(pair.gain)


def gained(gain: Estimate | None) -> str:
    """A gain, and whether it may be chance."""
    if gain is None:
        return "-"
    sure = "" if gain.low > 0 or gain.high < 0 else ", may be chance"
    return f"{with_interval(gain)}{sure}"


def probed(title: str, strength: float) -> str:
    """The name of a disturbance, with its strength where that is not the usual one."""
    return title if strength == 1 else f"{title} (strength {strength:g})"


def render_versus(record: Versus) -> str:
    """The page as HTML."""
    groups = [(part, list(each)) for part, each in groupby(record.differences, lambda difference: difference.part)]
    made = environment()
    made.globals |= {"lost": lost, "gain_told": gain_told, "probed": probed}
    return made.get_template("versus.html").render(
        versus=record,
        groups=groups,
        accent={"first": "pilot", "second": "deploy", "neither": "look"}[record.better],
        made_at=time.strftime("%d %B %Y, %H:%M"),
        line=_line(record.metrics[0].gain) if record.metrics else None,
        shown=MOST_PROBES,
        short=short,
    )


def _line(gain: Estimate | None) -> dict[str, float] | None:
    """Where the gain, its ends and nothing stand, in per cent of a line with nothing in its middle."""
    if gain is None:
        return None
    reach = max(abs(gain.low), abs(gain.high)) or 1.0
    places = {"low": gain.low, "high": gain.high, "at": gain.value}
    return {name: round(50 + (50 - EDGE) * value / reach, 2) for name, value in places.items()}

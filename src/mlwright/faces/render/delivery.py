"""The page of a delivery: what changed, what it means for the model and what to do, in one HTML file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from mlwright.core.store.blobs import write_atomically
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.words import counted, listing, percent
from mlwright.faces.render.page import environment
from mlwright.records.delivery import Beside, Delivery
from mlwright.records.findings import Finding

WIDTH, HEIGHT = 480, 110
MAIN = 0.1
"""From this share of the strongest input's importance on the model makes much of a column."""

SPEAKING = {"critical": 0, "warning": 1, "note": 2, "": 3}


class ColumnShown(NamedTuple):
    """One column: how it is called and weighed, both pictures in one, and what is said of it."""

    column: Beside
    loudest: str
    picture: Markup
    ends: tuple[str, str] | None
    moved: str
    weighed: str
    said: tuple[str, ...]


def write_delivery(delivery: Delivery, path: Path) -> Path:
    """Write the page, and return where."""
    write_atomically(path, render_delivery(delivery).encode("utf-8", "replace"))
    return path


def render_delivery(delivery: Delivery) -> str:
    """The page as HTML."""
    findings = delivery.findings.findings
    columns = sorted((_shown(each, findings) for each in delivery.columns), key=_loudest_first)
    return (
        environment()
        .get_template("delivery.html")
        .render(
            delivery=delivery,
            accent={"accept": "deploy", "look": "pilot", "refuse": "stop"}[delivery.verdict],
            made_at=time.strftime("%d %B %Y, %H:%M"),
            findings=findings,
            excerpts={each.place: each for each in delivery.excerpts},
            touched=_touched(delivery),
            columns=columns,
        )
    )


def _loudest_first(shown: ColumnShown) -> tuple[int, float]:
    return SPEAKING[shown.loudest], -(shown.column.size or 0.0)


def _touched(delivery: Delivery) -> str:
    """What the findings mean for the model, in one sentence."""
    loud = [each for each in delivery.findings.findings if each.severity != "note"]
    names = {name for each in loud for name in each.columns}
    weights = {each.name: each.weight for each in delivery.columns if each.part == "input"}
    if not loud:
        return "What the model reads is as it was: its answers are as good as its evaluation said."
    if not names:
        return "The findings are about the rows or the file as a whole, not about single inputs of the model."
    known = {name: weight for name, weight in weights.items() if weight is not None}
    if not known:
        touched = len(names & set(weights))
        return f"{touched} of {counted(len(weights), 'input')} changed; how much a model needs them is not known here."
    main = sorted((n for n in names & set(known) if known[n] >= MAIN), key=lambda name: -known[name])
    if main:
        return f"The model makes much of {listing([repr(n) for n in main])}: its answers for these rows may be wrong."
    return (
        "The model makes little or nothing of the columns that changed: most answers will be as they would have been."
    )


def _shown(column: Beside, findings: Sequence[Finding]) -> ColumnShown:
    about = [each for each in findings if column.name in each.columns]
    loudest = min((each.severity for each in about), key=SPEAKING.__getitem__, default="")
    ends = (_first(column.labels[0]), _last(column.labels[-1])) if column.is_ordered and column.labels else None
    picture = steps_svg(column) if column.is_ordered and column.labels else Markup()
    return ColumnShown(
        column, loudest, picture, ends, _moved(column), _weighed(column), tuple(each.title for each in about)
    )


def _first(label: str) -> str:
    return label.split(" to ")[0]


def _last(label: str) -> str:
    return label.split(" to ")[-1]


def _moved(column: Beside) -> str:
    if column.size is None or column.chance is None:
        return ""
    sure = "beyond chance" if column.chance <= ALARMS else "as chance would have it"
    return f"{percent(column.size)} of the rows lie elsewhere, {sure}"


def _weighed(column: Beside) -> str:
    if column.part == "target":
        return "what is predicted"
    if column.part == "other":
        return "no model uses it"
    if column.weight is None:
        return "an input"
    if column.weight <= 0:
        return "an input that the model makes nothing of"
    return f"an input, {percent(column.weight)} as weighty as the strongest one"


def steps_svg(column: Beside) -> Markup:
    """What was, as a filled area, and what is, as a line over it, each step with its shares on hover."""
    top = max(*column.then, *column.now) or 1.0
    step = WIDTH / len(column.labels)
    return Markup(
        '<svg viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="old and new values of {name}">'
        '<path class="then" d="{then}L{w} {h}L0 {h}Z"/><path class="now" d="{now}"/>{hover}</svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        name=column.name,
        then=_stairs(column.then, step, top),
        now=_stairs(column.now, step, top),
        hover=Markup().join(_hover(column, place, step) for place in range(len(column.labels))),
    )


def _stairs(shares: Sequence[float], step: float, top: float) -> str:
    points = []
    for place, share in enumerate(shares):
        y = HEIGHT - (HEIGHT - 4) * share / top
        points += [f"{place * step:.1f} {y:.1f}", f"{(place + 1) * step:.1f} {y:.1f}"]
    return "M" + "L".join(points)


def _hover(column: Beside, place: int, step: float) -> Markup:
    told = f"{column.labels[place]}: {percent(column.now[place])} now, {percent(column.then[place])} before"
    return Markup('<rect class="at" x="{:.1f}" y="0" width="{:.1f}" height="{}"><title>{}</title></rect>').format(
        place * step, step, HEIGHT, told
    )

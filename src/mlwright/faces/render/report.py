"""The report: one HTML file that a manager can read and that needs no network."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mlwright.core.history import RunState
from mlwright.core.store.blobs import write_atomically
from mlwright.data.words import percent
from mlwright.faces.render import charts, numbers, telling
from mlwright.faces.render.charts import Figure
from mlwright.faces.render.facts import Facts, facts_of
from mlwright.faces.render.summary import composition, corrected_figure, told_score
from mlwright.faces.render.workbook import workbook
from mlwright.project import Project
from mlwright.records.evaluation import Curve

VERDICTS = {"deploy": "deploy", "pilot": "pilot", "collect_more": "collect more data", "stop": "stop"}
CAPTIONS = {
    "ROC": (
        "Going down the list from the surest row to the least: how many of them are found, against how many others are "
        "called on the way. The further up to the left, the better; the dotted line is chance."
    ),
    "Precision and recall": "The more of them are to be found (to the right), the fewer of the calls are right.",
    "Predicted against true": "Rows of like prediction, together. Those on the dotted line are right on average.",
    "Quantiles": "On the dotted line, predictions spread as widely as the truth does.",
}


class Picture(NamedTuple):
    """A figure as the page needs it; its axes are named by the page, where there is room for words.

    Parameters
    ----------
    json : Markup
        The Plotly figure, safe inside a script element.
    x, y : str
        What the axes say; empty for small pictures side by side, which say it themselves.
    is_broad : bool
        Whether it needs the whole width, as several small pictures or a map of cells do.
    title, sentence : str
    """

    json: Markup
    x: str
    y: str
    is_broad: bool
    title: str = ""
    sentence: str = ""


def write_report(project: Project, state: RunState) -> Path:
    """Write ``report.html``, ``leaderboard.xlsx`` and ``card.md`` for a run that has come to a decision.

    Returns
    -------
    Path
        The HTML file.
    """
    facts = facts_of(project, state)
    target = project.path / "reports" / "report.html"
    write_atomically(target, render_report(project, facts).encode("utf-8", "replace"))
    write_atomically(target.with_name("leaderboard.xlsx"), workbook(facts))
    if facts.bundle is not None:
        card = project.bundle_path(state.run_id) / "card.md"
        write_atomically(target.with_name("card.md"), card.read_bytes())
    return target


def render_report(project: Project, facts: Facts) -> str:
    """The report as HTML."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            **{name: getattr(facts, name) for name in Facts.__dataclass_fields__},
            name=project.settings().project.name,
            made_at=time.strftime("%d %B %Y, %H:%M", time.localtime(facts.run.started_at)),
            verdicts=VERDICTS,
            tiles=telling.tiles(facts),
            plotly=Markup(_plotly_script()),  # noqa: S704  the library's own code
            drawings=_drawings(project, facts),
            pictures=_pictures(facts),
            curves=_curves(facts.evaluation.curves, len(facts.profile.roles.classes)),
            glossary=list(telling.glossary(facts.leaderboard, facts.evaluation)),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mlwright.faces.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "short": numbers.short,
        "interval": numbers.with_interval,
        "share": percent,
        "duration": numbers.duration,
        "count": "{:,}".format,
        "words": lambda text: str(text).replace("_", " "),
    }
    environment.globals |= {
        "alike": numbers.alike,
        "composition": composition,
        "corrected_figure": corrected_figure,
        "told_score": told_score,
        **{name: getattr(telling, name) for name in TOLD},
    }
    return environment


TOLD = ("gloss", "in_1000_cases", "mix_ups", "worth_lines", "worth_table", "worth_unit")
"""What the templates ask `telling` for."""


def _plotly_script() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def _drawings(project: Project, facts: Facts) -> list[Picture]:
    """The pictures of the data."""
    shown = []
    for drawing in facts.exploration.drawings:
        picture = _picture(json.loads(project.store.blobs.get(drawing.figure)))
        shown.append(picture._replace(title=drawing.title, sentence=drawing.sentence))
    return shown


def _pictures(facts: Facts) -> dict[str, Picture | None]:
    """The pictures of the model, by name."""
    drawn = {
        "leaderboard": charts.leaderboard(facts.leaderboard),
        "importance": charts.importance(facts.leaderboard),
        "calibration": charts.calibration(facts.evaluation),
        "worth": charts.worth(facts.decision, facts.leaderboard.model.threshold),
        "robustness": charts.robustness(facts.robustness),
    }
    return {name: None if figure is None else _picture(figure) for name, figure in drawn.items()}


def _curves(curves: Iterable[Curve], n_classes: int) -> list[Picture]:
    """A picture for each kind of curve."""
    shown = []
    for kind, group in groupby(sorted(curves, key=charts.kind_of), charts.kind_of):
        same = list(group)
        of = "each class" if len(same) == n_classes else f"the first {len(same)} classes"
        title = same[0].name if len(same) == 1 else f"{kind} of {of}"
        shown.append(_picture(charts.curves(same))._replace(title=title, sentence=CAPTIONS.get(kind, "")))
    return shown


def _picture(figure: Figure) -> Picture:
    layout = figure["layout"]
    if "xaxis2" in layout:
        return Picture(_safe(figure), "", "", is_broad=True)
    x, y = (_taken_title(layout.get(axis, {})) for axis in ("xaxis", "yaxis"))
    return Picture(_safe(figure), x, y, is_broad=any(trace["type"] == "heatmap" for trace in figure["data"]))


def _taken_title(axis: dict[str, Any]) -> str:
    """The title of an axis, taken from the figure and freed of Plotly's markup."""
    text = axis.pop("title", {}).get("text", "")
    return html.unescape(text.replace("<br>", " "))


def _safe(figure: Figure) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(figure, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  escaped above

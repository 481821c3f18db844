"""The report: one HTML file that a manager can read and that needs no network."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mlwright.core.errors import NothingToShow
from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.core.store.blobs import write_atomically
from mlwright.data.words import percent
from mlwright.faces.render import charts, numbers
from mlwright.project import SHOWN, Project
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.exploration import Exploration
from mlwright.records.robustness import Robustness
from mlwright.records.trials import Training

VERDICTS = {
    "deploy": "Use it",
    "pilot": "Try it on a small scale first",
    "collect_more": "Collect more data first",
    "stop": "Do not use it",
}


def write_report(project: Project, state: RunState) -> Path:
    """Write ``reports/report.html`` and ``reports/card.md`` for a run that has come to a decision.

    Returns
    -------
    Path
        The HTML file.
    """
    facts = {name: _shown(project, name, state.run_id) for name in SHOWN}
    target = project.path / "reports" / "report.html"
    write_atomically(target, render_report(project, state, facts).encode())
    if state.stage("pack"):
        card = project.bundle_path(state.run_id) / "card.md"
        write_atomically(target.with_name("card.md"), card.read_bytes())
    return target


def render_report(project: Project, state: RunState, facts: dict[str, Record | None]) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=PackageLoader("mlwright.faces.render"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "short": numbers.short,
        "interval": numbers.with_interval,
        "share": percent,
        "duration": numbers.duration,
        "words": lambda text: str(text).replace("_", " "),
    }
    return environment.get_template("report.html").render(
        **facts,
        name=project.settings().project.name,
        run=state,
        made_at=time.strftime("%d %B %Y, %H:%M", time.localtime(state.started_at)),
        verdicts=VERDICTS,
        plotly=Markup(_plotly_script()),  # noqa: S704  the library's own code
        drawings=_drawings(project, facts["exploration"]),
        figures=_figures(facts),
    )


def _shown(project: Project, name: str, run_id: str) -> Record | None:
    try:
        return project.show(name, run_id)
    except NothingToShow:
        return None


def _plotly_script() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def _drawings(project: Project, exploration: Record | None) -> list[dict[str, Any]]:
    """The pictures of the data, each with its figure as text that is safe inside a script element."""
    assert isinstance(exploration, Exploration)
    shown = []
    for drawing in exploration.drawings:
        figure = json.loads(project.store.blobs.get(drawing.figure))
        wide = "xaxis2" in figure["layout"] or any(trace["type"] == "heatmap" for trace in figure["data"])
        shown.append({"title": drawing.title, "sentence": drawing.sentence, "figure": _safe(figure), "wide": wide})
    return shown


def _figures(facts: dict[str, Record | None]) -> dict[str, Markup | None]:
    training, evaluation = facts["leaderboard"], facts["evaluation"]
    robustness, decision = facts["robustness"], facts["decision"]
    assert isinstance(training, Training)
    assert isinstance(evaluation, Evaluation)
    assert isinstance(robustness, Robustness)
    assert isinstance(decision, Decision)
    drawn: dict[str, dict[str, Any] | None] = {
        "leaderboard": charts.leaderboard(training),
        "importance": charts.importance(training),
        "calibration": charts.calibration(evaluation),
        "worth": charts.worth(decision, training.model.threshold),
        "robustness": charts.robustness(robustness),
        **{f"curve_{place}": charts.curve(curve) for place, curve in enumerate(evaluation.curves)},
    }
    return {name: None if figure is None else _safe(figure) for name, figure in drawn.items()}


def _safe(figure: dict[str, Any]) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = (
        json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    )
    return Markup(text)  # noqa: S704  escaped above

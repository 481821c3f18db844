"""The report: one HTML file that a manager can read and that needs no network."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.core.store.blobs import write_atomically
from mlwright.faces.render import charts, numbers, recipes, telling
from mlwright.faces.render.brief import brief, scale_of
from mlwright.faces.render.dots import dots_svg
from mlwright.faces.render.exploration import write_exploration
from mlwright.faces.render.facts import Facts, facts_of
from mlwright.faces.render.gists import gists
from mlwright.faces.render.groups import SHARES, TITLES, figures_of
from mlwright.faces.render.learned import told_along, told_effect, told_together
from mlwright.faces.render.page import Picture, drawings, environment, packed, picture_of
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.summary import brought_lately, composition, corrected_figure, time_left
from mlwright.faces.render.workbook import workbook
from mlwright.learning.footing import told_pieces, told_rows
from mlwright.project import Project
from mlwright.records.evaluation import Confusion, Curve

PARTS = {
    "decision": "Decision",
    "worth": "Worth",
    "quality": "How good",
    "limits": "Where it fails",
    "mistakes": "Mistakes",
    "models": "Models",
    "cases": "Single rows",
    "data": "Data",
    "findings": "Findings",
    "pictures": "Pictures",
    "words": "Words",
    "facts": "Small print",
    "records": "Records",
}
"""The parts behind the first screen, and what their links say."""
LONGEST_LIST = 400
"""Items of a list of a record that the page keeps."""

CAPTIONS = {
    "ROC": (
        "Going down the list from the surest row to the least: how many of them are found, against how many others are "
        "called on the way. The further up to the left, the better; the dotted line is chance."
    ),
    "Precision and recall": "The more of them are to be found (to the right), the fewer of the calls are right.",
    "Gains": (
        "Going down the list from the surest row to the least: how many of them are found in how many of all rows. "
        "The dotted line is chance."
    ),
    "Predicted against true": "Rows of like prediction, together. Those on the dotted line are right on average.",
    "Quantiles": "On the dotted line, predictions spread as widely as the truth does.",
}
OF_TWO = {
    "ROC": " The diamond is the threshold in use.",
    "Gains": " The diamond is the threshold in use.",
    "Precision and recall": " The dotted line is chance, the diamond the threshold in use.",
}
"""What is to be said besides where there are two classes."""
TOLD = (
    "gloss",
    "mix_ups",
    "off_lines",
    "told_coverage",
    "told_tenths",
    "worth_notes",
    "worth_table",
    "worth_unit",
)
"""What the templates ask `telling` for."""


def write_report(project: Project, state: RunState) -> Path:
    """Write ``report.html`` and what stands beside it for a run that has come to a decision.

    Beside it: ``exploration.html``, ``leaderboard.xlsx`` and ``card.md``.

    Returns
    -------
    Path
        The HTML file.
    """
    facts = facts_of(project, state)
    target = project.path / "reports" / "report.html"
    write_atomically(target, render_report(project, facts).encode("utf-8", "replace"))
    write_atomically(target.with_name("leaderboard.xlsx"), workbook(facts))
    write_exploration(project, state, target.with_name("exploration.html"))
    if facts.bundle is not None:
        card = project.bundle_path(state.run_id) / "card.md"
        write_atomically(target.with_name("card.md"), card.read_bytes())
    return target


def render_report(project: Project, facts: Facts) -> str:
    """The report as HTML."""
    sources = Sources(facts.records())
    worth_scale = scale_of(facts.decision.worth)
    made = environment()
    made.globals |= {
        "src": sources,
        "n": sources.number,
        "iv": sources.interval,
        "w": sources.words,
        "dots": dots_svg,
        "worth_scale": worth_scale,
        "told_together": told_together,
        "group_titles": TITLES,
        "group_shares": SHARES,
        "figures_of": figures_of,
        "spelled_params": recipes.params,
        "spelled_choices": recipes.choices,
        "two_errors": numbers.two_errors,
        "composition": composition,
        "time_left": time_left,
        "corrected_figure": corrected_figure,
        "brought_lately": brought_lately,
        "told_rows": told_rows,
        "told_pieces": told_pieces,
        **{name: getattr(telling, name) for name in TOLD},
    }
    return made.get_template("report.html").render(
        **{name: getattr(facts, name) for name in Facts.__dataclass_fields__},
        name=project.settings().project.name,
        made_at=time.strftime("%d %B %Y, %H:%M", time.localtime(facts.run.started_at)),
        parts=parts_of(facts),
        brief=brief(facts, sources),
        gists=gists(facts, sources, worth_scale),
        drawings=drawings(project.store, facts.exploration.drawings),
        pictures=_pictures(facts),
        effects=_effects(facts),
        alongs=_alongs(facts),
        curves=_curves(facts.evaluation.curves, len(facts.profile.roles.classes), facts.evaluation.confusion),
        glossary=list(telling.glossary(facts.leaderboard, facts.evaluation)),
        records_told={name: _first_line(record) for name, record in sources.records.items()},
        kept_records=_kept_records(sources),
    )


def parts_of(facts: Facts) -> dict[str, str]:
    """The parts that this run has something for, and what their links say."""
    absent = set() if facts.diagnosis is not None else {"mistakes"}
    if facts.understanding is None or not facts.understanding.cases:
        absent.add("cases")
    return {name: link for name, link in PARTS.items() if name not in absent}


def _first_line(record: Record) -> str:
    return (inspect.getdoc(type(record)) or "").splitlines()[0]


def _kept_records(sources: Sources) -> Markup:
    kept = {name: _kept(json.loads(record.model_dump_json())) for name, record in sources.records.items()}
    return packed(json.dumps(kept))


def _kept(value: Any) -> Any:
    """A record's values without the far ends of its longest lists."""
    if isinstance(value, dict):
        return {key: _kept(each) for key, each in list(value.items())[:LONGEST_LIST]}
    return [_kept(each) for each in value[:LONGEST_LIST]] if isinstance(value, list) else value


def _pictures(facts: Facts) -> dict[str, Picture | None]:
    """The pictures of the model, by name."""
    drawn = {
        "leaderboard": charts.leaderboard(facts.leaderboard),
        "importance": charts.reliance(facts.understanding) or charts.importance(facts.leaderboard),
        "calibration": charts.calibration(facts.evaluation),
        "tenths": charts.tenths(facts.evaluation),
        "worth": charts.worth(facts.decision, facts.leaderboard.model.threshold),
        "robustness": charts.robustness(facts.robustness),
        "learning": charts.learning_curve(facts.decision.worth, scale_of(facts.decision.worth)),
    }
    return {name: None if figure is None else picture_of(figure) for name, figure in drawn.items()}


def _effects(facts: Facts) -> list[Picture]:
    """How the answers move with the most important inputs."""
    if facts.understanding is None:
        return []
    of_what = facts.understanding.of_what
    return [
        picture_of(charts.effect(one, of_what))._replace(title=one.input, sentence=told_effect(one, of_what))
        for one in facts.understanding.effects
    ]


def _alongs(facts: Facts) -> list[Picture]:
    """What was said and what happened along the columns that count most."""
    if facts.understanding is None:
        return []
    of_what = facts.understanding.of_what
    return [
        picture_of(charts.along(one, of_what))._replace(title=one.column, sentence=told_along(one, of_what))
        for one in facts.understanding.along
    ]


def _curves(curves: Iterable[Curve], n_classes: int, confusion: Confusion | None = None) -> list[Picture]:
    """A picture for each kind of curve."""
    shown = []
    for kind, group in groupby(sorted(curves, key=charts.kind_of), charts.kind_of):
        same = list(group)
        of = "each class" if len(same) == n_classes else f"the first {len(same)} classes"
        title = same[0].name if len(same) == 1 else f"{kind} of {of}"
        said = CAPTIONS.get(kind, "") + (OF_TWO.get(kind, "") if n_classes == 2 else "")
        shown.append(picture_of(charts.curves(same, confusion))._replace(title=title, sentence=said))
    return shown

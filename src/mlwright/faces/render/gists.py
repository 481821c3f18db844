"""What each part of the report says in a line, while it is closed."""

from __future__ import annotations

from markupsafe import Markup

from mlwright.faces.render.facts import Facts
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.summary import composition


def gists(facts: Facts, sources: Sources, worth_scale: float) -> dict[str, Markup]:
    """A line for each part, by its name."""
    metric = facts.evaluation.metrics[0].title
    found = {"mistakes": _mistakes(sources)} if facts.diagnosis is not None else {}
    if facts.understanding is not None:
        found["cases"] = Markup("{} of the test").format(sources.number("understanding/cases", "count"))
    return found | {
        "decision": Markup("{} of {} rules are surely kept").format(
            sources.number("decision/rulings?outcome=kept", "count"), sources.number("decision/rulings", "count")
        ),
        "worth": Markup("a gain of {}").format(sources.interval("decision/worth/gain", worth_scale)),
        "quality": Markup("{} {}").format(metric, sources.interval("evaluation/metrics/0/model")),
        "limits": Markup("{} weak {}, {} disturbances").format(
            sources.number("evaluation/segments", "count"),
            "part" if len(facts.evaluation.segments) == 1 else "parts",
            sources.number("robustness/results", "count"),
        ),
        "models": Markup("{}, of {} tried").format(
            sources.within("leaderboard/leaderboard", composition(facts.leaderboard)),
            sources.number("leaderboard/leaderboard", "count"),
        ),
        "data": Markup("{} rows, {} columns").format(
            sources.number("snapshot/n_rows", "count"), sources.number("snapshot/fields", "count")
        ),
        "findings": Markup(", ").join(_counted(severity, sources) for severity in ("critical", "warning", "note")),
        "pictures": Markup("{} facts, {} pictures").format(
            sources.number("exploration/insights", "count"), sources.number("exploration/drawings", "count")
        ),
    }


def _counted(severity: str, sources: Sources) -> Markup:
    place = f"findings/findings?severity={severity}"
    plural = "s" if severity != "critical" and sources.at(place) != 1 else ""
    return Markup("{} {}{}").format(sources.number(place, "count"), severity, plural)


def _mistakes(sources: Sources) -> Markup:
    return Markup("kinds of mistakes with a remedy: {}; columns of groups: {}").format(
        sources.number("diagnosis/mistakes", "count"), sources.number("diagnosis/groups", "count")
    )

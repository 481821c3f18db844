"""Pictures of a model, as the values that Plotly draws."""

import json

import pytest

from mlwright import Project
from mlwright.faces.render import charts
from mlwright.records.decision import MoreRows
from mlwright.records.evaluation import Confusion, Curve, Estimate
from mlwright.records.robustness import ProbeResult, Robustness

HOSTILE = "<b>x</b> & <script>alert(1)</script>"


@pytest.fixture(scope="module")
def training(shop):
    return Project(shop).show("leaderboard")


def curve(name: str) -> Curve:
    return Curve(name=name, x_title="x", y_title="y", x=(0.0, 1.0), y=(0.0, 1.0))


def lost(title: str, strength: float, share: float) -> ProbeResult:
    nothing = Estimate(value=0.0, low=0.0, high=0.0, method="known")
    return ProbeResult(
        probe="p", title=title, strength=strength, metric=nothing, loss=nothing, lost_share=share, answers_changed=0.0,
        sentence="",
    )  # fmt: skip


def trace(figure: charts.Figure, name: str) -> dict:
    return next(trace for trace in figure["data"] if trace.get("name") == name)


def test_models_with_other_folds_are_hollow(training):
    other = next(row.name for row in training.leaderboard if row.name not in ("ensemble", "linear"))
    rows = [row.model_copy(update={"n_folds": 1}) if row.name == other else row for row in training.leaderboard]
    changed = training.model_copy(update={"leaderboard": tuple(rows)})
    figure = charts.leaderboard(changed)
    names = figure["layout"]["yaxis"]["ticktext"]
    hollow = dict(zip(names, figure["data"][0]["marker"]["symbol"], strict=True))
    assert hollow[other] == "circle-open"
    assert hollow["ensemble"] == hollow["linear"] == "circle"


def test_the_model_without_a_look_at_the_row_is_told_and_not_drawn(training):
    figure = charts.leaderboard(training)
    assert "dummy" not in figure["layout"]["yaxis"]["ticktext"]
    assert "without a model" in figure["layout"]["xaxis"]["title"]["text"]


def test_names_are_never_taken_for_markup(training):
    changed = training.model_copy(update={"importance": {HOSTILE: 0.5, "a" * 300: 0.2, "a" * 299 + "b": 0.1}})
    figure = charts.importance(changed)
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert "<" not in "".join(ticks).replace("<br>", "")
    assert len(set(figure["data"][0]["y"])) == 3
    assert all(len(part) < 60 for tick in ticks for part in tick.split("<br>"))


def test_curves_of_several_classes_share_a_picture():
    one, several = charts.curves([curve("ROC of a")]), charts.curves([curve("ROC of a"), curve(f"ROC of {HOSTILE}")])
    assert not one["layout"]["showlegend"]
    assert several["layout"]["showlegend"]
    names = [trace["name"] for trace in several["data"] if "name" in trace]
    assert names[0] == "a"
    assert "<" not in names[1]


def test_chance_is_drawn_where_it_is_a_line():
    assert charts.curves([curve("ROC of a")])["data"][0]["line"]["dash"] == "dot"
    assert len(charts.curves([curve("Precision and recall of a")])["data"]) == 1


def test_the_threshold_in_use_is_marked_where_it_lies():
    found = Confusion(classes=("no", "yes"), counts=((60, 20), (5, 15)))

    def mark(kind: str) -> tuple[float, float]:
        drawn = charts.curves([curve(f"{kind} of yes")], found)["data"][-1]
        assert drawn["marker"]["symbol"] == "diamond"
        return drawn["x"][0], drawn["y"][0]

    assert mark("ROC") == (0.25, 0.75)
    assert mark("Precision and recall") == (0.75, 15 / 35)
    assert mark("Gains") == (0.35, 0.75)


def test_of_several_classes_no_threshold_is_marked():
    found = Confusion(classes=("a", "b", "c"), counts=((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    assert all(trace["mode"] == "lines" for trace in charts.curves([curve("ROC of a")], found)["data"])


def test_a_disturbance_is_drawn_at_each_strength():
    results = (lost("Noise", 0.1, 0.02), lost("Noise", 0.3, 0.2), lost("Noise", 1.0, 3.0), lost("Gone", 1.0, -0.5))
    figure = charts.robustness(Robustness(metric="log_loss", results=results, skipped=()))
    assert trace(figure, "light")["x"] == [2.0]
    assert trace(figure, "moderate")["x"] == [20.0]
    assert trace(figure, "heavy")["x"] == [150.0, -5.0]
    assert trace(figure, "heavy")["customdata"] == ["300%", "-50%"]


def test_what_is_not_there_is_not_drawn(shop, training):
    project = Project(shop)
    assert charts.robustness(Robustness(metric="log_loss", results=(), skipped=())) is None
    assert charts.importance(training.model_copy(update={"importance": {}})) is None
    assert charts.calibration(project.show("evaluation").model_copy(update={"calibration": ()})) is None
    assert charts.worth(project.show("decision"), None) is None


def test_a_learning_curve_stands_in_the_unit_of_the_worth(shop):
    worth = Project(shop).show("decision").worth
    more = MoreRows(model="linear", n_rows=(100, 200, 400), worth=(-50.0, -40.0, -38.0), last_doubling=worth.gain)
    found = charts.learning_curve(worth.model_copy(update={"more_rows": more}), 0.001)
    assert found["data"][0]["x"] == [100, 200, 400]
    assert found["data"][0]["y"] == pytest.approx([-0.05, -0.04, -0.038])
    assert charts.learning_curve(worth.model_copy(update={"more_rows": None}), 1.0) is None


def test_pictures_are_plain_values(shop, training):
    project = Project(shop)
    figures = [charts.leaderboard(training), charts.calibration(project.show("evaluation"))]
    figures.append(charts.worth(project.show("decision"), 0.3))
    assert all(json.loads(json.dumps(figure, allow_nan=False)) for figure in figures)

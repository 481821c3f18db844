"""``mlwright report``: the page, the workbook and the card."""

import shutil
from io import BytesIO

import pytest
from openpyxl import load_workbook

from mlwright import Project
from mlwright.faces.render.facts import facts_of
from mlwright.faces.render.report import _curves
from mlwright.faces.render.summary import time_left
from mlwright.faces.render.workbook import workbook
from mlwright.records.evaluation import Curve
from mlwright.records.findings import Finding
from mlwright.records.trials import Training


@pytest.fixture
def copy(shop, tmp_path):
    return shutil.copytree(shop, tmp_path / "copy")


@pytest.fixture
def facts(shop):
    project = Project(shop)
    return facts_of(project, next(state for state in project.runs() if state.pipeline == "build"))


def read_sheets(data: bytes) -> dict[str, list[tuple]]:
    return {sheet.title: list(sheet.values) for sheet in load_workbook(BytesIO(data)).worksheets}


def test_it_says_where_the_report_is(call, copy):
    answer = call("report", "-p", copy)
    assert answer.out == f"{copy / 'reports' / 'report.html'}\n"
    files = {file.name for file in (copy / "reports").iterdir()}
    assert files == {"report.html", "exploration.html", "leaderboard.xlsx", "card.md"}
    state = call("report", "-p", copy, "--json").json
    assert state == {"run_id": Project(copy).runs()[0].run_id, "report": answer.out.strip()}


def test_the_page_holds_the_decision_and_every_finding(call, copy):
    call("report", "-p", copy)
    page = (copy / "reports" / "report.html").read_text("utf-8")
    project = Project(copy)
    assert project.show("decision").headline.replace("'", "&#39;").partition(": ")[2] in page
    assert all(finding.title in page for finding in project.show("findings").findings)


def test_the_same_run_gives_the_same_page(call, copy):
    page = copy / "reports" / "report.html"
    call("report", "-p", copy)
    before = page.read_bytes()
    call("report", "-p", copy)
    assert page.read_bytes() == before


def test_before_a_decision_there_is_nothing_to_report(call, tmp_path):
    Project.create(tmp_path / "new", {"project": {"target": "y"}, "collect": {"source": "data.csv"}})
    answer = call("report", "-p", "new")
    assert answer.status == 2
    assert "has come to a decision yet" in answer.err


def test_a_run_that_only_watched_has_no_report(call, shop):
    watched = next(state for state in Project(shop).runs() if state.pipeline == "watch")
    assert call("report", "-p", shop, "--run", watched.run_id).status == 2


def test_the_workbook_holds_the_figures_as_numbers(facts):
    sheets = read_sheets(workbook(facts))
    assert list(sheets) == ["leaderboard", "metrics", "findings"]
    names = [row.name for row in facts.leaderboard.leaderboard]
    assert [row[0] for row in sheets["leaderboard"][1:]] == names
    assert [row[3] for row in sheets["leaderboard"][1:]] == pytest.approx(
        [row.score for row in facts.leaderboard.leaderboard]
    )
    assert [row[2] for row in sheets["metrics"][1:]] == pytest.approx(
        [metric.model.value for metric in facts.evaluation.metrics]
    )
    assert len(sheets["findings"]) == 1 + len(facts.findings.findings)


def test_text_that_looks_like_a_formula_stays_text(facts):
    evil = Finding(
        check="c", severity="note", title="=1+1", sentence='=HYPERLINK("http://x")', action="\x1b@x", columns=("+1",)
    )
    findings = facts.findings.model_copy(update={"findings": (evil,)})
    data = workbook(type(facts)(**{**vars(facts), "findings": findings}))
    sheet = load_workbook(BytesIO(data))["findings"]
    assert [cell.data_type for cell in sheet[2]] == ["s"] * 6 + ["n"]
    assert sheet["B2"].value == "=1+1"
    assert sheet["E2"].value == "␛@x"


def test_curves_of_some_classes_say_that_these_are_not_all():
    line = {"x_title": "x", "y_title": "y", "x": (0.0, 1.0), "y": (0.0, 1.0)}
    drawn = [Curve(name=f"ROC of {name}", **line) for name in "ab"]
    assert [picture.title for picture in _curves(drawn, 2)] == ["ROC of each class"]
    assert [picture.title for picture in _curves(drawn, 9)] == ["ROC of the first 2 classes"]
    assert [picture.title for picture in _curves(drawn[:1], 2)] == ["ROC of a"]


def test_a_search_that_ended_early_says_how_much_time_it_left():
    ended = Training.model_construct(budget_s=300.0, used_s=60.0, stopped="no further gain")
    assert time_left(ended) == " 4 min 0 s of 5 min 0 s were not needed for it."
    assert time_left(ended.model_copy(update={"stopped": "time was up"})) == ""
    assert time_left(ended.model_copy(update={"budget_s": None})) == ""

"""``mlwright dossier``: a draft of what Annex IV of the EU AI Act asks for."""

import re
import shutil

import docx
import pytest

from mlwright import Project
from mlwright.faces.render.dossier.annex import ANNEX
from mlwright.faces.render.dossier.blocks import Grid
from mlwright.faces.render.dossier.dossier import dossier_of
from mlwright.faces.render.paper import browser_here

LETTERED = [f"{part}({letter})" for part in (1, 2) for letter in "abcdefgh"]
POINTS = [*LETTERED, "3", "4", "5", "6", "7", "8", "9"]


@pytest.fixture
def copy(shop, tmp_path):
    return shutil.copytree(shop, tmp_path / "copy")


@pytest.fixture(scope="module")
def drafted(shop):
    project = Project(shop)
    return dossier_of(project, project.runs()[0])


def words_of(dossier) -> str:
    blocks = [block for chapter in dossier.chapters for filled in chapter.points for block in filled.blocks]
    return " ".join(
        " ".join(" ".join(row) for row in block.rows) if isinstance(block, Grid) else block.text for block in blocks
    )


def test_every_point_of_the_annex_is_there_by_its_number():
    assert [point.number for chapter in ANNEX for point in chapter.points] == POINTS


def test_every_point_is_filled_or_says_what_a_person_owes(drafted):
    for chapter in drafted.chapters:
        for filled in chapter.points:
            assert filled.blocks or filled.point.owed, filled.point.number
            assert all(block.source for block in filled.blocks)


def test_it_holds_the_figures_of_the_run(drafted, shop):
    project = Project(shop)
    run = project.runs()[0].run_id
    told = words_of(drafted)
    assert all(limit in told for limit in project.show("decision", run).limits)
    assert all(result.sentence in told for result in project.show("robustness", run).results)
    assert project.show("snapshot", run).blob in told
    assert project.show("bundle", run).bundle_id in told
    assert f"Tested on {project.show('evaluation', run).n_rows} rows" in told


def test_where_no_groups_were_named_it_says_so(drafted):
    assert "No groups of persons were named" in words_of(drafted)


def test_the_page_marks_what_only_a_person_can_state(call, copy):
    answer = call("dossier", copy)
    page = (copy / "reports" / "dossier.html").read_text("utf-8")
    assert answer.out == f"{copy / 'reports' / 'dossier.html'}\n"
    assert page.count("To be stated by a person:") == len(re.findall(r'<li><a href="#point-', page)) > 20
    assert "http://" not in page
    assert "https://" not in page


def test_word_gets_every_point_and_marks_what_is_owed(call, copy):
    state = call("dossier", copy, "--as", "docx", "--json").json
    document = docx.Document(copy / "reports" / "dossier.docx")
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    assert [head.split()[0] for head in heads] == POINTS
    shaded = [p.text for p in document.paragraphs if "w:shd" in p._p.xml and "To be stated" in p.text]
    assert len(shaded) == len(state["owed"])
    metrics = [metric.title for metric in Project(copy).show("evaluation", state["run_id"]).metrics]
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert set(metrics) <= cells


@pytest.mark.browser
@pytest.mark.skipif(browser_here() is None, reason="chromium is not installed")
def test_a_browser_prints_it(call, copy):
    call("dossier", copy, "--as", "pdf")
    assert (copy / "reports" / "dossier.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_it_says_what_to_do(call, copy, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    answer = call("report", "-p", copy, "--pdf")
    assert answer.status == 2
    assert "needs Chromium or Chrome" in answer.err


def test_an_unknown_form_is_named_with_those_that_there_are(call, copy):
    answer = call("dossier", copy, "--as", "odt")
    assert answer.status == 2
    assert "html, pdf, docx" in answer.err

"""The report in a real browser: whole, silent, and safe whatever the data holds."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlwright import Project
from mlwright.faces.render.report import write_report

pytestmark = pytest.mark.browser
SECTIONS = [
    "decision", "worth", "quality", "limits", "mistakes", "models", "cases", "data", "findings", "pictures", "words",
    "facts", "records",
]  # fmt: skip

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [SCRIPT, "</script><img src=x onerror=alert(2)>", "\"quotes\" & 'more'", "🦊 ünï", "long " * 60]
LEVELS = [SCRIPT, "</script>", "a \"b\" 'c'", "🍎", "x" * 300]


def answers(kind: str, rng: np.random.Generator, pull: np.ndarray) -> list[Any]:
    """A target that one can learn something about from `pull`."""
    if kind == "binary":
        return [SCRIPT if value > 0.5 else "no" for value in pull + rng.normal(0, 0.5, len(pull))]
    if kind == "multiclass":
        return [f"class {place}" for place in np.clip(pull * 2 + 5 + rng.normal(0, 0.7, len(pull)), 0, 9).astype(int)]
    return (1000 * pull + rng.normal(0, 500, len(pull))).round(1).tolist()


def make_project(folder: Path, kind: str) -> Project:
    """A project on 500 rows whose names and levels are as hostile as can be."""
    rng = np.random.default_rng(5)
    n_rows = 500
    numbers = rng.normal(0, 1, (3, n_rows))
    levels = rng.integers(0, len(LEVELS), (2, n_rows))
    pull = numbers[0] + (levels[0] == 1) - (levels[1] == 2)
    columns = [*numbers.round(3).tolist(), *[[LEVELS[place] for place in places] for places in levels]]
    folder.mkdir()
    with open(folder / "data.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*HOSTILE, "y"])
        writer.writerows(zip(*columns, answers(kind, rng, pull), strict=True))
    sections = {
        "project": {"target": "y", "task": kind, "name": SCRIPT},
        "collect": {"source": "data.csv"},
        "train": {"families": ["linear"], "candidates": 2},
    }
    return Project.create(folder, sections)


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_project(tmp_path_factory.mktemp("reports") / request.param, request.param)
    return write_report(project, project.run())


class Visit:
    """A page, what it asked for, and what went wrong on it."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(file.as_uri())

    def scroll_through(self) -> None:
        if self.page.locator("#open-all").text_content() == "Open all":
            self.page.click("#open-all")
        for plot in self.page.query_selector_all(".plot"):
            plot.scroll_into_view_if_needed()
            self.page.wait_for_function("plot => plot.querySelector('.main-svg')", arg=plot)

    def overflow(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="module")
def read(browser: Any, report: Path) -> Iterator[Visit]:
    """The report after somebody has scrolled through it."""
    seen = Visit(browser.new_page(viewport={"width": 1200, "height": 900}), report)
    seen.scroll_through()
    yield seen
    seen.page.close()


def test_every_picture_is_drawn_and_nothing_goes_wrong_or_out(read, report):
    assert [section.get_attribute("id") for section in read.page.query_selector_all("section")] == SECTIONS
    assert len(read.page.query_selector_all(".plot")) >= 7
    assert read.complaints == []
    assert read.asked == [report.as_uri()]


def test_the_first_screen_is_one_screen(browser, shop, tmp_path):
    project = Project(shutil.copytree(shop, tmp_path / "shop"))
    state = next(state for state in project.runs() if state.pipeline == "build")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(write_report(project, state).as_uri())
    assert page.locator("header").bounding_box()["height"] <= 800
    page.close()


def test_hostile_names_are_shown_as_they_are_and_run_nothing(read):
    assert read.page.title() == f"{SCRIPT}: report"
    text = read.page.locator("#data").text_content()
    assert all(" ".join(name.split()) in " ".join(text.split()) for name in HOSTILE)
    assert read.page.locator("body img").count() == 0
    assert "<script>" in "".join(read.page.locator(".plot text").all_text_contents())
    assert read.complaints == []


def test_labels_do_not_lie_on_each_other(read):
    crowded = read.page.evaluate("""() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
      const boxes = [...plot.querySelectorAll('.ytick text')].map((label) => label.getBoundingClientRect());
      return boxes.filter((a, i) => boxes.some((b, j) => j > i && a.left < b.right && b.left < a.right
        && a.top + 2 < b.bottom && b.top + 2 < a.bottom)).map(() => plot.id);
    })""")
    assert crowded == []


def test_links_lead_to_their_sections(read):
    page = read.page
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    links = page.query_selector_all("nav a")
    assert [link.get_attribute("href") for link in links] == [f"#{name}" for name in SECTIONS]
    for link, name in zip(links, SECTIONS, strict=True):
        link.click()
        page.wait_for_function(
            """(name) => {
              const top = document.getElementById(name).getBoundingClientRect().top;
              const atTheEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
              return location.hash === `#${name}` && ((top >= 0 && top < 120) || atTheEnd);
            }""",
            arg=name,
        )


@pytest.mark.parametrize("width", [1200, 400])
def test_nothing_is_wider_than_the_page(read, width):
    if read.page.viewport_size["width"] != width:
        read.page.set_viewport_size({"width": width, "height": 900})
        read.page.reload()
        read.scroll_through()
    assert read.overflow() == 0
    ends = "all => all.map((each) => each.getBoundingClientRect().right)"
    assert max(read.page.eval_on_selector_all("h1, h2, h3, p, li, dd", ends)) <= width


def test_the_decision_stands_on_the_first_screen(read):
    read.page.set_viewport_size({"width": 1200, "height": 900})
    read.page.reload()
    for selector in (".question", "h1", ".big", ".cards h2"):
        for box in (element.bounding_box() for element in read.page.query_selector_all(f"header {selector}")):
            assert box["y"] + box["height"] < 900


def test_a_number_leads_to_its_record(read):
    page = read.page
    page.locator(".big a.n").click()
    assert page.locator("#source-name").text_content().startswith("decision: worth.gain.value = ")
    page.click("#source-show")
    page.wait_for_selector("#record-decision mark")
    assert page.locator("#record-decision mark").text_content().strip().startswith("value: ")
    assert not page.locator("#source").is_visible()
    assert read.complaints == []


def test_the_keyboard_reaches_the_number_and_leaves_it(read):
    page = read.page
    page.locator(".big a.n").focus()
    page.keyboard.press("Enter")
    assert page.locator("#source").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#source").is_visible()
    assert page.evaluate("document.activeElement.closest('.big') !== null")


def test_tables_sort_by_the_numbers_of_the_record(read):
    page = read.page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    head = page.locator("#limits table.wordy thead th").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    titles = page.locator("#limits table.wordy tbody tr td:first-child a").evaluate_all(
        "all => all.map((a) => a.title)"
    )
    values = [float(title.split(" = ")[1].split("\n")[0]) for title in titles]
    assert values == sorted(values)
    assert len(values) > 5


def test_every_control_has_a_name_and_every_level_of_headings_is_there(read):
    nameless = read.page.evaluate("""() => [...document.querySelectorAll('a, button, summary, [role=img]')]
      .filter((each) => !(each.textContent.trim() || each.getAttribute('aria-label')))
      .map((each) => each.outerHTML.slice(0, 80))""")
    assert nameless == []
    levels = [
        int(tag[1]) for tag in read.page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => h.tagName)")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_on_paper_everything_is_there(browser, report):
    seen = Visit(browser.new_page(viewport={"width": 760, "height": 1000}), report)
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("nav").is_visible()
    assert seen.overflow() == 0
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
    assert seen.page.evaluate("document.querySelectorAll('.plot:not(:has(.main-svg))').length") == 0
    assert seen.complaints == []
    seen.page.close()

"""The exploration page in a real browser: whole, silent, small, and safe whatever the data holds."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from mlwright import Project
from mlwright.faces.render.exploration import write_exploration

pytestmark = pytest.mark.browser
SCRIPT = "<script>alert(1)</script>"
HOSTILE = [SCRIPT, "</script><img src=x onerror=alert(2)>", "\"quotes\" & 'more'", "#0072b2", "long " * 60]
LIMIT = 5_000_000


def hostile_rows(n_rows=600):
    rng = np.random.default_rng(5)
    numbers, places = rng.normal(size=(3, n_rows)).round(3), rng.integers(0, 5, (2, n_rows))
    names = np.array([SCRIPT, "</script>", "a \"b\" 'c'", "🍎", "x" * 300])
    columns = dict(zip(HOSTILE, [*numbers, *names[places]], strict=True))
    columns["day"] = np.datetime64("2020-01-01") + np.arange(n_rows) * 2
    columns["gap"] = [None if row % 3 else 1.0 * row for row in range(n_rows)]
    columns["gap too"] = [None if row % 3 else f"{row % 4}" for row in range(n_rows)]
    columns["said"] = [" ".join(words) for words in rng.choice(["so", "it", "goes", SCRIPT, "</script>"], (n_rows, 12))]
    columns["y"] = np.where(numbers[0] + (places[0] == 1) > 0.5, SCRIPT, "no")
    return columns


def explored(folder, columns, **project):
    folder.mkdir()
    lists = {name: values if isinstance(values, list) else values.tolist() for name, values in columns.items()}
    pa.csv.write_csv(pa.table(lists), folder / "data.csv")
    made = Project.create(folder, {"project": project, "collect": {"source": "data.csv"}})
    state = made.run(until="explore")
    return write_exploration(made, state, folder / "exploration.html")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("pages") / "hostile", hostile_rows(), target="y", name=SCRIPT)


@pytest.fixture
def visit(browser, page_file):
    """Open the page; what it asks for and complains of is written down."""
    pages = []

    def opened(file=page_file, width=1200, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        pages.append(page)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield opened
    for page in pages:
        page.close()


def scroll_through(page):
    for plot in page.query_selector_all(".plot"):
        plot.scroll_into_view_if_needed()
        page.wait_for_function("plot => plot.querySelector('.main-svg')", arg=plot)


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_everything_is_drawn_and_nothing_goes_wrong_or_out(visit, page_file):
    page = visit()
    scroll_through(page)
    sections = [section.get_attribute("id") for section in page.query_selector_all("section")]
    assert sections[0] == "know"
    assert {"columns", "target", "together", "missing", "time", "text", "facts"} <= set(sections)
    assert len(page.query_selector_all(".plot")) >= 9
    assert page.complaints == []
    assert page.asked == [page_file.as_uri()]


def test_hostile_names_are_shown_as_they_are_and_run_nothing(visit):
    page = visit()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    scroll_through(page)
    assert page.title() == f"{SCRIPT}: exploration"
    assert SCRIPT in page.locator("#know").text_content()
    assert "</script><img src=x onerror=alert(2)>" in page.locator("#columns").text_content()
    assert page.locator("body img").count() == 0
    assert page.complaints == []


def test_it_is_dark_where_the_system_is_and_can_be_switched(visit):
    page = visit(color_scheme="dark")
    paper = "getComputedStyle(document.querySelector('section')).backgroundColor"
    dark = page.evaluate(paper)
    for _ in range(3):
        page.locator(".theme").click()
        if "light" in page.locator(".theme").text_content():
            assert page.evaluate(paper) == "rgb(255, 255, 255)"
    assert page.evaluate(paper) == dark != "rgb(255, 255, 255)"


def test_a_column_is_found_by_a_part_of_its_name_and_by_its_kind(visit):
    page = visit()
    shown = "[...document.querySelectorAll('.column:not([hidden]) .name')].map((name) => name.textContent.trim())"
    page.fill("#find", "GAP")
    assert page.evaluate(shown) == ["gap", "gap too"]
    page.select_option("#kind", "date")
    assert page.evaluate(shown) == []
    page.fill("#find", "")
    assert page.evaluate(shown) == ["day"]
    assert page.locator("#found").text_content().startswith("1 of ")


def test_columns_can_be_put_in_order(visit):
    page = visit()
    page.select_option("#order", "missing")
    first = page.evaluate("document.querySelector('#list').firstElementChild.dataset.name")
    assert first.startswith("gap")


def test_a_link_beside_a_fact_opens_its_column(visit):
    page = visit()
    link = page.locator("#know li a").first
    column = page.locator(f"{link.get_attribute('href')}[open]")
    assert column.count() == 0
    link.click()
    column.wait_for()


@pytest.mark.parametrize("width", [1200, 390])
def test_nothing_is_wider_than_the_page(visit, width):
    page = visit(width=width)
    page.evaluate("document.querySelectorAll('.column').forEach((each) => { each.open = true; })")
    scroll_through(page)
    assert overflow(page) == 0


def test_it_can_be_read_by_the_keyboard_and_out_loud(visit):
    page = visit()
    assert page.evaluate("document.documentElement.lang") == "en"
    controls = "[...document.querySelectorAll('button, select, input')]"
    assert page.evaluate(f"{controls}.filter((each) => !(each.textContent.trim() || each.labels?.length)).length") == 0
    assert page.locator(".plot:not([role=img][aria-label])").count() == 0
    page.locator(".column summary").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelectorAll('.column')[1].open") is True


def test_on_paper_everything_is_there(visit):
    page = visit(color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.evaluate("document.querySelectorAll('.plot:not(:has(.main-svg))').length") == 0
    assert page.complaints == []


def test_a_very_wide_table_stays_below_five_megabytes(visit, tmp_path):
    rng = np.random.default_rng(0)
    columns = {f"a rather long name of a column, number {place}": rng.normal(size=120).round(5) for place in range(120)}
    file = explored(tmp_path / "wide", columns, task="none")
    assert file.stat().st_size < LIMIT
    page = visit(file)
    assert page.evaluate("document.querySelectorAll('.column').length") == 120
    assert page.complaints == []

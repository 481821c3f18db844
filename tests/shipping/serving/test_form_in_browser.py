"""The form and the description in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from mlwright.records.contract import Clause
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app

pytestmark = pytest.mark.browser
HOSTILE = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'

CONTRAST = """
(selector) => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * linear(rgb[i] / 255), 0);
  const element = document.querySelector(selector);
  let ground = element;
  while (parse(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(parse).map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
"""


class Visit:
    """A page of the browser that keeps what it asked for and complained about."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def field(self, name: str) -> Any:
        return self.page.get_by_label(name, exact=True)

    def beside(self, name: str) -> str:
        return str(self.page.locator(f"#{self.field(name).get_attribute('id')}-say").inner_text())

    def ask(self) -> str:
        with self.page.expect_response("**/predict?*"):
            self.page.get_by_role("button", name="Predict").click()
        self.page.wait_for_selector("#ask:not([aria-busy])")
        return str(self.page.locator("#big").inner_text())


@pytest.fixture
def visit(browser: Any, write_bundle: Callable[..., Path]) -> Iterator[Callable[..., Visit]]:
    """Serves a bundle and opens a page of it."""
    closing: list[Callable[[], None]] = []

    def run(task: str = "binary", path: str = "", options: dict[str, Any] | None = None, **facts: Any) -> Visit:
        server = make_server("127.0.0.1", 0, create_app(Bundle.load(write_bundle(task, **facts))), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(**(options or {}))
        closing.extend([page.close, server.shutdown])
        visit = Visit(page, f"http://127.0.0.1:{server.port}/")
        page.goto(visit.address + path)
        return visit

    yield run
    for close in closing:
        close()


def test_a_person_asks_with_the_keyboard_alone(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.field("tenure").focus()
    seen.page.keyboard.press("Control+A")
    seen.page.keyboard.type("20")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("#bars:not([hidden])")
    assert seen.page.locator("#big").inner_text() == "Yes"
    assert seen.page.get_by_text("27 %").count() == 1
    assert seen.page.get_by_text("The answer is Yes from 20 % on.").count() == 1
    for _ in range(20):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.id") == "ask":
            return
    raise AssertionError("the button cannot be reached with the keyboard")


def test_the_page_talks_to_its_own_service_only_and_nothing_is_blocked(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.ask()
    seen.page.goto(seen.address + "docs")
    assert seen.complaints == []
    assert all(address.startswith((seen.address, "data:,")) for address in seen.asked)


def test_the_answer_follows_a_change_and_says_how_far_it_moved(visit: Callable[..., Visit]) -> None:
    seen = visit()
    assert seen.ask() == "No"
    seen.field("tenure").fill("0")
    seen.page.get_by_text("+31.0 points since the last answer").wait_for()
    assert seen.page.locator("#big").inner_text() == "Yes"


def test_what_training_has_not_seen_stands_beside_its_field(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.field("tenure").fill("100")
    seen.field("contract").select_option(label="Other")
    seen.ask()
    assert seen.beside("tenure") == "Above the range seen in training (0 to 72)."
    assert seen.beside("contract") == "A name that training has seen too rarely or never."
    notes = seen.page.locator("#notes li").all_inner_texts()
    assert len(notes) == 3
    assert notes[0].startswith("Unlike anything that the model has learned from: ")


def test_the_answer_says_why(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.field("tenure").fill("0")
    seen.ask()
    reasons = seen.page.locator("#why li").all_inner_texts()
    assert any(reason.startswith("tenure is 0: +") for reason in reasons)
    assert seen.page.locator("#alter").is_hidden()  # nothing was said to be changeable


def test_an_empty_field_is_not_known(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.page.get_by_role("button", name="Clear").click()
    seen.ask()
    assert seen.beside("tenure") == "Missing, which never happened in training."
    assert seen.beside("charges") == ""
    seen.page.get_by_role("button", name="Typical case").click()
    assert seen.field("tenure").input_value() == "29"


def test_what_is_no_number_is_said_beside_its_field(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.field("tenure").fill("")
    seen.field("tenure").press_sequentially("1e")
    seen.page.keyboard.press("Enter")
    assert seen.beside("tenure") == "This is not a number."
    assert seen.field("tenure").get_attribute("aria-invalid") == "true"


def test_an_error_of_the_service_stands_beside_its_field(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.field("tenure").evaluate("field => { field.type = 'text'; field.value = 'four'; }")
    seen.ask()
    assert "must be a number" in seen.beside("tenure")
    assert seen.page.evaluate("document.activeElement.dataset.name") == "tenure"
    seen.field("tenure").fill("4")
    seen.ask()
    assert seen.beside("tenure") == ""


def test_a_service_that_is_gone_is_said(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.page.context.set_offline(True)
    seen.page.get_by_role("button", name="Predict").click()
    seen.page.get_by_text("The service does not answer.").wait_for()


def test_several_classes_and_numbers(visit: Callable[..., Visit]) -> None:
    classes = visit("multiclass")
    classes.field("tenure").fill("72")
    assert classes.ask() == "saab"
    assert classes.page.locator("#bars li").count() == 3
    number = visit("regression")
    number.field("tenure").fill("20")
    assert number.ask() in ("-1", "\u22121")
    assert number.page.get_by_text("On new cases it was off by 12.5 on average.").count() == 1


def hostile_inputs() -> Sequence[Clause]:
    names = [HOSTILE, "__proto__", "constructor", "a'b", "x" * 120, "日本語 🙂"]
    return [
        Clause(
            type="string", name=name, kind="category", levels=(HOSTILE, "b", "w" * 120), optional=False, example=HOSTILE
        )
        for name in names
    ]


def test_hostile_names_are_shown_and_sent_as_they_are(visit: Callable[..., Visit]) -> None:
    inputs = hostile_inputs()
    row = {item.name: "b" for item in inputs}
    seen = visit(inputs=inputs, row=row, weights={}, name=HOSTILE, target=HOSTILE)
    assert seen.ask() == "Yes"
    assert seen.page.locator("#notes").is_hidden()
    assert seen.complaints == []
    assert seen.page.locator("h1").inner_text() == f"Is {HOSTILE} Yes or No?"


@pytest.mark.parametrize("path", ["", "docs"])
def test_nothing_runs_over_the_edge_of_a_phone(visit: Callable[..., Visit], path: str) -> None:
    inputs = hostile_inputs()
    small = {"viewport": {"width": 360, "height": 700}}
    seen = visit(path=path, options=small, inputs=inputs, row={item.name: "b" for item in inputs}, weights={})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_in_the_light_and_in_the_dark(visit: Callable[..., Visit], scheme: str) -> None:
    seen = visit(options={"color_scheme": scheme})
    seen.field("tenure").fill("100")
    seen.ask()
    for selector in (
        "h1",
        ".over",
        ".pill",
        "label",
        ".hint",
        ".say:not([hidden])",
        ".plain",
        "#under",
        "#notes li",
        "#ask",
    ):
        assert seen.page.evaluate(CONTRAST, selector) >= 4.5, selector

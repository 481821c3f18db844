"""The two pages: what they hold, and that nothing in a bundle can break out of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mlwright.records.contract import Clause
from mlwright.records.profile import ColumnProfile, ValueCount
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.boxes import form_boxes
from mlwright.shipping.serving.pages import question
from mlwright.shipping.serving.refusals import REASONS

HOSTILE = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}'


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.found if tag in tags]


def controls(page: Elements) -> dict[str, dict[str, str | None]]:
    return {str(c["data-name"]): c for c in page.all("input", "select", "textarea") if "data-name" in c}


def test_the_form_shows_the_question_the_verdict_and_the_bundle(client: FlaskClient, bundle: Bundle) -> None:
    text = client.get("/").text
    for words in ("churn", "Is churned Yes or No?", "Fit for use", bundle.decision.headline, bundle.bundle_id):
        assert words in text


def test_there_is_a_fitting_control_for_every_input_filled_with_the_typical_value(client: FlaskClient) -> None:
    found = controls(Elements(client.get("/").text))
    assert list(found) == ["tenure", "charges", "contract", "senior", "signup", "remarks"]
    assert (found["tenure"]["type"], found["tenure"]["value"]) == ("number", "29")
    assert (found["signup"]["type"], found["signup"]["value"]) == ("date", "2018-03-01")


def test_a_choice_has_all_known_names_and_two_more(client: FlaskClient) -> None:
    text = client.get("/").text
    choice = text[text.index('data-name="contract"') :].split("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"( selected)?', choice) == [
        ("Month-to-month", " selected"), ("One year", ""), ("Two year", ""), ("another value", ""), ("", "")
    ]  # fmt: skip


def test_the_value_for_other_names_is_never_a_known_name(write_bundle: Callable[..., Path]) -> None:
    item = Clause(type="string", name="c", kind="category", levels=("another value", "b"), optional=False, example="b")
    text = create_app(Bundle.load(write_bundle(inputs=[item], row={"c": "b"}, weights={}))).test_client().get("/").text
    assert '<option value="another value*">Other' in text


def profile_of(name: str, kind: Any, **figures: Any) -> ColumnProfile:
    return ColumnProfile(
        name=name, type="string", kind=kind, reason="", **({"n_missing": 0, "n_distinct": 9} | figures)
    )


def test_a_short_text_gets_a_line_and_a_long_one_an_area_at_the_end(write_bundle: Callable[..., Path]) -> None:
    inputs = [
        Clause(type="string", name=name, kind="text", optional=False, example="Rome") for name in ("story", "town")
    ]
    reference = (profile_of("story", "text", length_mean=400.0), profile_of("town", "text", length_mean=8.0))
    folder = write_bundle(inputs=inputs, row={"story": "a", "town": "b"}, weights={}, reference=reference)
    page = Elements(create_app(Bundle.load(folder)).test_client().get("/").text)
    assert list(controls(page)) == ["town", "story"]
    assert [control["data-name"] for control in page.all("textarea")] == ["story"]


def test_what_is_mostly_missing_is_not_known_at_first(write_bundle: Callable[..., Path]) -> None:
    item = Clause(type="string", name="pool", kind="category", levels=("good", "fair"), optional=True, example="good")
    reference = (profile_of("pool", "category", n_missing=1400, top=(ValueCount(value="good", count=4),)),)
    folder = write_bundle(inputs=[item], row={"pool": None}, weights={}, reference=reference)
    assert '<option value="" selected>Not known' in create_app(Bundle.load(folder)).test_client().get("/").text


def test_a_list_that_is_not_whole_suggests_and_takes_others(write_bundle: Callable[..., Path]) -> None:
    levels = (*(f"t{place:02d}" for place in range(50)), "Ulm")
    item = Clause(type="string", name="town", kind="category", levels=levels, optional=False, example="t00")
    bundle = Bundle.load(write_bundle(inputs=[item], row={"town": "t00"}, weights={}))
    (box,) = form_boxes(bundle.manifest)
    assert (box.control, box.value, box.options) == ("text", "t00", levels[:50])
    client = create_app(bundle).test_client()
    page = Elements(client.get("/").text)
    assert controls(page)["town"]["list"] == page.all("datalist")[0]["id"]
    assert "notes" not in client.post("/predict", json={"town": "Ulm"}).json


def test_every_control_has_a_label_and_a_place_for_what_is_wrong(client: FlaskClient) -> None:
    page = Elements(client.get("/").text)
    labels = {label["for"] for label in page.all("label")}
    ids = {attrs["id"] for _, attrs in page.found if "id" in attrs}
    for control in controls(page).values():
        assert control["id"] in labels
        assert set(str(control["aria-describedby"]).split()) <= ids


def test_dates_of_any_format_are_filled_in_as_dates(write_bundle: Callable[..., Path]) -> None:
    item = Clause(type="string", name="d", kind="date", low=0, high=1e9, optional=False, example="24.12.2001")
    folder = write_bundle(inputs=[item], row={"d": "24.12.2001"}, weights={})
    found = controls(Elements(create_app(Bundle.load(folder)).test_client().get("/").text))
    assert found["d"]["value"] == "2001-12-24"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_nothing_and_runs_only_its_own_script(client: FlaskClient, path: str) -> None:
    reply = client.get(path)
    page = Elements(reply.text)
    nonce = re.search(r"script-src 'nonce-([^']+)'", reply.headers["Content-Security-Policy"])
    assert nonce is not None
    assert all(attrs["nonce"] == nonce[1] for attrs in page.all("script", "style"))
    addresses = [attrs.get(name) for _, attrs in page.found for name in ("src", "href", "action") if name in attrs]
    assert set(addresses) <= {"data:,", "docs", "openapi.json", "./"}
    assert not [name for _, attrs in page.found for name in attrs if name.startswith("on") or name == "style"]


def test_the_nonce_is_new_for_every_answer(client: FlaskClient) -> None:
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_hostile_names_and_levels_are_only_text(write_bundle: Callable[..., Path], path: str) -> None:
    inputs = [
        Clause(type="string", name=HOSTILE, kind="category", levels=(HOSTILE, "b"), optional=False, example=HOSTILE),
        Clause(type="string", name=f"text {HOSTILE}", kind="text", optional=False, example=f"</textarea>{HOSTILE}"),
        Clause(type="string", name=f"number {HOSTILE}", kind="number", low=0, high=1, optional=False, example="1"),
    ]
    row = {item.name: item.example for item in inputs}
    plain = Elements(create_app(Bundle.load(write_bundle())).test_client().get(path).text)
    folder = write_bundle(inputs=inputs, row=row, weights={}, name=HOSTILE, target=HOSTILE, made_by=HOSTILE)
    text = create_app(Bundle.load(folder)).test_client().get(path).text
    page = Elements(text)
    assert len(page.all("script")) == len(plain.all("script"))
    assert not page.all("img")
    assert "49" not in text
    if path == "/":
        assert set(controls(page)) == {item.name for item in inputs}


def test_the_description_has_every_input_and_every_error(client: FlaskClient, row: dict[str, Any]) -> None:
    text = client.get("/docs").text
    assert all(f"<td>{name}</td>" in text for name in row)
    assert all(f"<code>{code}</code>" in text for code in REASONS)
    assert "curl http://localhost/predict" in text


def test_the_description_shows_how_to_send_the_token(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlwright.records.settings.serving import ServeSettings

    monkeypatch.setenv("TOKEN_OF_THE_TEST", "0123456789abcdef")
    client = create_app(bundle, ServeSettings(token="env:TOKEN_OF_THE_TEST")).test_client()
    text = client.get("/docs", headers={"Authorization": "Bearer 0123456789abcdef"}).text
    assert "Authorization: Bearer $TOKEN_OF_THE_TEST" in text
    assert "0123456789abcdef" not in text


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("binary", "Is churned Yes or No?"),
        ("multiclass", "Is churned bus, saab or van?"),
        ("regression", "How much is churned?"),
    ],
)
def test_the_question(write_bundle: Callable[..., Path], task: str, expected: str) -> None:
    assert question(Bundle.load(write_bundle(task)).manifest) == expected


def test_the_question_about_many_classes_does_not_list_them(bundle: Bundle) -> None:
    spec = bundle.manifest.model.model_copy(update={"task": "multiclass", "classes": tuple("abcdefgh")})
    assert question(bundle.manifest.model_copy(update={"model": spec})) == "Which churned is it?"

"""What every view is held to; a new member of the family is found by itself.

Whoever adds views of their own (by an entry point of the group ``mlwright.data.views``) runs this file:
``pytest --pyargs mlwright.testing.views``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.compute.table import open_split
from mlwright.data.views import VIEWS, Picture, View
from mlwright.faces.render.stills import still
from mlwright.testing.checks import Opened, open_specimen

MAX_BYTES = 300_000
TABLES = ("two classes", "five classes", "number", "bare", "awkward")

each_view = pytest.mark.parametrize("name", VIEWS.names())


def draw(name: str, opened: Opened) -> Picture | None:
    """What a view draws, asked with fresh eyes; None where there is nothing to draw."""
    profile = opened.profile
    table = open_split(opened.snapshot, opened.split, profile, opened.run)
    try:
        return VIEWS.get(name)().draw(table, profile)
    except NotApplicable:
        return None


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    """Tables of several sorts, ready to be drawn."""
    tables = {sort: table_of(sort) for sort in TABLES} | {"long": table_of("number", 4_000)}
    return {sort: open_specimen(table, tmp_path_factory.mktemp("table")) for sort, table in tables.items()}


def table_of(sort: str, n_rows: int = 400) -> Specimen:
    """A table with columns of all kinds; `bare` has one column, `awkward` has names that could break a page."""
    rng = np.random.default_rng(0)
    size, gap = rng.normal(size=n_rows), rng.random(n_rows) < 0.2
    columns: dict[str, Sequence[Any]] = {
        "size": [None if lost else value for lost, value in zip(gap, size.round(3).tolist(), strict=True)],
        "income": [
            None if lost else value for lost, value in zip(gap, rng.lognormal(8, 2, n_rows).tolist(), strict=True)
        ],
        "rooms": rng.poisson(3, n_rows).tolist(),
        "colour": rng.choice(["red", "green", "blue"], n_rows).tolist(),
        "town": [f"a town with a very long name, number {place}" for place in rng.integers(0, 60, n_rows)],
        "member": (rng.random(n_rows) < 0.3).tolist(),
        "day": [str(np.datetime64("2023-01-01") + 800 * row // n_rows) for row in range(n_rows)],
        "note": [" ".join(rng.choice([f"word{letter}" for letter in "abcdefghijklmnop"], 9)) for _ in range(n_rows)],
    }
    answers: dict[str, Sequence[Any]] = {
        "two classes": np.where(size + rng.normal(size=n_rows) > 0, "yes", "no").tolist(),
        "five classes": [f"class {place}" for place in np.digitize(size, [-1.0, -0.3, 0.3, 1.0])],
        "number": (size * 100 + rng.normal(0, 50, n_rows)).tolist(),
    }
    if sort == "bare":
        return Specimen({"size": size.tolist(), "y": answers["two classes"]})
    if sort == "awkward":
        names = ["</script><b>", "größe in m² — " * 6, "%{y}", "a\nb", "'quoted' \"twice\"", "d.o.t", "day", "<i>"]
        return Specimen({**dict(zip(names, columns.values(), strict=True)), "y": answers["number"]})
    return Specimen({**columns, "y": answers[sort]}, settings={"time": "day"})


@each_view
@pytest.mark.parametrize("sort", TABLES)
def test_it_draws_or_says_why_not(name: str, sort: str, shown: dict[str, Opened]) -> None:
    """Its picture has a sentence with numbers, is small, has no title of its own, and can be read as JSON."""
    picture = draw(name, shown[sort])
    if picture is None:
        return
    sentence, text = picture.sentence, picture.figure.to_json()
    assert sentence[-1] == "."
    assert re.search(r"\d", sentence), sentence
    assert len(sentence) <= 400
    assert len(text) <= MAX_BYTES
    figure = json.loads(text)
    assert figure["data"]
    assert "title" not in figure["layout"]
    assert figure["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"


@each_view
@pytest.mark.parametrize("sort", ["two classes", "awkward"])
def test_its_picture_can_be_drawn_without_a_browser(name: str, sort: str, shown: dict[str, Opened]) -> None:
    """As a file, in the same way every time."""
    picture = draw(name, shown[sort])
    if picture is None:
        return
    first, again = (still(json.loads(picture.figure.to_json()), "A title", "svg") for _ in range(2))
    assert first == again
    assert first.startswith(b"<?xml")
    assert still(json.loads(picture.figure.to_json()), "A title", "png").startswith(b"\x89PNG")


@each_view
def test_it_draws_something_of_an_ordinary_table(name: str, shown: dict[str, Opened]) -> None:
    """A view that never draws is no view."""
    assert any(draw(name, shown[sort]) is not None for sort in TABLES)


@each_view
def test_it_draws_the_same_picture_again(name: str, shown: dict[str, Opened]) -> None:
    """Same data, same picture."""
    first, again = (draw(name, shown["two classes"]) for _ in range(2))
    assert (first is None) == (again is None)
    if first is not None and again is not None:
        assert first.sentence == again.sentence
        assert first.figure.to_json() == again.figure.to_json()


@each_view
def test_its_picture_does_not_grow_with_the_table(name: str, shown: dict[str, Opened]) -> None:
    """Ten times the rows make about the same picture."""
    few, many = draw(name, shown["number"]), draw(name, shown["long"])
    if few is not None and many is not None:
        assert len(many.figure.to_json()) < 1.5 * len(few.figure.to_json())


@each_view
def test_it_is_documented(name: str) -> None:
    """It says what it draws and what it is called."""
    member = VIEWS.get(name)
    assert (member.__doc__ or "").strip()
    assert member.__doc__ != View.__doc__
    assert 3 <= len(member.title) <= 60

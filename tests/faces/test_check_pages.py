"""The pages that ``mlwright check --html`` writes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mlwright.faces.cli.main import main

MOST_BYTES = 5_000_000


def people(n, seed, *, older=0, evil=""):
    """Lines of a CSV file; some remarks hold what a browser would take for a tag."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 60, n) + older
    town = rng.choice(["Riga", "Lund", "Graz"], n)
    marks = [evil if row % 3 == 0 else "" for row in range(n)]
    rows = [f"{a},{t}{m},{'yes' if a > 40 else 'no'}" for a, t, m in zip(age, town, marks, strict=True)]
    return "\n".join(["age,town,SECRET", *rows]) + "\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Check tables, and read the page."""
    monkeypatch.chdir(tmp_path)

    def write(*words, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        with pytest.raises(SystemExit):
            main(["check", *words, "--target", "SECRET", "--html", "page.html"])
        return (tmp_path / "page.html").read_text()

    return write


def test_a_delivery_shows_what_changed_rows_to_look_at_and_old_beside_new(page):
    text = page("a.csv", "b.csv", a=people(400, 0), b=people(400, 1, older=30))
    assert "LOOK" in text or "REFUSE" in text
    assert "What it means for the model" in text
    assert "age" in re.findall(r'aria-label="old and new values of (\w+)"', text)
    assert "Rows to look at" in text
    assert re.search(r"\d+ %, was \d+ %", text)
    assert len(text) < MOST_BYTES


def test_a_sound_delivery_says_that_the_model_answers_as_before(page):
    text = page("a.csv", "b.csv", a=people(400, 0), b=people(400, 1))
    assert "ACCEPT" in text
    assert "its answers are as good as its evaluation said" in text


def test_values_are_shown_as_text_and_nothing_is_fetched(page):
    text = page("a.csv", "b.csv", a=people(400, 0), b=people(400, 1, evil="<script>alert(1)</script>"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert not re.search(r"(src|href)=.https?:", text)


def test_findings_are_ranked_and_the_target_of_the_rows_is_not_shown(page):
    data = people(300, 0) + "".join(f"{a},Riga,no\n" for a in (900, 950)) + "44,riga ,no\n"
    text = page("a.csv", a=data)
    assert text.index("Look at these") < text.index("Good to know")
    heads = re.findall(r"<tr><th class=\"r\">row</th>(.*?)</tr>", text)
    assert heads
    assert not any("SECRET" in head for head in heads)

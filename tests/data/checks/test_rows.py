"""Checks that look at whole rows: copies, conflicts, and rows that the test shares with training."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen, repeated_header
from mlwright.testing.checks import look, open_specimen

CHECKS = ("duplicate_rows", "train_test_overlap", "conflicting_labels")


@pytest.fixture
def find(tmp_path):
    def ask(columns, *names, **settings):
        opened = open_specimen(Specimen(columns, settings=settings), tmp_path)
        return {name: found for name in names if (found := look(name, opened))}

    return ask


def patients(n=500, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "weight": rng.normal(70, 10, n).round(1).tolist(),
        "height": rng.normal(170, 8, n).round().tolist(),
        "sex": rng.choice(["m", "f"], n).tolist(),
        "smokes": rng.choice(["yes", "no"], n, p=[0.2, 0.8]).tolist(),
        "y": rng.choice(["ill", "well"], n).tolist(),
    }


def with_copies(columns, n):
    return {name: [*values, *values[:n]] for name, values in columns.items()}


def test_copies_are_found_though_some_columns_are_coarse(find):
    found = find(with_copies(patients(), 100), *CHECKS)
    assert set(found) == {"duplicate_rows", "train_test_overlap"}
    (finding,) = found["duplicate_rows"]
    assert finding.severity == "note", "ten of the first 500 are equal by coincidence, so nobody can be sure"
    assert "110 rows of 600 (18 %)" in finding.sentence
    assert all(row < 500 for row in finding.rows)


def test_copies_of_detailed_rows_are_a_warning(find):
    columns = patients() | {"blood": np.random.default_rng(2).normal(5, 1, 500).tolist()}
    found = find(with_copies(columns, 100), *CHECKS)
    assert {check: finding.severity for check, (finding,) in found.items()} == {
        "duplicate_rows": "warning",
        "train_test_overlap": "warning",
    }


def test_a_customer_number_does_not_hide_copies(find):
    columns = with_copies(patients(), 100)
    assert "duplicate_rows" in find({"customer_id": [f"C{row:06d}" for row in range(600)]} | columns, "duplicate_rows")


@pytest.mark.parametrize("dependence", [0.0, 0.8])
def test_rows_that_are_equal_for_want_of_detail_are_no_copies(dependence, find):
    rng = np.random.default_rng(1)
    sick = rng.random(500)
    answers = [np.where(rng.random(500) < dependence, sick, rng.random(500)) < 0.3 for _ in range(9)]
    columns = {f"symptom_{place}": np.where(answer, "yes", "no").tolist() for place, answer in enumerate(answers)}
    assert find(columns | {"y": patients()["y"]}, "duplicate_rows", "train_test_overlap") == {}


def test_one_accidental_copy_is_not_worth_a_word(find):
    assert find(with_copies(patients(), 1), *CHECKS) == {}


def test_conflicts_bound_what_any_model_can_reach(find):
    columns = with_copies(patients(), 200)
    other = ["ill" if answer == "well" else "well" for answer in columns["y"][:200]]
    (finding,) = find(columns | {"y": [*columns["y"][:500], *other]}, "conflicting_labels")["conflicting_labels"]
    assert finding.severity == "warning"
    assert "at most" in finding.sentence


def test_headers_among_many_rows_are_found_column_by_column(find, monkeypatch):
    monkeypatch.setattr(repeated_header, "ASKED_AT_ONCE", 0)
    towns = {"town": ["Oslo", "Rome", "Bern"] * 100, "street": [f"Road {row % 40}" for row in range(300)]}
    columns = patients(300) | towns
    assert find(columns, "repeated_header") == {}
    for name in ("town", "street", "smokes"):
        columns[name][150] = name
    (finding,) = find(columns, "repeated_header")["repeated_header"]
    assert finding.rows == (150,)

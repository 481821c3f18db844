"""What is said of two tables that differ in a known way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from mlwright.data.deliveries import DELIVERIES, Specimen
from mlwright.data.deliveries._plain import changed, now, orders, then
from mlwright.testing.deliveries import look, open_specimen


@pytest.fixture
def found(tmp_path):
    """All findings about two tables, by the check that found them."""

    def find(specimen):
        tables = open_specimen(specimen, tmp_path)
        findings = [finding for name in DELIVERIES.names() for finding in look(name, tables)]
        return {finding.check: finding for finding in reversed(findings)}

    return find


def loud(findings):
    return {name for name, finding in findings.items() if finding.severity != "note"}


@pytest.mark.parametrize(
    ("convert", "told"),
    [
        (lambda x: 1000 * x, "multiplied by 1000"),
        (lambda x: x / 2.204623, "divided by 2.20462"),
        (lambda x: 1.8 * x + 32, "in Fahrenheit"),
        (lambda x: x + 273.15, "in Kelvin"),
    ],
)
def test_another_unit_is_named_once(found, convert, told):
    findings = found(changed(weight=[round(convert(value), 3) for value in now()["weight"]]))
    assert told in findings["unit_change"].sentence
    assert loud(findings) == {"unit_change"}


def test_a_shift_of_a_tenth_of_a_standard_deviation_in_many_rows_is_no_alarm(found):
    rng = np.random.default_rng(0)
    before, after = ({"x": rng.normal(size=60_000).tolist(), "y": ["a", "b"] * 30_000} for _ in range(2))
    shifted = {**after, "x": [value + 0.08 for value in after["x"]]}
    assert "drifted_columns" not in found(Specimen(before, shifted))


def test_a_category_that_became_frequent_is_a_warning(found):
    town = [("Riga", "Lund", "Graz", "Graz", "Graz", "Brno")[row % 6] for row in range(400)]
    findings = found(changed(town=town))
    assert loud(findings) == {"drifted_columns"}
    assert "'town': The share of 'Graz' is 50 % now" in findings["drifted_columns"].sentence


def test_names_in_other_letters_are_critical_and_told_once(found):
    findings = found(changed(town=[town.upper() for town in now()["town"]]))
    assert loud(findings) == {"new_names"}
    assert findings["new_names"].severity == "critical"
    assert "4 of them are names that are known" in findings["new_names"].sentence


def test_a_renamed_column_is_neither_lost_nor_new(found):
    findings = found(Specimen(then(), {"Weight (kg)" if k == "weight" else k: v for k, v in now().items()}))
    assert loud(findings) == {"renamed_columns"}
    assert "new_columns" not in findings


def test_a_missing_target_is_nothing_to_speak_of(found):
    assert loud(found(Specimen(then(), {k: v for k, v in now().items() if k != "y"}))) == set()


def test_an_input_without_values_is_critical(found):
    findings = found(changed(weight=[None] * 400))
    assert findings["missing_values"].severity == "critical"
    assert loud(findings) == {"missing_values"}


def test_numbers_as_text_that_can_be_read_are_a_note(found):
    findings = found(changed(weight=[f"{value}" for value in now()["weight"]]))
    assert loud(findings) == set()
    assert findings["column_types"].severity == "note"


def test_the_same_table_again_is_seen_by_its_rows_keys_and_dates(found):
    findings = found(Specimen(then(), then()))
    assert "400 of 400 new rows (100 %)" in findings["rows_again"].sentence
    assert {"rows_again", "repeated_keys", "date_overlap"} <= set(findings)
    assert loud(findings) == {"rows_again"}


def test_coarse_rows_that_are_equal_by_coincidence_are_quiet(found):
    rng = np.random.default_rng(1)
    tables = [
        {name: [f"{name}{v}" for v in rng.integers(0, 3, 500)] for name in ("a", "b", "c", "y")} for _ in range(2)
    ]
    assert loud(found(Specimen(*tables))) == set()


def test_what_a_person_forbids_is_told_from_the_first_row_on(found):
    edits = {
        "columns": {
            "weight": {"most": 90, "optional": False},
            "town": {"new_levels": "refuse"},
            "day": {"most": date(2024, 6, 30)},
        },
        "least_rows": 1000,
    }
    columns = {**now(), "town": ["Oslo", *list(now()["town"])[1:]], "weight": [None, 95.0, *list(now()["weight"])[2:]]}
    findings = found(Specimen(then(), columns, settings=edits))
    assert {"missing_values", "new_names", "out_of_range", "row_count"} <= loud(findings)


def test_a_person_can_allow_what_came(found):
    allowed = {"columns": {"town": {"levels": ["Oslo"]}, "weight": {"most": 10_000}}}
    columns = {**now(), "town": ["Oslo"] * 20 + list(now()["town"])[20:], "weight": [9000.0, *now()["weight"][1:]]}
    assert loud(found(Specimen(then(), columns, settings=allowed))) == set()
    assert loud(found(Specimen(then(), columns))) == {"new_names", "out_of_range"}


def test_a_running_number_goes_on_without_an_alarm(found):
    specimen = Specimen({**orders(), "n": list(range(400))}, {**now(), "n": list(range(400, 800))})
    assert loud(found(specimen)) == set()

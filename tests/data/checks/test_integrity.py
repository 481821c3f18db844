"""Checks of values, names and rows: what is found, and what looks like it and is all right."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.checks._slips import is_slip
from mlwright.testing.checks import look, open_specimen

N = 400


@pytest.fixture
def find(tmp_path):
    def ask(name, columns, **settings):
        rng = np.random.default_rng(0)
        base = {"size": rng.normal(size=N).tolist(), "y": rng.choice(["no", "yes"], N).tolist()}
        return look(name, open_specimen(Specimen(base | columns, settings=settings), tmp_path))

    return ask


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (lambda k: f"{k % 60},5", "decimal commas"),
        (lambda k: f"Rs {k}", "with 'Rs'"),
        (lambda k: f"{k}.{k % 900 + 100} kg", "with 'kg'"),
        (lambda k: f"{k} {('kg', 'KG', 'kg.')[k % 3]}", "with 'kg'"),
    ],
    ids=["decimal comma", "currency", "thousands", "spellings of a unit"],
)
def test_numbers_in_text_are_found_however_they_are_written(written, told, find):
    (finding,) = find("numbers_as_text", {"amount": [written(k) for k in range(N)]})
    assert finding.columns == ("amount",)
    assert told.casefold() in finding.sentence.casefold()


@pytest.mark.parametrize(
    "written",
    [
        lambda k: f"{k % 40}{'ABCDEF'[k % 6]}",
        lambda k: f"{k % 20}th",
        lambda k: f"{k} Main Street",
        lambda k: f"B{k}",
        lambda k: f"AB-{6000 + k}",
        lambda k: f"QX{6000 + k}",
    ],
    ids=["seats", "ordinals", "addresses", "codes", "codes with a hyphen", "codes of letters and a number"],
)
def test_names_that_begin_with_a_number_are_no_numbers(written, find):
    assert find("numbers_as_text", {"amount": [written(k) for k in range(N)]}) == []


def test_days_and_months_in_both_orders_are_found(find):
    days = [
        f"{1 + k % 12:02d}/{13 + k % 15:02d}/2023" if k % 4 else f"{13 + k % 15}/{1 + k % 12:02d}/2023"
        for k in range(N)
    ]
    (finding,) = find("mixed_date_formats", {"sold": days})
    assert "2 ways" in finding.sentence


def test_a_time_behind_some_dates_is_no_other_way_to_write_them(find):
    days = [f"2023-{1 + k % 12:02d}-{1 + k % 28:02d}" + (" 10:30:00" if k % 3 else "") for k in range(N)]
    assert find("mixed_date_formats", {"sold": days}) == []


@pytest.mark.parametrize("factor", [1000, 2.2046])
def test_two_units_in_a_column_are_found(factor, find):
    weights = np.random.default_rng(1).normal(70, 3, N)
    mixed = [round(w * factor, 3) if k % 8 == 0 else round(w, 3) for k, w in enumerate(weights)]
    assert find("mixed_units", {"weight": mixed})[0].columns == ("weight",)


def test_two_kinds_of_things_are_no_two_units(find):
    rng = np.random.default_rng(1)
    cats, horses = rng.normal(4, 0.3, N), rng.normal(500, 60, N)
    assert find("mixed_units", {"weight": np.where(np.arange(N) % 2, cats, horses).round(2).tolist()}) == []


def test_a_product_that_is_wrong_in_some_rows_is_found_with_its_numbers(find):
    rng = np.random.default_rng(2)
    price, pieces = rng.uniform(1, 99, N).round(2), rng.integers(1, 30, N)
    total = (price * pieces).round(2)
    total[[7, 300]] *= 10
    (finding,) = find("broken_sums", {"price": price.tolist(), "pieces": pieces.tolist(), "total": total.tolist()})
    assert "is price x pieces" in finding.sentence
    assert set(finding.rows) == {7, 300}


def test_a_town_in_the_wrong_region_is_found_and_a_region_of_many_towns_is_none(find):
    town = [f"Town {chr(65 + k % 20)}" for k in range(N)]
    region = [f"Region {k % 20 // 4}" if k != 123 else "Region 4" for k in range(N)]
    (finding,) = find("broken_dependencies", {"town": town, "region": region})
    assert set(finding.columns) == {"town", "region"}
    assert 123 in finding.rows
    rng = np.random.default_rng(0)
    loose = {"town": rng.choice(town, N).tolist(), "region": rng.choice(region, N).tolist()}
    assert find("broken_dependencies", loose) == []


@pytest.mark.parametrize(
    "again", [str.upper, lambda name: " ".join(reversed(name.split())), lambda n: n.replace("son", "sonn")]
)
def test_people_who_were_entered_twice_in_other_words_are_found(again, find):
    rng = np.random.default_rng(3)
    first, last = ["Anna", "Boris", "Clara", "David"], ["Peterson", "Ericson", "Karlson", "Gibson", "Wilson"]
    names = [f"{first[a]} {last[b]}" for a, b in zip(rng.integers(0, 4, N), rng.integers(0, 5, N), strict=True)]
    columns = {
        "name": names,
        "income": rng.integers(10_000, 90_000, N).tolist(),
        "age": rng.integers(18, 90, N).tolist(),
    }
    for place in (0, 50, 99):
        for values in columns.values():
            values[place + 200] = values[place]
        columns["name"][place + 200] = again(columns["name"][place])
    columns["size"] = [k % 50 for k in range(N)]
    (finding,) = find("near_duplicate_rows", columns)
    assert set(finding.rows) == {0, 50, 99, 200, 250, 299}


@pytest.mark.parametrize(
    ("one", "other"), [("birminghxm", "birmingham"), ("new yrok", "new york"), ("portugl", "portugal")]
)
def test_slips_are_told(one, other):
    assert is_slip(one, other) == (one != "new yrok")


@pytest.mark.parametrize(
    ("one", "other"), [("inland", "island"), ("type ii", "type iii"), ("route 12", "route 13"), ("male", "female")]
)
def test_words_of_their_own_are_no_slips(one, other):
    assert not is_slip(one, other)


def test_an_invisible_space_that_splits_a_name_is_a_warning(find):
    towns = ["New\u00a0York" if k % 9 == 0 else ("New York", "Boston")[k % 2] for k in range(N)]
    (finding,) = find("special_characters", {"town": towns})
    assert finding.severity == "warning"
    assert "no-break space" in finding.sentence


def test_coordinates_of_which_some_are_zero_stand_out(find):
    lon = np.random.default_rng(4).uniform(-70, 120, N).round(4)
    lon[::10] = 0.0
    assert find("default_values", {"longitude": lon.tolist()})[0].columns == ("longitude",)


def test_a_key_that_repeats_is_found_and_a_random_code_may_repeat(find):
    codes = [f"K{1000 + (k if k != 8 else 7)}" for k in range(N)]
    assert find("repeated_keys", {"order_id": codes})[0].rows == (7,)
    assert find("repeated_keys", {"code": codes}) == []

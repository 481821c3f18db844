"""Checks that look at the values of single columns."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.scoring.folding import folded
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
    ("one", "other"),
    [
        ("New York", "new york"),
        ("New York", "New  York"),
        ("São Paulo", "Sao Paulo"),
        ("co-op", "co op"),
        ("St. Paul", "St Paul"),
        ("N/A", "n.a."),
        ("Chili-Corn Salsa", "Chili Corn Salsa"),
    ],
)
def test_spellings_of_one_thing_arefolded(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<50", ">50"),
        ("C", "C++"),
        ("1-2", "12"),
        ("-1", "1"),
        ("1.5", "15"),
        ("A1", "A-1"),
        ("10 %", "10"),
        ("a+", "a-"),
    ],
)
def test_signs_that_mean_something_are_kept(one, other):
    assert folded(one) != folded(other)


def test_single_letters_of_both_cases_are_codes_unless_one_is_rare(find):
    letters = [("a", "A", "b", "B")[row % 4] for row in range(N)]
    assert find("spelling_variants", {"code": letters}) == []
    slips = ["f" if row % 20 == 0 else ("F", "M")[row % 2] for row in range(N)]
    assert find("spelling_variants", {"sex": slips})[0].columns == ("sex",)


def test_classes_with_two_spellings_are_found(find):
    answers = [("yes", "no", "Yes")[row * row % 3 if row % 2 else row % 3] for row in range(N)]
    (finding,) = find("spelling_variants", {"y": answers})
    assert (finding.columns, finding.severity) == (("y",), "warning")
    assert "apart" not in finding.sentence


def test_short_classes_of_two_spellings_stay_apart_and_that_is_critical_where_two_are_left(find):
    answers = [("ok", "no", "OK")[row * row % 3 if row % 2 else row % 3] for row in range(N)]
    (finding,) = find("spelling_variants", {"y": answers})
    assert (finding.columns, finding.severity) == (("y",), "critical")
    assert "answers of 'y' stay apart: 'OK' = 'ok'" in finding.sentence.replace("'ok' = 'OK'", "'OK' = 'ok'")
    assert "a question of two answers is asked as one of 3" in finding.sentence
    several = ["perhaps" if row % 5 == 0 else answer for row, answer in enumerate(answers)]
    assert find("spelling_variants", {"y": several})[0].severity == "warning"


def test_text_read_in_the_wrong_encoding_is_found_and_foreign_letters_are_not(find):
    towns = ["Málaga", "Łódź", "Zürich", "Αθήνα", "SÃO TOMÉ", "東京", "Лион"]
    columns = {"town": [towns[row % 7] for row in range(N)]}
    assert find("text_encoding_damage", columns) == []
    (finding,) = find("text_encoding_damage", columns | {"street": ["Ga\ufffde", "GÃ¼rtel", "Weg", "Allee"] * 100})
    assert finding.columns == ("street",)
    assert "200 rows" in finding.sentence


def test_days_that_are_not_known_yet_are_found_but_plans_are_left_alone(find):
    past = [f"2020-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(N)]
    slips = ["2090-01-01" if row % 50 == 0 else day for row, day in enumerate(past)]
    plans = ["2090-01-01" if row % 2 == 0 else day for row, day in enumerate(past)]
    assert "8 days lie after the day of collecting" in find("impossible_dates", {"sold": slips})[0].sentence
    assert find("impossible_dates", {"due": plans}) == []


def test_a_default_day_among_days_of_its_time_is_a_day_like_any_other(find):
    days = [str(np.datetime64("1969-06-01") + row) for row in range(N)]
    days[10:14] = ["1970-01-01"] * 4
    assert find("impossible_dates", {"born": days}) == []


def test_a_heap_at_zero_is_no_cut(find):
    rng = np.random.default_rng(1)
    spent = np.where(rng.random(N) < 0.4, 0.0, rng.lognormal(3, 1, N))
    assert find("capped_target", {"y": spent.tolist()}) == []
    assert len(find("capped_target", {"y": np.clip(rng.normal(50, 10, N), 40, 60).tolist()})) == 2


def test_equal_columns_are_named_in_groups(find):
    rng = np.random.default_rng(2)
    x = rng.normal(size=N)
    shop = rng.integers(0, 9, N)
    columns = {
        "metres": x.tolist(),
        "feet": (x * 3.28).round(3).tolist(),
        "minus": (-x).tolist(),
        "shop": [f"S{k}" for k in shop],
        "street": [f"{k * 7 % 9} High Street" for k in shop],
    }
    (finding,) = find("correlated_inputs", columns)
    assert "2 groups" in finding.sentence
    assert set(finding.columns) == {"metres", "feet", "minus", "shop", "street"}


def test_what_moves_with_time_by_its_nature_is_no_drift(find):
    days = [str(np.datetime64("2022-01-01") + row) for row in range(N)]
    year = [2022 + row // 100 for row in range(N)]
    assert find("train_test_drift", {"day": days, "season": year}, time="day") == []


def test_a_name_that_comes_up_only_lately_is_drift(find):
    days = [str(np.datetime64("2022-01-01") + row) for row in range(N)]
    brand = ["new" if row > 0.75 * N else ("old", "older")[row % 2] for row in range(N)]
    (finding,) = find("train_test_drift", {"day": days, "brand": brand}, time="day")
    assert "a rare or new name" in finding.sentence or "'new'" in finding.sentence


def petals(rng):
    """Lengths of two kinds of flowers, one about 3.3 times the other, and widths that part the same rows."""
    small = rng.permutation(N) < N // 3
    length = rng.normal(1.46, 0.12, N) * np.where(small, 1.0, 3.28)
    return length.round(2).tolist(), np.where(small, rng.normal(0.25, 0.1, N), rng.normal(1.7, 0.3, N)).tolist()


def test_two_kinds_that_another_number_parts_too_are_not_two_units(find):
    length, width = petals(np.random.default_rng(2))
    assert len(find("mixed_units", {"length": length})) == 1
    assert not find("mixed_units", {"length": length, "width": width})


def test_the_mean_of_a_column_is_no_total_where_other_rows_hold_it_too(find):
    held = {name: [0.5 if row % 2 else float(row % 4 == 0) for row in range(N)] for name in ("one", "other")}
    assert not find("total_row", held)


@pytest.mark.parametrize(
    "codes",
    [
        [f"{row:03d}" if row % 50 else f"{row:03d}A" for row in range(N)],
        [f"{100 + row}" if row % 20 else f"{100 + row}b" for row in range(N)],
    ],
)
def test_codes_with_zeros_in_front_or_a_letter_behind_are_no_numbers_as_text(find, codes):
    assert not find("numbers_as_text", {"subject": codes})


def test_a_few_numbers_with_a_unit_among_bare_ones_are_numbers_as_text(find):
    assert (
        len(find("numbers_as_text", {"weight": [f"{row + 60} kg" if row % 3 else f"{row + 60}" for row in range(N)]}))
        == 1
    )


def test_amounts_with_units_are_no_names(find):
    rng = np.random.default_rng(3)
    lengths = [f"{m // 60}h {m % 60:02d}min" for m in rng.integers(60, 200, N)]
    budgets = [f"${m:.1f}M" if m >= 1 else f"${1e6 * m:,.0f}" for m in rng.lognormal(size=N)]
    flights = [f"{rng.choice(['AA', 'UA'])} {n}" for n in rng.integers(100, 400, N)]
    (finding,) = find("high_cardinality", {"length": lengths, "budget": budgets, "flight": flights})
    assert finding.columns == ("flight",)


def test_dates_in_several_ways_are_no_names(find):
    days = [
        f"{1 + row % 28:02d}.{1 + row % 12:02d}.2021" if row % 2 else f"Mar {1 + row % 28}, 2021" for row in range(N)
    ]
    assert not find("high_cardinality", {"day": days})


def test_a_total_of_the_target_is_known_by_the_word_beside_it(find):
    rng = np.random.default_rng(5)
    y = rng.lognormal(5, 1, N).round(2).tolist()
    towns = [f"town {row % 7}" for row in range(N)]
    said = {"town": [*towns[:-2], "Total", "* as of May"], "y": [*y[:-2], sum(y[:-2]), None]}
    (finding,) = find("total_row", said)
    assert finding.rows == (N - 2,)
    assert "in 'y'" in finding.sentence
    assert not find("total_row", {"town": towns, "y": [*y[:-1], sum(y[:-1])]})


def test_a_sum_without_a_word_is_known_by_the_name_that_it_lacks(find):
    pages, visits = [f"/page/{row}" for row in range(N - 1)], [row * 37 % 101 + 1 for row in range(N - 1)]
    (finding,) = find("total_row", {"page": [*pages, None], "visits": [*visits, sum(visits)]})
    assert (finding.rows, "'page' is empty" in finding.sentence) == ((N - 1,), True)
    assert not find("total_row", {"page": [*pages, None], "visits": [*visits, 150]})


def test_subtotals_between_the_rows_are_told(find):
    towns, sales = [], []
    for block in range(10):
        amounts = [(block * 40 + row) * 37 % 101 + 1 for row in range(39)]
        towns += [f"town {row}" for row in range(39)] + [f"Zwischensumme {block}"]
        sales += [*amounts, sum(amounts)]
    (finding,) = find("total_row", {"town": towns, "sales": sales})
    assert finding.rows == (39, 79, 119, 159, 199, 239)
    assert "10 rows between the others" in finding.sentence
    assert not find("total_row", {"town": towns, "sales": [row * 37 % 101 for row in range(N)]})


def test_dates_that_are_written_otherwise_from_some_row_on_are_neither_wrong_nor_missing(find):
    days = [f"{1990 + row % 30}-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(N)]
    turned = [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in days]
    other = [*days[:-20], *turned[-20:]]
    assert len(find("mixed_date_formats", {"sold": other})) == 1
    for check in ("impossible_dates", "missing_lately", "missing_stretch"):
        assert not find(check, {"sold": other})
    (finding,) = find("impossible_dates", {"sold": ["31/02/2024", "30/02/2024", *days[2:-15], *turned[-15:]]})
    assert "2 values cannot be read as a date, such as '31/02/2024'" in finding.sentence


def test_facts_below_each_other_are_told_and_are_critical_where_they_are_to_be_predicted(tmp_path):
    facts = {
        "patient": [f"P{row // 4:03d}" for row in range(N)],
        "fact": ["age", "weight", "smoker", "readmitted"] * (N // 4),
        "value": [v for row in range(N // 4) for v in (str(20 + row % 30), f"{60.5 + row % 20}", "no", "yes")],
    }
    (finding,) = look("facts_in_rows", open_specimen(Specimen(facts, target="value"), tmp_path))
    assert finding.severity == "critical"
    assert "numbers beside 'age' and 'weight', words beside 'smoker' and 'readmitted'" in finding.sentence


def test_numbers_that_are_stored_as_text_have_totals_too(find):
    prices = [100 + row * 37 % 101 for row in range(N - 1)]
    towns = [f"town {row % 7}" for row in range(N - 1)]
    written = [f"${price:,}" for price in [*prices, sum(prices)]]
    (finding,) = find("total_row", {"town": [*towns, "Total"], "price": written})
    assert finding.rows == (N - 1,)


def test_a_day_without_a_time_does_not_lie_before_a_moment_of_that_day(find):
    moments = [np.datetime64("2023-01-01T09:30:00") + np.timedelta64(row * 7 % 365, "D") for row in range(N)]
    days = [str((day + np.timedelta64(row % 80 + 1, "D")).astype("datetime64[D]")) for row, day in enumerate(moments)]
    same = [str(moments[row].astype("datetime64[D]")) if row % 80 == 0 else days[row] for row in range(N)]
    ordered = [str(moment).replace("T", " ") for moment in moments]
    assert not find("date_order", {"ordered": ordered, "shipped": same})
    same[7] = "2020-01-01"
    (finding,) = find("date_order", {"ordered": ordered, "shipped": same})
    assert finding.rows == (7,)


def test_limits_are_told_with_their_share(find):
    lead = ["<0.5" if row % 10 == 0 else ">99" if row % 20 == 1 else f"{row * 37 % 500 / 10 + 0.5}" for row in range(N)]
    (finding,) = find("censored_values", {"lead": lead})
    assert finding.sentence == "1 column holds limits beside numbers: lead ('<0.5' in 10 % and '>99' in 5.0 %)."


@pytest.mark.parametrize("bands", [["<=50K", ">50K"], ["0", "1", "2", ">2"], ["<18", "18-24", ">24"]])
def test_bands_are_no_limits(find, bands):
    assert not find("censored_values", {"band": [bands[row % len(bands)] for row in range(N)]})


def test_limits_and_amounts_in_brackets_are_not_called_names(find):
    lead = ["<0.5" if row % 10 == 0 else f"{row * 37 % 400 / 10 + 0.5}" for row in range(N)]
    profit = [f"(${row * 37 % 400 + 1:,}.50)" if row % 3 == 0 else f"${row * 41 % 400 + 1:,}.25" for row in range(N)]
    assert not find("high_cardinality", {"lead": lead, "profit": profit})
    (finding,) = find("numbers_as_text", {"profit": profit})
    assert finding.columns == ("profit",)


def test_numbers_with_zeros_in_front_name_rows(find):
    (finding,) = find("id_columns", {"case": [f"{row * 7:06d}" for row in range(N)]})
    assert finding.columns == ("case",)


def _map(n: int = N) -> tuple[list[float], list[float]]:
    return [47 + row * 37 % 700 / 100 for row in range(n)], [7 + row * 41 % 800 / 100 for row in range(n)]


def test_exchanged_places_and_places_at_nothing_are_told(find):
    north, east = _map()
    north[5], east[5] = east[5], north[5]
    north[9] = east[9] = 0.0
    (finding,) = find("coordinates", {"shop_lat": north, "shop_lon": east})
    assert finding.rows == (5, 9)
    assert "1 row seems to be exchanged and 1 row lies at 0/0" in finding.sentence


def test_exchanged_columns_of_places_are_told(find):
    north, east = _map()
    (finding,) = find("coordinates", {"latitude": [100 + value for value in east], "longitude": north})
    assert "each seems to hold the other" in finding.sentence
    assert not find("coordinates", {"latitude": north, "longitude": [100 + value for value in east]})


def test_places_all_over_the_world_are_in_order(find):
    north = [-60 + row * 37 % 12000 / 100 for row in range(N)]
    east = [-170 + row * 41 % 34000 / 100 for row in range(N)]
    assert not find("coordinates", {"lat": north, "lng": east})


def test_lengths_and_widths_are_no_places(find):
    parts = [120 + row * 37 % 700 for row in range(N)]
    assert not find("coordinates", {"Länge": parts, "Breite": parts[::-1]})


def test_both_numbers_of_a_place_in_one_text_are_told(find):
    north, east = _map()
    (finding,) = find("coordinates", {"position": [f"{a:.4f},{b:.4f}" for a, b in zip(north, east, strict=True)]})
    assert "two coordinates in one text" in finding.sentence


def test_a_series_along_the_columns_is_told_in_any_of_six_languages(find):
    for names in (
        ["Jan 2023", "Feb 2023", "Mär 2023", "Apr 2023", "Mai 2023"],
        ["2022Q1", "2022Q2", "2022Q3", "2022Q4"],
    ):
        (finding,) = find(
            "series_in_columns", {name: [row % 9 + n for row in range(N)] for n, name in enumerate(names)}
        )
        assert finding.columns == tuple(names)
        assert finding.severity == "note"


def test_numbered_columns_that_pass_by_the_years_are_no_series(find):
    names = [f"pixel{place}" for place in range(1896, 1906)]
    assert not find("series_in_columns", {name: [row % 9 + n for row in range(N)] for n, name in enumerate(names)})


def test_columns_of_a_series_that_come_after_the_target_are_a_leak(tmp_path):
    rng = np.random.default_rng(0)
    months = {f"sales_2023_{month:02d}": rng.normal(size=N).tolist() for month in range(1, 9)}
    opened = open_specimen(Specimen(months, target="sales_2023_06"), tmp_path)
    after, series = look("series_in_columns", opened)
    assert (after.severity, after.columns) == ("warning", ("sales_2023_07", "sales_2023_08"))
    assert "sales_2023_06" not in series.columns


@pytest.mark.parametrize("names", [["floor 1", "floor 2", "floor 3", "floor 4"], ["built 1990", "size", "sold 2001"]])
def test_other_numbers_in_names_are_no_series(find, names):
    assert not find("series_in_columns", {name: [row % 9 + n for row in range(N)] for n, name in enumerate(names)})


@pytest.mark.parametrize(("name", "n_found"), [("sales_date", 1), ("salary_on_hire", 0), ("candidate_income", 0)])
def test_amounts_of_the_size_of_days_are_no_dates(find, name, n_found):
    assert len(find("dates_as_numbers", {name: [43_831 + row * 7 % 900 for row in range(N)]})) == n_found

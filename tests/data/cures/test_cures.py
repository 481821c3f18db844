"""What the cures find in tables of which the truth is known."""

import math

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.cleaning import CALLED, Followed, learn_cleaning
from mlwright.data.cleaning.written import Written
from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.dependencies import group, strength
from mlwright.records.cleaning import CleaningPlan, MapValues, ReadDate, ReadNumber
from mlwright.scoring.quantities import read_quantity


def after(columns):
    """The table as its own plan leaves it, and the plan."""
    table = pa.table(columns)
    plan = learn_cleaning(table)
    followed = Followed(plan, table)
    changed = {touched.column: touched.after for _, touched in followed.touched}
    return {name: changed.get(name, table[name]).to_pylist() for name in table.column_names}, plan, followed


def places(rng, n_rows=600, n_towns=30):
    """Postal codes with their towns and counties."""
    town = rng.integers(0, n_towns, n_rows)
    names = np.array(
        [f"{'BCDFGHKLMNPRSTV'[i % 15]}{'aeiou'[i // 15]}{'lnrst'[i % 5]}ton{'ville' * (i % 2)}" for i in range(n_towns)]
    )
    return {
        "zip": [f"{10_000 + 37 * t}" for t in town],
        "town": names[town].tolist(),
        "county": [f"{['Adams', 'Brown', 'Clark', 'Dixon', 'Eaton'][t % 5]} County" for t in town],
    }


def test_names_that_were_exchanged_are_put_back_where_two_columns_agree():
    rng = np.random.default_rng(0)
    columns = places(rng)
    right = list(columns["town"])
    wrong = rng.choice(600, 12, replace=False)
    for row in wrong:
        columns["town"][row] = str(rng.choice([name for name in set(right) if name != right[row]]))
    # the address tells the town as well as the postal code does
    columns["office"] = [f"{code[::-1]}-A" for code in columns["zip"]]
    found, _, _ = after(columns)
    assert found["town"] == right


def test_of_two_cells_that_contradict_each_other_neither_is_changed_and_both_are_doubted():
    columns = {name: places(np.random.default_rng(1))[name] for name in ("zip", "town")}
    columns["town"][3] = next(name for name in columns["town"] if name != columns["town"][3])
    found, _, followed = after(columns)
    assert found == columns
    assert [int(calls[3]) for calls in followed.verdicts().values()] == [CALLED.index("doubt")] * 2


def test_a_town_that_is_in_two_states_is_no_error():
    rng = np.random.default_rng(2)
    towns = rng.integers(0, 20, 800)
    states = np.array(["OR", "TX", "WA", "CO"])[towns % 4]
    states[(towns == 0) & (rng.random(800) < 0.15)] = "ME"
    _, plan, _ = after({"town": [f"Town {'abcdefghijklmnopqrst'[t]}" for t in towns], "state": states.tolist()})
    assert plan.steps == ()


def test_what_most_rows_of_one_sort_have_in_common_is_no_error():
    # everything in one state is coded by another letter; that is no misspelling, however rare it is
    rng = np.random.default_rng(3)
    state = np.where(rng.random(1_000) < 0.03, "ak", "al")
    measure = rng.integers(0, 12, 1_000)
    columns = {
        "state": state.tolist(),
        "measure": [f"measure-{m}" for m in measure],
        "average": [f"{s}_measure-{m}" for s, m in zip(state, measure, strict=True)],
    }
    _, plan, _ = after(columns)
    assert plan.steps == ()


@pytest.mark.parametrize("seed", range(8))
def test_columns_that_have_nothing_to_do_with_each_other_are_left_in_peace(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 120, 8)
    columns = {
        f"c{j}": [f"{chr(97 + j)}{v * 7919 % 1000}" for v in rng.integers(0, n, 400)] for j, n in enumerate(sizes)
    }
    columns["key"] = [f"row {row}" for row in range(400)]
    _, plan, _ = after(columns)
    assert plan.steps == ()


def test_the_strength_of_independent_columns_is_zero_on_average():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(200):
        a, b = rng.integers(0, 60, 200), rng.integers(0, 5, 200)
        found.append(strength(group(a, b, 60, 5, np.ones(200, dtype=bool))))
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))


def test_sources_of_which_some_are_often_wrong_are_reconciled():
    rng = np.random.default_rng(4)
    n_things, n_sources = 60, 20
    accuracy = rng.choice([0.95, 0.9, 0.8, 0.4], n_sources)
    truth = {name: rng.integers(0, 10_000, n_things) for name in ("sold", "bought", "stored")}
    rows = [(s, t) for t in range(n_things) for s in range(n_sources) if rng.random() < 0.9]
    columns = {"shop": [f"shop {chr(97 + s)}" for s, _ in rows], "thing": [f"thing {t}" for _, t in rows]}
    for name, right in truth.items():
        wrong = [right[t] + 1 if rng.random() < 0.6 else rng.integers(0, 10_000) for _, t in rows]
        columns[name] = [
            f"#{right[t] if rng.random() < accuracy[s] else other}" for (s, t), other in zip(rows, wrong, strict=True)
        ]
    found, _, _ = after(columns)
    for name, right in truth.items():
        told = np.array([value == f"#{right[t]}" for value, (_, t) in zip(found[name], rows, strict=True)])
        assert told.mean() > 0.98


def test_letters_replaced_by_one_sign_are_found_and_what_fits_several_values_is_only_doubted():
    rng = np.random.default_rng(5)
    towns = ["Birmingham", "Montgomery", "Huntsville", "Tuscaloosa"]
    columns = {"town": rng.choice(towns, 400).tolist(), "share": [f"{v}%" for v in rng.integers(90, 100, 400)]}
    right = list(columns["town"])
    for row in range(0, 400, 20):
        word = columns["town"][row]
        at = int(rng.integers(len(word)))
        columns["town"][row] = f"{word[:at]}x{word[at + 1 :]}"
        columns["share"][row] = "9x%" if row % 40 else columns["share"][row]
    columns["kind"] = ["acute care"] * 392 + ["acute cxre", "acutx care"] * 4
    found, _, _ = after(columns)
    assert found["town"] == right
    assert found["share"].count("9x%") == 10


def test_a_decimal_comma_is_known_by_the_other_values_of_the_column():
    found, plan, _ = after({"price": ["1,234", "2,5", "3,75", "12,25", "0,5"] * 20})
    (step,) = plan.steps
    assert isinstance(step, ReadNumber)
    assert step.decimal == ","
    assert found["price"][:2] == [1.234, 2.5]


def test_contradicting_decimal_signs_are_left():
    _, plan, _ = after({"price": ["1.5", "2,5", "3.75", "12,25", "0,5"] * 20})
    assert plan.steps == ()


def test_a_percent_sign_beside_bare_shares_of_the_same_size_is_dropped_and_of_another_size_is_converted():
    rng = np.random.default_rng(6)
    shares = rng.uniform(0.04, 0.09, 100).round(3)
    same, _, _ = after({"abv": [f"{v}%" if row % 3 == 0 else f"{v}" for row, v in enumerate(shares)]})
    assert same["abv"] == shares.tolist()
    larger, _, _ = after({"abv": [f"{100 * v:.1f}%" if row % 3 else f"{v}" for row, v in enumerate(shares)]})
    assert np.allclose(larger["abv"], 100 * shares)


def test_days_and_months_of_a_second_way_of_writing_follow_the_first_if_they_do_not_tell():
    days = [f"{1 + n % 28:02d}.{1 + n % 12:02d}.2024" for n in range(80)]
    _, plan, _ = after({"day": [*days, "03/04/2024", "05/06/2024", "07/08/2024"]})
    (step,) = plan.steps
    assert isinstance(step, ReadDate)
    assert step.formats == ("%d.%m.%Y", "%d/%m/%Y")


def test_cells_know_what_is_text_and_keep_the_columns_that_no_step_changes():
    cells = Cells.of(pa.table({"a": ["x", "y"], "b": [1, 2]}))
    assert cells.texts == ("a",)
    assert cells.after([]) is cells


def test_of_large_numbers_the_few_with_thousands_apart_are_written_otherwise():
    votes = [f"{1_000 + 37 * n}" for n in range(90)] + [f"{1_000 + 37 * n:,}" for n in range(10)]
    found, _, followed = after({"votes": votes})
    assert found["votes"] == [1_000 + 37 * (n % 90) for n in range(100)]
    assert (followed.verdicts()["votes"] == CALLED.index("spelling")).sum() == 10


def test_a_rating_with_its_scale_is_a_rating():
    found, _, _ = after(
        {"rating": [f"{3 + n / 20:.2f}" for n in range(95)] + ["7.1/10", "8.5/10", "4/10", "6/10", "9/10"]}
    )
    assert found["rating"][-5:] == [7.1, 8.5, 4.0, 6.0, 9.0]


def test_two_columns_together_tell_what_neither_tells_alone():
    rng = np.random.default_rng(6)
    n, states = 2_000, [f"{a}{b}" for a in "CFKM" for b in "ALTY"]
    state, family = rng.choice(states, n), rng.choice(["M", "S"], n)
    amount = {(s, f): str(100 * int(rng.integers(5, 60))) for s in states for f in "MS"}
    right = [amount[s, f] for s, f in zip(state, family, strict=True)]
    dirty = list(right)
    wrong = rng.choice(n, 30, replace=False)
    for row in wrong[:20]:
        dirty[row] = next(v for v in dict.fromkeys(right) if v != right[row])
    for row in wrong[20:]:
        dirty[row] = None
    found, plan, _ = after({"state": state.tolist(), "family": family.tolist(), "exempt": dirty})
    assert found["exempt"] == right
    assert {(step.given, step.also) for step in plan.steps} == {("family", "state")}


@pytest.mark.parametrize("seed", range(6))
def test_pairs_of_columns_that_have_nothing_to_do_with_a_third_are_no_rule(seed):
    rng = np.random.default_rng([seed, 7])
    columns = {f"c{j}": [f"v{v}" for v in rng.integers(0, k, 600)] for j, k in enumerate((2, 3, 5, 9, 14, 20))}
    # one column hangs on another a little, so that pairs are tried at all
    columns["hung"] = [v if rng.random() < 0.5 else f"v{rng.integers(0, 9)}" for v in columns["c3"]]
    _, plan, _ = after(columns)
    assert plan.steps == ()


def test_a_rule_is_found_though_one_row_in_ten_breaks_it():
    rng = np.random.default_rng(8)
    shop = rng.integers(0, 60, 600)
    right = [["Bakery", "Bar", "Grill", "Diner"][s % 4] for s in shop]
    dirty = [str(rng.choice(["Bakery", "Bar", "Grill", "Diner"])) if rng.random() < 0.12 else v for v in right]
    found, _, _ = after({"shop": [f"shop {s * 37}" for s in shop], "kind": dirty})
    assert np.mean([a == b for a, b in zip(found["kind"], right, strict=True)]) > 0.99


def test_times_of_two_clocks_and_with_a_day_beside_them_get_the_usual_way():
    times = [f"{1 + n % 12}:{10 + n % 50} {'ap'[n % 2]}.m." for n in range(60)]
    found, _, _ = after({"leaves": [*times, "19:10", "7:10PM", "12/02/2011 7:10 p.m.", "0:05", "12:05 a.m."]})
    assert found["leaves"][:60] == times
    assert found["leaves"][60:] == ["7:10 p.m.", "7:10 p.m.", "7:10 p.m.", "12:05 a.m.", "12:05 a.m."]


def test_a_time_without_its_half_of_the_day_is_not_guessed():
    times = [f"{1 + n % 12}:{10 + n % 50} {'ap'[n % 2]}.m." for n in range(60)]
    found, _, _ = after({"leaves": [*times, "7:10", "8:15"]})
    assert found["leaves"][60:] == ["7:10", "8:15"]


def test_lists_get_their_usual_sign_and_order_and_last_names_keep_their_comma():
    names = ["Action", "Comedy", "Crime", "Drama", "Horror", "Romance"]
    kinds = [f"{a}, {b}" for a in names for b in names if a < b] * 5 + ["Drama"] * 5
    people = [f"Brown, {'ABCDEFG'[n % 7]}.; Smith, {'KLMNOPQRSTU'[n % 11]}." for n in range(80)]
    found, _, _ = after(
        {"kind": [*kinds, "Drama|Comedy", "Drama / Crime", "Crime,Action"], "by": [*people, *people[:3]]}
    )
    assert found["kind"][80:] == ["Comedy, Drama", "Crime, Drama", "Action, Crime"]
    assert found["by"] == [*people, *people[:3]]


def test_a_date_in_another_way_is_called_so_even_where_it_reads_as_the_same_day():
    days = [f"{1 + n % 28} {['Jan', 'Feb', 'Mar', 'Apr'][n % 4]} 2001" for n in range(95)]
    _, _, followed = after({"day": [*days, "2001-01-05", "2001-02-17", "2001-03-11", "2001-04-21", "2001-01-30"]})
    calls = followed.verdicts()["day"]
    assert (calls[:95] == CALLED.index("type")).all()
    assert (calls[95:] == CALLED.index("spelling")).all()


@pytest.mark.parametrize(
    ("name", "usual", "odd", "read"),
    [
        ("rating", "7.5", ["8.4/10", "6.1 / 10"], [8.4, 6.1]),
        ("votes", "4812", ["1,204", "26 votes"], [1204.0, 26.0]),
        ("hourly_rate", "12.50", ["$13.50", "14.25/h", "15,75"], [13.5, 14.25, 15.75]),
        ("duration", "96", ["1 h 34 min", "2 hr. 5 min."], [94.0, 125.0]),
    ],
)
def test_numbers_written_unlike_their_column_are_read_in_its_unit(name, usual, odd, read):
    rng = np.random.default_rng(9)
    plain = [f"{float(usual) + rng.integers(-5, 5):.{len(usual.partition('.')[2])}f}" for _ in range(96)]
    found, _, followed = after({name: [*plain, *odd]})
    assert found[name][96:] == read
    assert (followed.verdicts()[name][96:] == CALLED.index("spelling")).all()


def test_what_is_written_short_for_good_in_a_name_stays():
    units = ["Records Mgmt", "Risk Management", "Water Management", "Land Management"] * 25
    found, _, _ = after({"unit": units})
    assert found["unit"] == units


def test_a_sum_fills_what_is_missing_and_a_third_part_explains_what_looks_broken():
    rng = np.random.default_rng(10)
    base, extra = rng.integers(20_000, 90_000, 400), rng.integers(100, 9_000, 400)
    bonus = np.where(rng.random(400) < 0.08, rng.integers(100, 900, 400), 0)
    gross = [int(v) for v in base + extra + bonus]
    columns = {"base": base.tolist(), "extra": extra.tolist(), "bonus": bonus.tolist(), "gross": list(gross)}
    assert after(columns)[1].steps == ()
    columns["gross"][5], columns["extra"][9], columns["gross"][30] = None, None, 10 * gross[30]
    found, _, followed = after(columns)
    assert (found["gross"][5], found["extra"][9]) == (gross[5], int(extra[9]))
    assert np.flatnonzero(followed.verdicts()["gross"] == CALLED.index("doubt")).tolist() == [30]


@pytest.mark.parametrize(("short", "found_as"), [("2139", "02139"), ("3523", "3523")])
def test_a_postal_code_gets_its_zero_only_where_it_has_not_lost_its_end(short, found_as):
    codes = ["35233", "36201", "35801", "02139", "35660"] * 30
    found, _, _ = after({"zip": [*codes, short]})
    assert found["zip"][-1] == found_as


def test_of_two_columns_that_contradict_each_other_only_the_one_with_certain_errors_is_doubted():
    rng = np.random.default_rng(11)
    whole = places(rng, 1_500)
    columns = {name: whole[name] for name in ("zip", "town")}
    names = sorted(set(columns["town"]))
    wrong = rng.choice(1_500, 40, replace=False)
    for row in wrong[:30]:
        columns["town"][row] = f"{columns['town'][row]} {row}"
    for row in wrong[30:]:
        columns["town"][row] = str(rng.choice([name for name in names if name != columns["town"][row]]))
    _, _, followed = after(columns)
    assert {name: int((calls >= 2).sum()) for name, calls in followed.verdicts().items()} == {"zip": 0, "town": 40}


def test_days_in_eight_digits_among_other_dates_are_read_as_days():
    days = [f"2021-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(60)]
    found, plan, _ = after({"day": [*days, "20210304", "20211231", "20210115"]})
    (step,) = plan.steps
    assert isinstance(step, ReadDate)
    assert step.formats == ("%Y-%m-%d", "%Y%m%d")
    assert [str(day) for day in found["day"][60:]] == ["2021-03-04", "2021-12-31", "2021-01-15"]


def test_minus_one_among_numbers_from_one_on_is_missing():
    found, _, _ = after({"issue": [1 + n % 12 for n in range(90)] + [-1] * 10})
    assert found["issue"][90:] == [None] * 10


@pytest.mark.parametrize(
    ("said", "beside", "years"),
    [
        (["4/7/31", "12/31/69", "3/3/04", "5/5/55", "6/6/88"], "2015-03-04", [1931, 1969, 2004, 1955, 1988]),
        (["4/7/18", "12/31/22", "3/3/20", "5/5/19", "6/6/21"], "2022-03-04", [2018, 2022, 2020, 2019, 2021]),
        (["4/7/25", "12/31/28", "3/3/30", "5/5/27", "6/6/26"], "2026-03-04", [2025, 2028, 2030, 2027, 2026]),
        (["4/7/1934", "12/31/1970", "3/3/2001", "5/5/40", "6/6/1960"], "2020-03-04", [1934, 1970, 2001, 1940, 1960]),
    ],
    ids=["births", "of late", "due", "births, some in four digits"],
)
def test_years_of_two_digits_are_read_in_the_century_of_their_column(said, beside, years):
    found, _, _ = after({"day": said * 12, "seen": [beside] * 59 + ["2001-01-01"]})
    assert [day.year for day in found["day"][:5]] == years


def test_a_cell_that_ends_as_it_began_is_not_called_wrong_in_a_table_of_text():
    plan = CleaningPlan(
        n_rows=2,
        steps=(
            MapValues(column="a", cure="x", level="repair", reason="There.", values={"1": "2"}),
            MapValues(column="a", cure="x", level="repair", reason="And back.", values={"2": "1"}),
        ),
    )
    rows = pa.table({"a": ["1", "2"]})
    written = Written(plan, rows, rows)
    assert written.verdicts()["a"].tolist() == [0, CALLED.index("repair")]
    assert [cell.row for cell in written.changes] == [1]


def test_a_value_that_stands_beside_a_gap_is_put_into_its_own_column_and_doubted_where_it_was():
    status, channel = ["Open", "Closed", "Pending"] * 40, ["PHONE", "MAIL"] * 60
    for row in range(0, 60, 10):
        status[row], channel[row] = None, "Closed"
    found, _, followed = after({"status": status, "channel": channel})
    assert found["status"][0] == "Closed"
    assert followed.verdicts()["channel"][0] == CALLED.index("doubt")


def test_journeys_back_to_the_one_hub_are_not_taken_for_exchanged_cells():
    towns = ["Rome", "Oslo", "Bern", "Lima", "Riga"]
    columns = {"from": ["Rome"] * 200 + towns[1:] * 2, "to": towns[1:] * 50 + ["Rome"] * 8}
    found, _, _ = after(columns)
    assert found == columns


def heads():
    """Thirty units of twenty rows and their heads."""
    units = [f"unit {n % 30}" for n in range(600)]
    return units, [f"{'ABCDEF'[n % 30 % 6]}o{'klmnr'[n % 30 // 6]}an Ferret" for n in range(600)]


def test_another_writing_of_the_usual_value_hides_no_rule_and_is_repaired():
    units, right = heads()
    dirty = [f"Ferret, {v.split()[0]}" if n // 30 % 10 == 3 else v for n, v in enumerate(right)]
    found, _, _ = after({"unit": units, "head": dirty})
    assert found["head"] == right


def test_a_value_that_many_groups_hold_and_none_as_its_own_spoils_no_rule_and_stays():
    units, right = heads()
    dirty = ["vacant" if n // 30 % 10 == 3 else v for n, v in enumerate(right)]
    dirty[5] = "Zorro Quill"
    found, _, _ = after({"unit": units, "head": dirty})
    assert found["head"] == [right[5] if n == 5 else v for n, v in enumerate(dirty)]


def test_a_minority_of_a_column_of_two_values_is_not_repaired_by_a_weak_rule():
    rng = np.random.default_rng(3)
    title = rng.integers(0, 40, 1200)
    part = np.where(title % 4 == 0, rng.random(1200) < 0.97, rng.random(1200) < 0.03)
    _, plan, _ = after({"title": [f"title {t}" for t in title], "hours": np.where(part, "part", "full").tolist()})
    assert not [step for step in plan.steps if step.column == "hours"]


def test_players_who_change_clubs_from_season_to_season_are_left_in_peace():
    rng = np.random.default_rng(11)
    clubs = [
        f"{name} FC"
        for name in [
            "Arden",
            "Borth",
            "Clune",
            "Dreve",
            "Esk",
            "Falm",
            "Garn",
            "Holt",
            "Inver",
            "Jarl",
            "Kelso",
            "Lorn",
        ]
    ]
    rows = []
    for player in range(80):
        club = int(rng.integers(12))
        for year in range(2010, 2016):
            club = int(rng.integers(12)) if rng.random() < 0.25 else club
            rows.append((f"P{player:03d}", f"{year}/{year % 100 + 1}", club))
    columns = {
        "player": [player for player, _, _ in rows],
        "season": [season for _, season, _ in rows],
        "club": [clubs[club] for _, _, club in rows],
        "ground": [f"{clubs[club][:-3]} Park" for _, _, club in rows],
        "seats": [20_000 + 1_111 * club for _, _, club in rows],
    }
    found, plan, _ = after(columns)
    assert found == columns
    assert not plan.steps


def test_of_a_word_and_its_number_neither_is_changed_where_they_contradict_each_other():
    rng = np.random.default_rng(12)
    words = [
        f"{name} school"
        for name in ["Basic", "Lower", "Middle", "Upper", "High", "Trade", "Arts", "Law", "Medical", "Night"]
    ]
    level = rng.integers(0, 10, 600)
    columns = {"school": [words[k] for k in level], "school_num": (level + 1).tolist()}
    wrong = rng.choice(600, 15, replace=False)
    for row in wrong:
        columns["school"][row] = words[(level[row] + int(rng.integers(1, 10))) % 10]
    found, _, followed = after(columns)
    assert found == columns
    assert (followed.verdicts()["school"][wrong] == CALLED.index("doubt")).all()


def test_a_repair_follows_from_a_second_rule_where_the_first_one_is_right_in_another_row():
    kinds = {"Retail": "trade", "Oil": "raw", "Media": "new", "Bank": "money", "Steel": "heavy"}
    firm_sector = [[*kinds][firm % 5] for firm in range(60)]
    firms = [f"firm {chr(65 + firm // 26)}{chr(97 + firm % 26)}" for firm in range(60) for _ in range(8)]
    sectors = [firm_sector[row // 8] for row in range(480)]
    columns = {"firm": firms, "sector": list(sectors), "kind": [kinds[sector] for sector in sectors]}
    columns["sector"][0] = "Oil"  # beside "trade"
    columns["kind"][8] = "trade"  # beside "Oil"
    found, _, _ = after(columns)
    assert found["sector"] == sectors
    assert found["kind"] == [kinds[sector] for sector in sectors]


def test_two_countries_with_one_code_do_not_make_the_errors_of_thirty_others_exceptions():
    rng = np.random.default_rng(13)
    codes = [f"{a}{b}X" for a in "ABCDEF" for b in "GHIJK"]
    lands = [f"{code.capitalize()}land" for code in codes] + ["Otherland"]
    place = np.concatenate([np.repeat(np.arange(30), 40), np.full(30, 30)])
    columns = {"code": [codes[min(p, 29)] for p in place], "land": [lands[p] for p in place]}
    wrong = rng.choice(1100, 30, replace=False)
    for row in wrong:
        columns["land"][row] = lands[(place[row] + int(rng.integers(1, 29))) % 30]
    _, _, followed = after(columns)
    called = followed.verdicts()["land"] >= CALLED.index("doubt")
    assert called[wrong].mean() > 0.9
    assert not called[place >= 29].any()


def test_one_slip_that_comes_again_in_a_column_of_few_names_is_doubted():
    columns = {"city": ["Chicago"] * 1500 + ["CChicago"] * 6 + ["Evanston"] * 60}
    found, _, followed = after(columns)
    assert found == columns
    assert set(np.flatnonzero(followed.verdicts()["city"])) == set(range(1500, 1506))


def test_a_country_has_one_name_though_others_of_its_column_are_in_no_list():
    columns = {"land": ["United-States"] * 80 + ["Mexico"] * 15 + ["USA", "U.S."] + ["Atlantis"] * 3}
    found, _, _ = after(columns)
    assert found["land"] == ["United-States"] * 80 + ["Mexico"] * 15 + ["United-States"] * 2 + ["Atlantis"] * 3


def test_billions_in_words_among_billions_without_one_are_not_multiplied():
    columns = {"worth": [f"{1 + n % 40 / 10}" for n in range(200)] + ["7.0 billion", "2200 million", "$3.5"]}
    found, _, _ = after(columns)
    assert [float(value) for value in found["worth"][-3:]] == [7.0, 2.2, 3.5]


def test_more_than_is_not_made_less_than():
    columns = {"onset": ["< 20 yrs"] * 70 + ["> 20 yrs"] * 30, "size": [f"{n % 40}" for n in range(100)]}
    found, _, _ = after(columns)
    assert found["onset"] == columns["onset"]


def test_a_rare_word_that_is_one_letter_from_a_frequent_one_is_a_word_of_its_own():
    columns = {"sea": ["INLAND"] * 1300 + ["NEAR BAY"] * 400 + ["ISLAND"] * 5}
    found, plan, _ = after(columns)
    assert found == columns
    assert not plan.steps


def test_limits_are_read_as_the_number_that_they_name_and_stay_as_they_are_written():
    lead = ["<0.5" if row % 10 == 0 else "> 99" if row % 20 == 1 else f"{row % 89}.{row % 9 + 1}" for row in range(200)]
    dose = ["<5 mg" if row % 9 == 0 else f"{row * 37 % 400 + 5} mg" for row in range(200)]
    found, plan, _ = after({"lead": lead, "dose": dose})
    assert (found["lead"][:2], found["dose"][:2]) == ([0.5, 99.0], [5.0, 42.0])
    table = pa.table({"lead": lead, "dose": dose})
    written = Written(plan, table, table)
    assert written.table(table.schema).to_pydict() == {"lead": lead, "dose": dose}
    assert not written.cells()
    later = Followed(plan, pa.table({"lead": [">=7"], "dose": [">500 mg"]}))
    assert {touched.column: touched.after.to_pylist() for _, touched in later.touched} == {
        "lead": [7.0],
        "dose": [500.0],
    }


@pytest.mark.parametrize("bands", [["<=50K", ">50K"], ["0", "1", "2", ">2"], ["<18", "18-24", ">24"]])
def test_names_of_bands_stay(bands):
    columns = {"band": [bands[row % len(bands)] for row in range(200)]}
    assert after(columns)[0] == columns


def read_as(columns):
    """The step that reads a column as numbers."""
    (step,) = (each for each in learn_cleaning(pa.table(columns)).steps if isinstance(each, ReadNumber))
    return step


def test_later_values_are_read_in_other_units_of_what_is_measured():
    step = read_as({"took": ["114 min", "1 h 54 min", "90 min", "2h", "101 min"] * 10})
    later = {"90 minutes": 90.0, "1.5 hours": 90.0, "5400 s": 90.0, "1 d": 1440.0, "1h 30m": 90.0, "90 kg": math.nan}
    read = [read_quantity(text, step.decimal, step.units) for text in later]
    assert read == pytest.approx([*later.values()], nan_ok=True)


def test_no_units_are_added_where_they_only_repeat_what_a_column_is_of():
    step = read_as({"weeks": ["3", "5 weeks", "12", "7", "9"] * 10})
    assert step.units["weeks"] == 1.0
    assert "d" not in step.units or step.units["d"] == pytest.approx(1 / 7)


def test_durations_and_areas_in_several_units_get_one():
    rows = range(200)
    columns = {
        "took": [f"{row % 9}h {row % 60:02d}m" if row % 4 else f"{row % 50 + 5}m" for row in rows],
        "iso": [f"PT{row % 9 + 1}H{row % 60}M" for row in rows],
        "delta": [f"{row % 5} days 0{row % 9}:30:00" for row in rows],
        "area": [f"{row % 90 + 20} m²" if row % 5 else f"{(row % 90 + 20) * 100} sq ft" for row in rows],
        "field": [f"{row % 9 + 1}.5 ha" if row % 5 else f"{row % 9 + 1} acres" for row in rows],
        "tenure": [f"{row % 9 + 1} years {row % 12} months" if row % 3 else f"{row % 30 + 1} months" for row in rows],
    }
    found, _, _ = after(columns)
    assert found["took"][:2] == [5, 61]
    assert found["iso"][:2] == [pytest.approx(1), pytest.approx(2 + 1 / 60)]
    assert found["delta"][7] == pytest.approx(2 + 7.5 / 24)
    assert found["area"][:2] == [pytest.approx(2000 * 0.09290304), 21]
    assert found["field"][:2] == [pytest.approx(0.40468564224), 2.5]
    assert found["tenure"][:2] == [1, 25]


def test_metres_beside_minutes_and_no_hours_stay_what_they_are():
    found, _, _ = after(
        {"long": [f"{row % 90 + 20}m" if row % 2 else f"{(row % 90 + 20) * 100} cm" for row in range(99)]}
    )
    assert found["long"][:2] == [2000, 2100]


def test_negative_amounts_of_accounts_are_no_other_way_of_writing():
    amounts = [f"(${row % 90 + 1}.50)" if row % 3 == 0 else f"${row % 90 + 1}.25" for row in range(99)]
    table = pa.table({"profit": amounts})
    plan = learn_cleaning(table)
    assert Written(plan, table, table).table(table.schema).to_pydict() == {"profit": amounts}
    assert after({"profit": amounts})[0]["profit"][:2] == [-1.5, 2.25]

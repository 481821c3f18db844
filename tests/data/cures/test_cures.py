"""What the cures find in tables of which the truth is known."""

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.cleaning import CALLED, Followed, learn_cleaning
from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.dependencies import group, strength
from mlwright.records.cleaning import ReadDate, ReadNumber


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

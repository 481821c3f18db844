"""Columns that know the answer are found, and columns that are merely useful are left alone."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.leaks.lateness import sounds_early, sounds_late
from mlwright.testing.checks import look, open_specimen

N = 600


def world(seed=0, n=N):
    """Two useful numbers, a category, and an answer that they do not settle."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(size=n)
    answer = a + b + rng.normal(size=n) > 0
    return rng, {"a": a, "b": b, "kind": rng.choice(["x", "y", "z"], n), "y": np.where(answer, "yes", "no")}


def spread(columns):
    return columns | {"y": 50 + 10 * np.asarray(columns["a"]) + 10 * np.asarray(columns["b"])}


@pytest.mark.parametrize("hidden", ["code", "number", "category", "many names"])
def test_the_answer_in_disguise_is_critical(hidden, find):
    rng, columns = world()
    yes = columns["y"] == "yes"
    disguise = {
        "code": np.where(yes, 7, 3) + 10 * rng.integers(0, 2, N),
        "number": np.where(yes, 1e6, -1e6) + rng.normal(size=N),
        "category": np.where(yes, "gone", "active"),
        "many names": np.char.add(np.where(yes, "G", "A"), rng.integers(0, 40, N).astype(str)),
    }
    (finding,) = find(columns | {"leak": disguise[hidden]}, "target_leak")["target_leak"]
    assert finding.severity == "critical"
    assert finding.columns == ("leak",)


def test_an_answer_with_a_few_slips_is_a_warning(find):
    rng, columns = world()
    slips = rng.random(N) < 0.02
    status = np.where((columns["y"] == "yes") ^ slips, "closed", "open")
    (finding,) = find(columns | {"state": status}, "target_leak")["target_leak"]
    assert finding.severity == "warning"


def test_the_target_in_another_unit_is_critical(find):
    _, columns = world()
    columns = spread(columns)
    found = find(columns | {"in_cents": columns["y"] * 100 + 3}, "target_leak", "sum_leak")
    assert found["target_leak"][0].columns == ("in_cents",)
    assert found["sum_leak"][0].columns == ("in_cents",)


@pytest.mark.parametrize(
    ("parts", "formula", "severity"),
    [
        (lambda p, q: p + q, "'y' is p + q", "critical"),
        (lambda p, q: q - p, "q - p", "critical"),
        (lambda p, q: 2 * p + 0.5 * q + 100, "2 x p", "warning"),
        (lambda p, q: p * q, "x q", "warning"),
    ],
    ids=["sum", "difference", "weights", "product"],
)
def test_parts_that_make_up_the_target_are_named(parts, formula, severity, find):
    rng, columns = world()
    p, q = rng.uniform(10, 40, N), rng.uniform(50, 90, N)
    (finding,) = find(columns | {"p": p, "q": q, "y": parts(p, q)}, "sum_leak")["sum_leak"]
    assert set(finding.columns) == {"p", "q"}
    assert finding.severity == severity
    assert formula in finding.sentence.replace("q + p", "p + q").replace("q x p", "p x q")


def test_parts_that_leave_something_open_are_no_leak(find):
    rng, columns = world()
    p, q = rng.uniform(10, 40, N), rng.uniform(50, 90, N)
    assert find(columns | {"p": p, "q": q, "y": p + q + rng.normal(0, 1, N)}, "sum_leak", "target_leak") == {}


def test_what_is_filled_in_only_afterwards_is_found_by_its_gaps_and_said_once(find):
    rng, columns = world()
    asked = (columns["y"] == "yes") & (rng.random(N) < 0.6)
    reason = [str(word) if told else None for told, word in zip(asked, rng.choice(["price", "move"], N), strict=True)]
    found = find(columns | {"reason": reason}, "missingness_leak", "target_leak", "dominant_column")
    assert list(found) == ["missingness_leak"]
    assert "'yes' in" in found["missingness_leak"][0].sentence


def test_a_claim_that_is_empty_where_nothing_was_paid_is_found_for_numbers_too(find):
    rng, columns = world()
    paid = rng.random(N) < 0.5
    day = [f"2024-03-{1 + k % 28:02d}" if told else None for k, told in enumerate(paid)]
    y = np.where(paid, rng.lognormal(5, 1, N), 0)
    assert "missingness_leak" in find(columns | {"paid_on": day, "y": y}, "missingness_leak")


def test_gaps_that_say_something_but_not_all_are_left_alone(find):
    rng, columns = world()
    known = rng.random(N) < np.where(columns["y"] == "yes", 0.9, 0.4)
    email = [value if told else None for told, value in zip(known, rng.choice(["a", "b"], N).tolist(), strict=True)]
    assert find(columns | {"email": email}, "missingness_leak", "target_leak") == {}


def call(columns, name, strength=1.6):
    """A column that tells the answer well and no more, whose name is to be judged."""
    rng = np.random.default_rng(5)
    weak = {key: np.asarray(columns[key]) + rng.normal(0, 3, N) for key in ("a", "b")}
    return columns | weak | {name: np.exp(rng.normal(size=N) + strength * (columns["y"] == "yes"))}


@pytest.mark.parametrize(("name", "is_found"), [("sales_next_week", True), ("sales_last_week", False)])
def test_the_target_of_a_later_time_is_pointed_at_by_its_name(tmp_path, name, is_found):
    rng = np.random.default_rng(4)
    level = rng.normal(100, 20, 400)
    sales, other = level + rng.normal(0, 10, 400), level + rng.normal(0, 10, 400)
    columns = {name: other.tolist(), "promo": rng.integers(0, 2, 400).tolist(), "sales": sales.tolist()}
    found = look("target_leak", open_specimen(Specimen(columns, target="sales"), tmp_path))
    assert [finding.severity for finding in found] == ["warning"] * is_found


def test_the_words_of_a_question_do_not_say_when_its_answer_is_known(tmp_path):
    """Which of the following films have you seen? It is answered in the same minute."""
    rng, columns = world()
    fan = np.where(columns.pop("y") == "yes", "Yes", "No")
    seen = np.where((fan == "Yes") ^ (rng.random(N) < 0.2), "Episode I", "none")
    name, target = "Which of the following Star Wars films have you seen?", "Are you a fan of the Star Wars films?"
    table = Specimen(
        {key: value.tolist() for key, value in (columns | {name: seen, target: fan}).items()}, target=target
    )
    assert look("target_leak", open_specimen(table, tmp_path)) == []


def test_what_a_whole_table_is_about_is_no_hint_that_a_column_is_late(tmp_path):
    """The usual temperatures of a day of the year are known beforehand, though they tell much of a day's mean."""
    rng = np.random.default_rng(6)
    season = 50 - 25 * np.cos(np.arange(N) * 2 * np.pi / 365)
    kinds = ("record_min_temp", "usual_min_temp", "usual_max_temp", "record_max_temp")
    columns = {
        name: (season + shift + rng.normal(0, 3, N)).round()
        for name, shift in zip(kinds, (-25, -8, 8, 25), strict=True)
    }
    numbers = columns | {"rain": rng.gamma(0.3, 1, N).round(2), "mean_temp": (season + rng.normal(0, 5, N)).round()}
    table = Specimen({key: value.tolist() for key, value in numbers.items()}, target="mean_temp")
    assert look("target_leak", open_specimen(table, tmp_path)) == []


def test_a_strong_column_whose_name_sounds_late_is_pointed_at(find):
    _, columns = world()
    (finding,) = find(call(columns, "call_duration"), "dominant_column")["dominant_column"]
    assert finding.severity == "warning"
    assert finding.columns == ("call_duration",)


@pytest.mark.parametrize(("name", "is_found"), [("cup_wins", True), ("home_wins", False)])
def test_what_follows_from_the_answer_is_found_beside_its_sum_with_what_is_honest(tmp_path, name, is_found):
    """Whoever gets further in the cup has won more of its games; the season's total counts them, too."""
    rng = np.random.default_rng(2)
    seed, season = rng.integers(1, 17, N), rng.integers(8, 30, N)
    finish = np.clip(rng.geometric(0.5, N) - 1 + (seed < 5), 0, 4)
    wins = np.where(rng.random(N) < 0.2, np.maximum(finish - 1, 0), finish)
    rounds = np.array(["first", "second", "quarter", "semi", "final"])[finish]
    guess = np.where(rng.random(N) < 0.75, finish, rng.integers(0, 5, N))
    numbers = {"seed": seed, "season_wins": season, "all_wins": season + wins, name: wins, "odds": guess}
    columns = {key: values.tolist() for key, values in numbers.items()} | {"cup_finish": rounds.tolist()}
    found = look("target_leak", open_specimen(Specimen(columns, target="cup_finish"), tmp_path))
    assert [(finding.severity, finding.columns) for finding in found] == [("warning", (name,))] * is_found


def test_a_second_column_that_says_the_same_does_not_hide_it(find):
    _, columns = world()
    columns = call(columns, "call_duration")
    minutes = (np.asarray(columns["call_duration"]) / 60).round(4)
    assert "dominant_column" in find(columns | {"duration_minutes": minutes}, "dominant_column")


@pytest.mark.parametrize("name", ["age", "previous_duration"])
def test_a_strong_column_that_is_known_beforehand_is_left_alone(name, find):
    _, columns = world()
    assert find(call(columns, name), "dominant_column") == {}


def test_a_strong_column_among_strong_ones_is_left_alone(find):
    _, columns = world()
    assert find(columns | {"duration": np.asarray(columns["a"]) * 2 + 1}, "dominant_column") == {}


@pytest.mark.parametrize(
    ("name", "late", "early"),
    [
        ("duration", True, False),
        ("callDuration", True, False),
        ("END DATE", True, False),
        ("calendar", False, False),
        ("age", False, True),
        ("wages", False, False),
        ("last_result", False, True),
        ("churn_score", True, False),
    ],
)
def test_names_are_read_word_by_word(name, late, early):
    assert sounds_late(name, {"churn"}) == late
    assert sounds_early(name) == early


def test_rows_sorted_by_the_answer_are_only_noted(find):
    _, columns = world()
    order = np.argsort(columns["y"], kind="stable")
    (finding,) = find({name: np.asarray(values)[order] for name, values in columns.items()}, "row_order")["row_order"]
    assert finding.severity == "note"


def test_rows_whose_answer_drifts_are_a_warning_unless_the_time_is_named(find):
    rng, columns = world()
    days = [f"2024-{1 + row // 50:02d}-{1 + row % 28:02d}" for row in range(N)]
    drifting = columns | {"y": np.where(rng.random(N) < np.linspace(0.05, 0.95, N), "yes", "no")}
    (finding,) = find(drifting, "row_order")["row_order"]
    assert finding.severity == "warning"
    assert find(drifting | {"day": sorted(days)}, "row_order", time="day") == {}


def test_what_goes_with_a_few_streets_is_not_taken_for_a_leak(find):
    """Forty streets: that three of them alone have a phone, and all people there leave, may be chance."""
    rng = np.random.default_rng(3)
    street = np.repeat(np.arange(40), 15)
    leaves = (np.arange(40) % 3 == 0)[street]
    phone = ["yes" if k % 30 else "no" for k in range(N)]
    columns = {
        "street": [f"S{k:02d}" for k in street],
        "a": rng.normal(size=N),
        "phone": [value if k in (0, 3, 6) else None for k, value in zip(street, phone, strict=True)],
        "y": np.where(leaves, "yes", "no"),
    }
    names = ("missingness_leak", "target_leak", "dominant_column", "train_test_drift")
    assert "missingness_leak" in find(columns, *names)
    assert find(columns, *names, group="street") == {}


def test_an_amount_and_a_reason_that_are_there_for_ten_rare_answers_are_leaks(find):
    rng = np.random.default_rng(4)
    rare = np.isin(np.arange(1_200), rng.choice(1_200, 14, replace=False))
    amounts = rng.lognormal(3, 1, 1_200).round(2)
    columns = {
        "amount": amounts,
        "refunded": np.where(rare, amounts, 0.0),
        "reason": ["fraud" if one else None for one in rare],
        "y": np.where(rare, "yes", "no"),
    }
    found = find(columns, "missingness_leak", "target_leak", "dominant_column")
    assert [finding.columns for finding in found["target_leak"]] == [("refunded",)]
    assert [finding.columns for finding in found["missingness_leak"]] == [("reason",)]


@pytest.mark.parametrize(("name", "is_found"), [("futime", True), ("visit_day", False)])
def test_the_time_of_watching_is_found_where_events_are_of_several_kinds(tmp_path, name, is_found):
    """Alive at the end, transplanted or dead: those who died were watched for a shorter time."""
    rng = np.random.default_rng(3)
    status = rng.choice(3, N, p=[0.6, 0.1, 0.3])
    watched = (rng.gamma(2.0, 900.0, N) * np.array([1.0, 0.8, 0.4])[status]).round()
    columns = {"age": rng.normal(60, 9, N).round(1), name: watched, "status": status}
    table = Specimen({key: values.tolist() for key, values in columns.items()}, target="status")
    assert len(look("follow_up_time", open_specimen(table, tmp_path))) == is_found

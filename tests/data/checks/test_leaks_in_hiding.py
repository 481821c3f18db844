"""Leaks that no single value gives away are found, and what is honest and looks like them is left alone."""

import numpy as np
import pandas as pd
import pytest

from mlwright.data.checks._own_means import closeness

N = 600


def world(seed=0, n=N):
    """Two useful numbers, a category, and an answer that they do not settle."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(size=n)
    answer = a + b + rng.normal(size=n) > 0
    return rng, {"a": a, "b": b, "kind": rng.choice(["x", "y", "z"], n), "y": np.where(answer, "yes", "no")}


def worth(columns, rng):
    """The same with a number to answer."""
    return columns | {"y": 50 + 10 * np.asarray(columns["a"]) + rng.normal(0, 10, len(columns["a"]))}


def group_mean(y, group, *, with_own=True):
    total, size = (pd.Series(values).groupby(group).transform("sum").to_numpy() for values in (y, np.ones(len(y))))
    return ((total - (0 if with_own else y)) / np.maximum(size - (0 if with_own else 1), 1)).round(4)


def test_a_mean_of_the_target_that_holds_the_own_row_is_found_though_the_groups_are_not_there(find):
    rng, columns = world()
    columns, group = worth(columns, rng), rng.integers(0, 200, N)
    (finding,) = find(columns | {"f": group_mean(columns["y"], group)}, "target_mean_leak")["target_mean_leak"]
    assert finding.severity == "critical"
    assert finding.columns == ("f",)


def test_a_share_of_yes_in_small_groups_is_found_in_per_cents_too(find):
    rng, columns = world()
    share = group_mean((columns["y"] == "yes").astype(float), rng.integers(0, 200, N))
    for f in (share, 100 * share):
        assert "target_mean_leak" in find(columns | {"f": f}, "target_mean_leak")


def test_a_mean_of_the_other_rows_of_a_group_is_honest(find):
    rng, columns = world()
    columns, group = worth(columns, rng), rng.integers(0, 200, N)
    honest = group_mean(columns["y"], group, with_own=False)
    assert find(columns | {"f": honest, "group_of": np.char.add("g", group.astype(str))}, "target_mean_leak") == {}


def test_the_best_of_forecasts_is_no_closer_to_the_means_than_chance_allows():
    """Three hundred perfect forecasts, of rare and frequent events and of heavy-tailed numbers: no alarm at 0.1 %."""
    rng, chances = np.random.default_rng(1), []
    for draw in range(300):
        group = rng.integers(0, 80, 400)
        p = rng.beta(1, (1, 4, 30)[draw % 3], 80)
        target = (rng.random(400) < p[group]).astype(float) if draw % 2 else p[group] + rng.standard_t(3, 400)
        if (found := closeness(p[group], target, group)) is not None:
            chances.append(found.chance)
    assert len(chances) > 200
    assert min(chances) * len(chances) > 0.001


def test_a_date_that_comes_before_another_one_may_decide(find):
    rng, columns = world()
    due = np.datetime64("2023-01-01") + rng.integers(0, 500, N)
    lag = np.where(columns["y"] == "yes", rng.integers(1, 60, N), -rng.integers(0, 60, N))
    dates = {"due": due.astype(str), "paid": (due + lag).astype(str)}
    (finding,) = find(columns | dates, "pair_leak")["pair_leak"]
    assert set(finding.columns) == {"due", "paid"}
    assert "difference" in finding.sentence


def test_two_codes_that_say_nothing_alone_are_found_together(find):
    rng, columns = world()
    first = rng.integers(0, 3, N)
    second = (first + (columns["y"] == "yes")) % 3
    codes = {"p": np.array(list("ABC"))[first], "q": np.array(list("KLM"))[second]}
    assert find(columns | codes, "pair_leak", "target_leak").keys() == {"pair_leak"}


def test_two_columns_that_are_merely_useful_together_are_left_alone(find):
    rng, columns = world()
    columns = columns | {"y": np.where(columns["a"] - columns["b"] + rng.normal(0, 0.5, N) > 0, "yes", "no")}
    assert find(columns, "pair_leak") == {}


@pytest.mark.parametrize(
    ("figure", "is_leak"),
    [
        (lambda y: y.cumsum(), True),
        (lambda y: y.rolling(3, min_periods=1).mean(), True),
        (lambda y: y.ewm(alpha=0.4).mean(), True),
        (lambda y: y.cumsum().shift(1).fillna(0), False),
        (lambda y: y.rolling(3, min_periods=1).mean().shift(1).fillna(0), False),
    ],
    ids=["total", "moving mean", "smoothed", "earlier total", "earlier mean"],
)
def test_a_running_figure_is_a_leak_if_it_counts_the_row_itself(figure, is_leak, find):
    rng, columns = world()
    columns = worth(columns, rng)
    found = find(columns | {"f": figure(pd.Series(columns["y"]))}, "running_leak", "target_mean_leak")
    assert found.keys() == ({"running_leak"} if is_leak else set())


def test_a_total_within_each_shop_is_found_too(find):
    rng, columns = world()
    columns, shop = worth(columns, rng), rng.integers(0, 40, N)
    total = pd.Series(columns["y"]).groupby(shop).cumsum()
    assert "running_leak" in find(columns | {"f": total, "shop": np.char.add("S", shop.astype(str))}, "running_leak")


def test_a_text_in_which_the_number_stands_is_found(find):
    rng, columns = world()
    columns = worth(columns, rng)
    notes = [
        f"met at {hour}:30, agreed on {value:.2f} in all" for hour, value in zip(range(N), columns["y"], strict=True)
    ]
    (finding,) = find(columns | {"note": notes}, "text_leak")["text_leak"]
    assert finding.columns == ("note",)


def test_a_text_that_tells_much_in_many_words_is_left_alone(find):
    rng, columns = world()
    spam, ham = ([f"{kind}{place}word" for place in "abcdefghijklmnopqrst"] for kind in "sh")
    words = [
        " ".join([*rng.choice(spam if yes else ham, 2), *rng.choice([*spam, *ham], 4), f"n{row}"])
        for row, yes in enumerate(columns["y"] == "yes")
    ]
    assert find(columns | {"note": words}, "text_leak") == {}


def test_a_copy_for_some_of_the_rows_is_found_where_it_is(find):
    rng, columns = world()
    known = rng.random(N) < 0.5
    for other in (None, "open"):
        state = [("A" if y == "yes" else "B") if told else other for y, told in zip(columns["y"], known, strict=True)]
        (finding,) = find(columns | {"state": state}, "target_leak")["target_leak"]
        assert finding.severity == "critical"


def test_a_column_that_outshines_all_others_is_asked_about_and_not_condemned(find):
    rng, columns = world()
    score = (columns["y"] == "yes") + rng.normal(0, 0.35, N)
    (finding,) = find(columns | {"score": score}, "target_leak")["target_leak"]
    assert finding.severity == "warning"


def test_a_strong_column_whose_work_the_others_do_as_well_is_left_alone(find):
    """Like the petals of an iris: each tells nearly all, since the answer is easy."""
    rng, columns = world()
    easy = {f"part_{k}": (columns["y"] == "yes") + rng.normal(0, 0.35, N) for k in range(8)}
    assert find(columns | easy, "target_leak", "dominant_column") == {}


def test_rows_that_come_again_with_small_changes_are_found(find):
    rng, columns = world(n=800)
    again = rng.permutation(800)[:120]
    frame = pd.DataFrame(columns | {"c": rng.normal(size=800), "d": rng.normal(size=800)})
    copies = frame.iloc[again].assign(a=frame.a[again] + rng.normal(0, 0.002, 120))
    found = find(pd.concat([frame, copies]).sample(frac=1, random_state=0).to_dict("list"), "near_copies")
    assert "near_copies" in found


def test_hours_that_are_like_the_hours_next_to_them_are_no_copies(find):
    rng = np.random.default_rng(2)
    walk = {name: np.cumsum(rng.normal(size=900)) for name in ("a", "b", "c")}
    assert find(walk | {"y": 3 * walk["a"] + rng.normal(0, 3, 900)}, "near_copies") == {}


def test_visits_of_one_patient_are_found_by_the_key_that_nobody_named(find):
    rng, columns = world(n=200)
    visit = np.repeat(np.arange(200), 3)
    visits = {name: np.asarray(values)[visit] for name, values in columns.items()}
    found = find(
        visits | {"seen": np.char.add("K", (visit * 37 % 977).astype(str)), "pulse": rng.normal(70, 9, 600)},
        "entity_overlap",
    )
    assert found["entity_overlap"][0].columns == ("seen",)


def days_with_copies(share, *, known=False):
    rng, columns = world(seed=7)
    columns = {name: np.array(values) for name, values in columns.items()}
    late = np.flatnonzero((np.arange(N) >= 0.8 * N) & (rng.random(N) < share))
    copied = rng.integers(0, 400, len(late))
    for name, values in columns.items():
        values[late] = values[copied]
        columns[name] = values[np.arange(N) % 20] if known else values
    return columns | {"day": np.datetime64("2022-01-01") + np.arange(N)}


def test_rows_that_come_again_on_a_later_day_are_seen_in_training(find):
    (finding,) = find(days_with_copies(0.5), "train_test_overlap")["train_test_overlap"]
    assert "in every input but 'day'" in finding.sentence
    assert find(days_with_copies(0.0), "train_test_overlap") == {}
    assert find(days_with_copies(0.5, known=True), "train_test_overlap") == {}


def weeks_of_chicks(rng, *, with_plan=True):
    chick, week = np.divmod(rng.permutation(320), 8)
    weight = 40 + 9 * week + rng.normal(0, 3, 40)[chick] * week + rng.normal(0, 4, 320)
    week = week if with_plan else rng.integers(0, 8, 320)
    return {"nestling": 100 + chick, "week": week, "diet": np.array(list("abcd"))[chick % 4], "y": weight}


def test_records_of_one_thing_at_several_moments_are_found(find):
    found = find(weeks_of_chicks(np.random.default_rng(3)), "entity_overlap")["entity_overlap"]
    assert found[0].columns == ("nestling",)
    assert "records of one thing at several 'week'" in found[0].sentence


def test_numbers_that_come_again_within_a_thing_are_no_records_of_it(find):
    assert find(weeks_of_chicks(np.random.default_rng(3), with_plan=False), "entity_overlap") == {}


def test_a_job_within_which_people_differ_is_no_key(find):
    rng, columns = world()
    job = rng.integers(0, 60, N)
    columns = columns | {"y": np.where(job % 2 == 0, "yes", "no"), "job": np.char.add("J", job.astype(str))}
    assert find(columns, "entity_overlap") == {}


def test_a_column_that_ends_before_the_rows_do_is_found_in_the_order_of_time(find):
    rng, columns = world()
    day = np.datetime64("2023-01-01") + rng.permutation(N)
    lost = np.where(day < np.sort(day)[500], columns["a"], np.nan)
    (finding,) = find(columns | {"lost": lost, "day": day.astype(str)}, "missing_lately", time="day")["missing_lately"]
    assert finding.columns == ("lost",)
    assert "100 rows" in finding.sentence


@pytest.mark.parametrize(("lost_in", "is_found"), [("old", False), ("new", True)])
def test_in_a_table_that_begins_with_the_newest_year_its_first_rows_are_late(lost_in, is_found, find):
    _, columns = world()
    year = 2013 - np.arange(N) // 20
    lost = np.where(year < 1990 if lost_in == "old" else year > 2008, np.nan, columns["a"])
    found = find(columns | {"year": year, "lost": lost}, "missing_lately")
    assert [finding.columns for finding in found.get("missing_lately", [])] == [("lost",)] * is_found
    assert all("are the first of the table" in finding.sentence for finding in found.get("missing_lately", []))


def test_names_that_come_a_few_times_are_of_one_sort_by_themselves(find):
    """Four travellers in each of 150 cabins, on one ticket."""
    _, columns = world()
    cabin = [f"C{row // 4}" for row in range(N)]
    ticket = [f"PC {row // 4}" if row % 12 < 4 else str(1000 + row // 4) for row in range(N)]
    assert find(columns | {"cabin": cabin, "ticket": ticket}, "facts_in_rows") == {}


def test_one_word_that_says_that_nothing_is_measured_makes_no_facts_in_rows(find):
    rng, columns = world()
    is_up = rng.random(N) < 0.4
    height = np.where(is_up, rng.integers(1, 60, N).astype(str), "FALSE")
    where = np.where(is_up, "Above Ground", "Ground Plane")
    assert find(columns | {"where": where, "height": height}, "facts_in_rows") == {}


@pytest.mark.parametrize(("name", "severity"), [("closed", "warning"), ("due_date", "note")])
def test_a_date_after_the_moment_of_the_row_is_asked_about_unless_it_is_a_plan(name, severity, find):
    rng, columns = world()
    day = np.datetime64("2023-01-01") + rng.integers(0, 500, N)
    dates = {"opened": day.astype(str), name: (day + rng.integers(1, 40, N)).astype(str)}
    (finding,) = find(columns | dates, "late_date_leak", time="opened")["late_date_leak"]
    assert finding.severity == severity


def test_numbers_that_were_given_by_outcome_are_told_though_the_column_is_left_out(find):
    rng, columns = world()
    order = pd.Series((columns["y"] == "yes") + rng.random(N)).rank().astype(int)
    (finding,) = find(columns | {"case": [f"N-{k:05d}" for k in order]}, "telling_ids")["telling_ids"]
    assert finding.severity == "warning"


def test_letters_of_a_code_that_stand_for_the_outcome_are_told(find):
    rng, columns = world()
    codes = [f"{'L' if y == 'yes' else 'S'}-{k:05d}" for k, y in zip(rng.permutation(N), columns["y"], strict=True)]
    assert "letters" in find(columns | {"case": codes}, "telling_ids")["telling_ids"][0].sentence


def test_a_column_for_each_class_is_asked_about(find):
    rng, columns = world()
    columns = columns | {"y": np.array(["red", "green", "blue"])[rng.integers(0, 3, N)]}
    found = find(columns | {f"is_{k}": columns["y"] == name for k, name in enumerate(["red", "blue"])}, "target_leak")
    assert {finding.columns for finding in found["target_leak"]} == {("is_0",), ("is_1",)}


def test_a_number_that_is_the_target_in_cents_for_a_part_of_the_rows_is_asked_about(find):
    rng, columns = world()
    columns = worth(columns, rng)
    copied = np.where(rng.random(N) < 0.5, 100 * columns["y"] + 5, rng.permutation(100 * columns["y"]))
    (finding,) = find(columns | {"f": copied}, "target_leak")["target_leak"]
    assert "0.01 times 'f'" in finding.sentence


def test_equal_rows_with_the_same_number_to_answer_are_copies_whatever_their_detail(find):
    rng, columns = world()
    columns = worth({"size": rng.integers(0, 200, N), "age": rng.integers(0, 30, N), "a": rng.integers(0, 3, N)}, rng)
    frame = pd.DataFrame(columns)
    doubled = pd.concat([frame, frame[:60]]).sample(frac=1, random_state=0).to_dict("list")
    assert find(doubled, "train_test_overlap")["train_test_overlap"][0].severity == "warning"


def test_ages_of_patients_with_one_row_of_each_answer_are_no_mean_of_it(find):
    rng, columns = world()
    age = rng.integers(30, 85, N // 2)
    pairs = {"patient": np.repeat(np.arange(N // 2), 2), "age": np.repeat(age, 2), "y": ["first", "second"] * (N // 2)}
    assert find(columns | pairs, "target_mean_leak") == {}

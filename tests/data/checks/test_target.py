"""Checks of the target: wrong, missing and all too easy answers."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.checks.label_errors import _answers, doubtful
from mlwright.testing.checks import look, open_specimen

N = 600


@pytest.fixture
def find(tmp_path):
    def ask(name, columns, **settings):
        return look(name, open_specimen(Specimen(columns, settings=settings), tmp_path))

    return ask


def kinds(seed, *, apart, flipped, n=N):
    """Two kinds of things that differ by so many standard deviations, of which some bear the wrong name."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, n)
    X = np.column_stack([apart * kind + rng.normal(size=n), *rng.normal(size=(4, n))]).astype(np.float32)
    is_wrong = rng.random(n) < flipped
    return X, np.where(is_wrong, 1 - kind, kind), is_wrong


@pytest.mark.parametrize("apart", [1.5, 2.5, 4.0])
def test_clean_labels_are_not_suspected_however_much_kinds_overlap(apart):
    n_told = 0
    for seed in range(4):
        X, y, _ = kinds(seed, apart=apart, flipped=0.0)
        found = doubtful(_answers(X, y, seed), y)
        n_told += found is not None and len(found.rows) > 0
    assert n_told == 0


def test_nine_of_ten_suspected_labels_are_wrong():
    suspected = wrong = 0
    for seed in range(4):
        X, y, is_wrong = kinds(seed, apart=4.0, flipped=0.05)
        found = doubtful(_answers(X, y, seed), y)
        if found is not None:
            suspected += len(found.rows)
            wrong += int(is_wrong[found.rows].sum())
    assert suspected >= 40
    assert wrong / suspected >= 0.9


def test_a_rule_over_two_columns_is_written_out(find):
    rng = np.random.default_rng(0)
    age, region = rng.integers(18, 90, N), rng.choice(["north", "south"], N)
    y = np.where((age > 50) & (region == "north"), "in", "out")
    columns = {"age": age.tolist(), "region": region.tolist(), "noise": rng.normal(size=N).tolist(), "y": y.tolist()}
    (finding,) = find("simple_rule", columns)
    assert set(finding.columns) == {"age", "region"}
    assert "age is at most 50" in finding.sentence or "region is" in finding.sentence
    wrong = rng.random(N) < 0.03
    assert find("simple_rule", columns | {"y": np.where(wrong, "in", y).tolist()}) == []


@pytest.mark.parametrize(
    ("classes", "is_found"),
    [
        (["m", "male", "unknown"], True),
        (["yes", "Y", "perhaps"], True),
        (["yes", "no", "y", "n"], False),
        (["no", "f", "female"], False),
        (["low", "medium", "high"], False),
        (["positive", "neutral", "negative"], False),
    ],
)
def test_classes_that_mean_the_same_are_found(classes, is_found, find):
    rng = np.random.default_rng(0)
    columns = {"a": rng.normal(size=N).tolist(), "y": rng.choice(classes, N).tolist()}
    found = find("target_synonyms", columns)
    assert bool(found) == is_found
    assert all(finding.severity == "critical" for finding in found)


def test_numbers_that_belong_to_other_rows_are_found(find):
    rng = np.random.default_rng(1)
    a = rng.normal(size=1_500)
    y = 50 + 10 * a + rng.normal(0, 0.5, 1_500)
    swapped = np.argsort(y)[[80, 90, -90, -80]]
    y[swapped] = y[swapped[::-1]]
    (finding,) = find(
        "misfit_targets", {"a": a.tolist(), "b": rng.normal(size=1_500).tolist(), "y": y.round(2).tolist()}
    )
    assert len(finding.rows) >= 2
    assert set(finding.rows) <= set(swapped.tolist())


def test_answers_that_only_some_give_are_told(find):
    rng = np.random.default_rng(2)
    age = rng.integers(18, 90, N)
    y = [
        None if told < 0.5 and years > 60 else answer
        for told, years, answer in zip(rng.random(N), age, rng.choice(["a", "b"], N).tolist(), strict=True)
    ]
    (finding,) = find("target_missing_pattern", {"age": age.tolist(), "b": rng.normal(size=N).tolist(), "y": y})
    assert finding.columns == ("age",)


def days(n):
    return [str(np.datetime64("2021-01-01") + row) for row in range(n)]


def test_outcomes_that_are_not_known_yet_are_told_with_the_last_one_that_was(find):
    rng = np.random.default_rng(0)
    y = ["yes" if rng.random() < 0.2 and row < 450 else "no" for row in range(N)]
    columns = {"x": rng.normal(size=N).tolist(), "day": days(N), "y": y}
    (finding,) = find("target_stands_still", columns, time="day")
    assert finding.severity == "critical"
    assert "By 'day', the newest" in finding.sentence
    assert "all rows to test on among them, are all 'no'" in finding.sentence
    last = max(row for row in range(N) if y[row] == "yes")
    assert f"the last at 'day' = {days(N)[last]}" in finding.sentence


def test_a_rare_class_that_is_not_among_the_newest_rows_by_chance_is_not_told(find):
    rng = np.random.default_rng(0)
    y = ["yes" if row % 60 == 7 and row < 470 else "no" for row in range(N)]
    assert not find("target_stands_still", {"x": rng.normal(size=N).tolist(), "day": days(N), "y": y}, time="day")


def test_of_many_classes_one_alone_in_the_end_is_told(find):
    rng = np.random.default_rng(0)
    y = [str(rng.choice(["red", "green", "blue", "grey"])) if row < 400 else "red" for row in range(N)]
    columns = {"x": rng.normal(size=N).tolist(), "day": days(N), "y": y}
    (finding,) = find("target_stands_still", columns, time="day")
    assert "of the rows, all rows to test on among them, are all 'red'" in finding.sentence
    assert "were of other classes" in finding.sentence

"""How much one column tells about the target, on rows that it has not learned from."""

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.columns import TrainingRows
from mlwright.data.strength import Judge, chance, strengths
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles

N = 2_000


def rows_of(columns, kinds, task="binary", group=None):
    """Training rows with the kinds that are told; the target is `y`."""
    described = tuple(
        ColumnProfile(name=name, type="", kind=kind, reason="", n_missing=0, n_distinct=2)
        for name, kind in kinds.items()
    )
    classes = () if task == "regression" else tuple(sorted({str(value) for value in columns["y"]}))
    inputs = tuple(name for name in kinds if name not in ("y", group))
    roles = Roles(asked=Asked(target="y", task=task, classes=classes), inputs=inputs, group=group)
    profile = Profile(n_rows=len(columns["y"]), columns=described, roles=roles, n_passes=1)
    table = pa.table({name: pa.array(list(values)) for name, values in columns.items()})
    return TrainingRows(profile, np.arange(table.num_rows), table, seed=0)


def test_a_column_of_noise_tells_nothing():
    rng = np.random.default_rng(0)
    columns = {"x": rng.normal(size=N), "name": rng.integers(0, 900, N).astype(str), "y": rng.choice(["no", "yes"], N)}
    found = strengths(rows_of(columns, {"x": "number", "name": "category", "y": "category"}))
    assert found["x"].skill < 0.01
    assert found["name"].skill < 0.01
    assert max(strength.order for strength in found.values()) < 0.08


def test_many_names_gain_nothing_by_learning_rows_by_heart():
    rng = np.random.default_rng(1)
    columns = {"name": [f"n{place}" for place in rng.integers(0, N, N)], "y": rng.normal(size=N)}
    rows = rows_of(columns, {"name": "category", "y": "number"}, task="regression")
    assert strengths(rows)["name"].skill < 0.01


def test_the_gini_of_two_shifted_normals_is_the_one_of_theory():
    rng = np.random.default_rng(2)
    answer = rng.random(20_000) < 0.3
    columns = {"x": rng.normal(size=20_000) + answer, "y": np.where(answer, "yes", "no")}
    found = strengths(rows_of(columns, {"x": "number", "y": "category"}))["x"]
    area_under_curve = 0.7602  # Phi(1 / sqrt(2))
    assert found.order == pytest.approx(2 * area_under_curve - 1, abs=0.02)


def test_the_correlation_with_a_noisy_copy_is_the_one_of_theory():
    rng = np.random.default_rng(3)
    x = rng.normal(size=20_000)
    columns = {"x": x, "y": x + rng.normal(size=20_000)}
    found = strengths(rows_of(columns, {"x": "number", "y": "number"}, task="regression"))["x"]
    spearman = 6 / np.pi * np.arcsin(np.sqrt(0.5) / 2)
    assert found.order == pytest.approx(spearman, abs=0.01)
    assert found.skill == pytest.approx(spearman**2, abs=0.02)


@pytest.mark.parametrize("shape", [np.exp, np.negative, lambda y: (y - y.mean()) ** 3])
def test_a_monotone_copy_is_certainty_whatever_its_shape(shape):
    y = np.random.default_rng(4).normal(size=N)
    rows = rows_of({"x": shape(y), "y": y}, {"x": "number", "y": "number"}, task="regression")
    assert strengths(rows)["x"].skill > 0.99


def test_a_column_that_shows_in_one_row_of_a_hundred_is_seen():
    rng = np.random.default_rng(5)
    answer = rng.random(20_000) < 0.01
    columns = {"x": np.where(answer, 100, rng.normal(size=20_000)), "y": np.where(answer, "yes", "no")}
    assert strengths(rows_of(columns, {"x": "number", "y": "category"}))["x"].order > 0.99


def test_a_hump_is_seen_though_it_has_no_correlation():
    x = np.random.default_rng(6).normal(size=N)
    rows = rows_of({"x": x, "y": -(x**2)}, {"x": "number", "y": "number"}, task="regression")
    assert strengths(rows)["x"].skill > 0.9


def test_what_belongs_to_one_household_is_not_learned_from_its_other_members():
    rng = np.random.default_rng(7)
    household = np.repeat(np.arange(400), 5)
    income, answer = rng.normal(size=400)[household], rng.choice(["no", "yes"], 400)[household]
    columns = {"household": household.astype(str), "income": income.round(6).astype(str), "y": answer}
    kinds = {"household": "category", "income": "category", "y": "category"}
    assert strengths(rows_of(columns, kinds))["income"].skill > 0.5
    assert strengths(rows_of(columns, kinds, group="household"))["income"].skill < 0.05


def test_the_same_rows_give_the_same_figures():
    rng = np.random.default_rng(8)
    columns = {"x": rng.normal(size=N), "y": rng.choice(["a", "b", "c"], N)}
    kinds = {"x": "number", "y": "category"}
    assert strengths(rows_of(columns, kinds)) == strengths(rows_of(columns, kinds))


@pytest.mark.parametrize(("task", "kind"), [("binary", "category"), ("regression", "number")])
def test_the_bound_for_chance_holds_for_the_best_of_many_columns_of_noise(task, kind):
    rng = np.random.default_rng(9)
    target = rng.choice(["no", "yes"], 200) if task == "binary" else rng.normal(size=200)
    rows = rows_of({"y": target}, {"y": kind}, task=task)
    judge = Judge(rows)
    best = max(judge.strength(rng.integers(0, n, 200)).order for n in rng.integers(2, 200, 1_000))
    assert chance(best, rows, 1_000) > 0.001


def test_words_say_what_a_strength_means():
    rng = np.random.default_rng(10)
    answer = rng.random(N) < 0.5
    two = rows_of({"x": answer.astype(float), "y": np.where(answer, "yes", "no")}, {"x": "number", "y": "category"})
    assert strengths(two)["x"].told(two.profile.roles) == "tells a 'yes' from a 'no' in 100 of 100 pairs (50 is chance)"
    number = rows_of({"x": np.arange(N), "y": np.arange(N) * 2.0}, {"x": "number", "y": "number"}, task="regression")
    assert strengths(number)["x"].told(number.profile.roles).startswith("accounts for 99.")

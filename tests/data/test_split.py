"""The split chooses how to divide from the parts that columns play, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SettingsError, TargetError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data import split as stage
from mlwright.data.compute.table import roles_of
from mlwright.data.profile import profile as profile_of
from mlwright.data.row_keys import NEW_ROWS
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.profile import Profile
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings, SplitSettings
from mlwright.records.split import LEFT_OUT, TEST, TRAIN, Split


class Job:
    """A table on its way to a split."""

    def __init__(self, folder: Path, columns: dict[str, Sequence[Any]], **settings: Any) -> None:
        table = pa.table(columns)
        self.run = Run("run", Store(folder), Clock(folder / "cancel", None))
        pq.write_table(table, self.run.scratch() / "data.parquet")
        self.snapshot = Snapshot(
            blob=self.run.store.blobs.adopt(self.run.scratch() / "data.parquet"),
            n_rows=table.num_rows,
            fields=tuple(Field(name=field.name, type=str(field.type)) for field in table.schema),
            lineage=Lineage(source="parquet", location="data.parquet", read_at="2026-01-01T00:00:00+00:00"),
            size_bytes=1,
        )
        self.columns = columns
        self.profile: Profile = profile_of(
            self.snapshot,
            ProjectSettings(target="y", task=settings.pop("task", "auto")),
            CollectSettings(**settings),
            ProfileSettings(),
            CleanSettings(),
            self.run,
        )

    def split(self, **settings: Any) -> Split:
        return stage.split(self.snapshot, self.profile, SplitSettings(**settings), self.run)

    def values(self, column: str, split: Split, role: int) -> list[Any]:
        return [
            value for value, own in zip(self.columns[column], roles_of(split, self.run), strict=True) if own == role
        ]


def numbers(n: int, seed: int = 0) -> list[float]:
    return np.random.default_rng(seed).normal(size=n).tolist()


def test_classes_are_split_with_the_same_share_of_each(tmp_path: Path) -> None:
    job = Job(tmp_path, {"x": numbers(200), "y": ["yes"] * 40 + ["no"] * 160})
    split = job.split()
    assert split.method == "stratified"
    assert "same share of every class" in split.reason
    assert (split.n_train, split.n_test, split.n_left_out) == (160, 40, 0)
    assert job.values("y", split, TEST).count("yes") == 8


def test_numbers_are_split_at_random(tmp_path: Path) -> None:
    split = Job(tmp_path, {"x": numbers(100), "y": numbers(100, 1)}).split(test_share=0.3)
    assert (split.method, split.n_train, split.n_test) == ("random", 70, 30)


def test_rows_without_a_target_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    labels = ["yes", "no", None, "?", " "] * 20
    split = (job := Job(tmp_path, {"x": numbers(100), "y": labels})).split()
    assert split.n_left_out == 60
    assert set(job.values("y", split, LEFT_OUT)) == {None, "?", " "}
    assert "'y'" in split.left_out_reason


def test_infinite_and_unreadable_targets_are_left_out(tmp_path: Path) -> None:
    amounts = [*numbers(97), float("inf"), float("-inf"), float("nan")]
    split = Job(tmp_path, {"x": numbers(100, 1), "y": amounts}).split()
    assert split.n_left_out == 3


def test_a_group_column_keeps_groups_whole(tmp_path: Path) -> None:
    households = [f"h{row // 4}" for row in range(200)]
    job = Job(tmp_path, {"household": households, "x": numbers(200), "y": numbers(200, 1)}, group="household")
    split = job.split()
    assert split.method == "by_group"
    assert "'household'" in split.reason
    assert set(job.values("household", split, TEST)).isdisjoint(job.values("household", split, TRAIN))


def test_a_time_column_makes_the_latest_rows_the_test(tmp_path: Path) -> None:
    days = [date(2024, 1, 1) + timedelta(days=row * 7 % 100) for row in range(100)]
    job = Job(tmp_path, {"day": days, "x": numbers(100), "y": numbers(100, 1)}, time="day")
    split = job.split()
    assert split.method == "by_time"
    assert max(job.values("day", split, TRAIN)) < min(job.values("day", split, TEST))


@pytest.mark.parametrize(("n_new", "n_test"), [(None, 40), (40, 30), (60, 30), (70, 35), (150, 40)])
def test_a_model_that_is_trained_again_is_tested_on_the_newer_half_of_what_is_new(tmp_path, n_new, n_test):
    """Of 200 rows a fifth is the test at most; by time alone, since else new rows lie on both sides."""
    job = Job(
        tmp_path, {"y": numbers(200), "day": [date(2020, 1, 1) + timedelta(days=i) for i in range(200)]}, time="day"
    )
    lineage = job.snapshot.lineage.model_copy(update={"details": {} if n_new is None else {NEW_ROWS: str(n_new)}})
    job.snapshot = job.snapshot.model_copy(update={"lineage": lineage})
    found = job.split()
    assert (found.method, found.n_test) == ("by_time", n_test)
    assert min(job.values("day", found, TEST)) > max(job.values("day", found, TRAIN))
    assert job.split(method="random").n_test == 40


def test_a_running_number_can_be_the_time(tmp_path: Path) -> None:
    job = Job(tmp_path, {"step": list(range(100)), "x": numbers(100), "y": numbers(100, 1)}, time="step")
    split = job.split()
    assert job.values("step", split, TEST) == list(range(80, 100))


def test_rows_without_a_moment_are_taken_for_the_earliest(tmp_path: Path) -> None:
    days = [None if row % 10 == 0 else f"2024-01-{1 + row % 28:02d}" for row in range(100)]
    job = Job(tmp_path, {"day": days, "x": numbers(100), "y": numbers(100, 1)}, time="day")
    assert None not in job.values("day", job.split(), TEST)


def test_a_method_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    split = Job(tmp_path, {"x": numbers(100), "y": ["a", "b"] * 50}).split(method="random")
    assert split.method == "random"
    assert split.reason == "Rows are divided at random, as split.method says."


@pytest.mark.parametrize(("method", "key"), [("by_group", "collect.group"), ("by_time", "collect.time")])
def test_a_method_without_its_column_is_refused(tmp_path: Path, method: str, key: str) -> None:
    job = Job(tmp_path, {"x": numbers(100), "y": numbers(100, 1)})
    with pytest.raises(SettingsError, match=key):
        job.split(method=method)


def test_numbers_cannot_be_stratified(tmp_path: Path) -> None:
    job = Job(tmp_path, {"x": numbers(100), "y": numbers(100, 1)})
    with pytest.raises(SettingsError, match="no classes"):
        job.split(method="stratified")


def test_a_class_of_one_row_learns_and_is_named(tmp_path: Path) -> None:
    split = (job := Job(tmp_path, {"x": numbers(101), "y": ["a", "b"] * 50 + ["rare"]})).split()
    assert "rare" in job.values("y", split, TRAIN)
    assert split.reason.endswith("The test holds no row of 'rare'.")


def test_rows_to_learn_from_of_one_class_are_refused(tmp_path: Path) -> None:
    columns = {"day": list(range(100)), "x": numbers(100), "y": ["no"] * 80 + ["yes"] * 20}
    with pytest.raises(TargetError, match="one class of 'y' only"):
        Job(tmp_path, columns, time="day").split()


def test_one_moment_for_all_rows_is_refused(tmp_path: Path) -> None:
    columns = {"day": [date(2024, 1, 1)] * 50, "x": numbers(50), "y": numbers(50, 1)}
    with pytest.raises(SettingsError, match="one value in 'day'"):
        Job(tmp_path, columns, time="day").split()


def test_huge_tables_set_aside_no_more_rows_than_a_test_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MOST_TEST_ROWS", 30)
    assert Job(tmp_path, {"x": numbers(1_000), "y": numbers(1_000, 1)}).split().n_test == 30


def test_the_same_data_and_seed_give_the_same_split(tmp_path: Path) -> None:
    columns = {"x": numbers(100), "y": ["a", "b"] * 50}
    assert Job(tmp_path / "a", columns).split() == Job(tmp_path / "b", columns).split()


def half_hours(n: int) -> dict[str, Sequence[Any]]:
    """Rows that follow each other by the half hour, without a column that says when."""
    price = 50 + np.cumsum(np.random.default_rng(5).normal(size=n))
    return {
        "period": (np.arange(n) % 48).tolist(),
        "price": price.tolist(),
        "y": np.where(np.random.default_rng(6).random(n) < 0.4, "up", "down").tolist(),
    }


def shuffled(columns: dict[str, Sequence[Any]], seed: int) -> dict[str, Sequence[Any]]:
    order = np.random.default_rng(seed).permutation(len(columns["y"]))
    return {name: [values[place] for place in order] for name, values in columns.items()}


def test_where_an_input_ticks_from_row_to_row_the_last_rows_are_the_test(tmp_path):
    split = Job(tmp_path, half_hours(960)).split()
    assert split.method == "by_time"
    assert "'period' goes up from row to row and begins again" in split.reason


def test_the_last_rows_of_a_table_that_ticks_are_those_set_aside(tmp_path):
    job = Job(tmp_path, half_hours(960))
    held = np.flatnonzero(roles_of(job.split(), job.run) == TEST)
    assert held.min() == 960 - len(held)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_rows_never_tick(tmp_path, seed):
    assert Job(tmp_path, shuffled(half_hours(960), seed)).split().method == "stratified"


def test_three_rows_in_four_of_a_table_that_ticks_are_divided_at_random(tmp_path):
    kept = np.flatnonzero(np.random.default_rng(1).random(2_000) < 0.75)
    columns = {name: [values[place] for place in kept] for name, values in half_hours(2_000).items()}
    assert Job(tmp_path, columns).split().method == "stratified"


def test_a_designed_experiment_does_not_tick(tmp_path):
    n = 10 * 10 * 10
    place = np.arange(n)
    design = {"a": (place // 100).tolist(), "b": (place // 10 % 10).tolist(), "c": (place % 10).tolist()}
    assert Job(tmp_path, {**design, "y": numbers(n)}).split().method == "random"


@pytest.mark.parametrize("first", [1960, 1], ids=["years", "waves"])
def test_a_panel_of_countries_over_the_same_years_does_not_tick(tmp_path, first):
    rng = np.random.default_rng(3)
    country, wave = np.repeat(np.arange(20), 15), np.tile(np.arange(15), 20)
    size = np.repeat(rng.normal(50, 20, 20), 15) + rng.normal(0, 1, 300)
    columns = {
        "country": [f"land {chr(97 + c)}" for c in country],
        "wave": first + wave,
        "size": size,
        "y": size + rng.normal(0, 1, 300),
    }
    assert Job(tmp_path, columns).split().method == "random"


def test_a_panel_of_cities_over_many_years_of_months_does_not_tick(tmp_path):
    rng = np.random.default_rng(3)
    city, month = np.repeat(np.arange(12), 120), np.tile(np.arange(120), 12)
    sales = np.repeat(rng.normal(50, 20, 12), 120) + np.cumsum(rng.normal(0, 1, 1440))
    columns = {
        "city": [f"town {chr(97 + c)}" for c in city],
        "month": month % 12 + 1,
        "volume": sales,
        "y": sales + rng.normal(0, 1, 1440),
    }
    assert Job(tmp_path, columns).split().method == "random"
    assert Job(tmp_path, columns | {"season": columns.pop("city")}).split().method == "by_time"


def test_a_person_may_say_that_rows_that_tick_are_in_no_order(tmp_path):
    assert Job(tmp_path, half_hours(960)).split(method="stratified").method == "stratified"


def days_of(first: str, n: int) -> dict[str, list[int]]:
    days = [date.fromisoformat(first) + timedelta(days=row) for row in range(n)]
    return {"year": [d.year for d in days], "month": [d.month for d in days], "day": [d.day for d in days]}


def test_a_date_in_three_columns_is_split_by_however_the_rows_lie(tmp_path):
    columns = shuffled({**days_of("2021-03-05", 400), "y": numbers(400)}, seed=2)
    job = Job(tmp_path, columns)
    split = job.split()
    assert split.method == "by_time"
    assert "'year', 'month' and 'day'" in split.reason
    together = [tuple(columns[name][row] for name in ("year", "month", "day")) for row in range(400)]
    roles = roles_of(split, job.run)
    learned = [when for when, role in zip(together, roles, strict=True) if role == TRAIN]
    assert max(learned) < min(when for when, role in zip(together, roles, strict=True) if role == TEST)


def test_the_date_of_a_house_is_not_when_the_row_came_about(tmp_path):
    days = {f"{name}_built": values for name, values in days_of("1971-03-05", 400).items()}
    assert Job(tmp_path, shuffled({**days, "y": numbers(400)}, seed=2)).split().method == "random"


def test_a_person_may_say_that_a_date_in_columns_is_no_order(tmp_path):
    assert Job(tmp_path, {**days_of("2021-03-05", 400), "y": numbers(400)}).split(method="random").method == "random"


@pytest.mark.parametrize("a_year", [1, 4])
def test_years_that_run_down_the_table_are_an_order_in_time(tmp_path, a_year):
    years = np.repeat(np.arange(1900, 1980), a_year).tolist()
    split = Job(tmp_path, {"year": years, "y": numbers(len(years))}).split()
    assert (split.method, "'year'" in split.reason) == ("by_time", True)


def test_cars_sorted_by_the_year_of_their_make_are_in_no_order_in_time(tmp_path):
    years = np.sort(np.random.default_rng(4).integers(1990, 2020, 400)).tolist()
    assert Job(tmp_path, {"year": years, "y": numbers(400)}).split().method == "random"


def test_the_years_of_every_country_are_an_order_in_time_however_the_rows_lie(tmp_path):
    country, year = np.repeat(np.arange(20), 8).tolist(), np.tile(np.arange(2010, 2018), 20).tolist()
    columns = {"country": [f"land {chr(97 + c)}" for c in country], "year": year, "y": numbers(160)}
    job = Job(tmp_path, columns := shuffled(columns, seed=5))
    split = job.split()
    assert (split.method, "'year'" in split.reason) == ("by_time", True)
    tested = [year for year, role in zip(columns["year"], roles_of(split, job.run), strict=True) if role == TEST]
    assert set(tested) in ({2016, 2017}, {2017})


def test_the_years_in_which_things_were_made_are_no_panel(tmp_path):
    rng = np.random.default_rng(5)
    columns = {"town": [f"t{v}" for v in rng.integers(0, 20, 160)], "year": rng.integers(2010, 2018, 160).tolist()}
    assert Job(tmp_path, columns | {"y": numbers(160)}).split().method == "random"

"""Which column plays which part, what is to be predicted, and which questions cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import MlwrightError, SettingsError, TargetError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.profile import profile
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.profile import Profile, Roles
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings

N = 200


def profile_of(
    folder: Path,
    columns: dict[str, Any],
    project: ProjectSettings | None = None,
    collect: CollectSettings | None = None,
    settings: ProfileSettings | None = None,
) -> Profile:
    """The profile of columns, with `y` to predict unless `project` says otherwise."""
    table = pa.table(columns)
    run = Run("run", Store(folder), Clock(folder / "cancel", None))
    pq.write_table(table, run.scratch() / "data.parquet")
    snapshot = Snapshot(
        blob=run.store.blobs.adopt(run.scratch() / "data.parquet"),
        n_rows=table.num_rows,
        fields=tuple(Field(name=field.name, type=str(field.type)) for field in table.schema),
        lineage=Lineage(source="csv", location="customers.csv", read_at="2026-01-01T00:00:00+00:00"),
        size_bytes=1,
    )
    project = project or ProjectSettings(target="y")
    return profile(snapshot, project, collect or CollectSettings(), settings or ProfileSettings(), CleanSettings(), run)


def roles_with_target(folder: Path, target: Sequence[Any], name: str = "y", **project: Any) -> Roles:
    columns = {"x": np.arange(len(target)) % 7 / 2, name: target}
    return profile_of(folder, columns, ProjectSettings(target=name, **project)).roles


def cycle(*values: Any, n: int = N) -> list[Any]:
    return [values[row % len(values)] for row in range(n)]


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "target", "task"),
    [
        ("y", cycle("yes", "no"), "binary"),
        ("y", cycle(0, 1), "binary"),
        ("y", cycle(True, False), "binary"),
        ("y", cycle(1.0, 2.0), "binary"),
        ("y", cycle("red", "green", "blue"), "multiclass"),
        ("quality", cycle(3, 4, 5, 6, 7, 8, 9), "multiclass"),
        ("digit_class", list(range(20)) * 10, "multiclass"),
        ("children_count", cycle(0, 1, 2, 3), "regression"),
        ("rings", cycle(*range(1, 30)), "regression"),
        ("sold", RNG.poisson(200, N), "regression"),
        ("doctor", [0] * 140 + [1] * 35 + [2] * 13 + [3] * 6 + [4] * 3 + [6, 7, 9], "regression"),
        ("stars", [0] * 20 + [1] * 10 + [2] * 20 + [3] * 40 + [4] * 60 + [5] * 50, "multiclass"),
        ("digit", cycle(*range(10)), "multiclass"),
        ("price", RNG.normal(size=N), "regression"),
        ("fee", [f"${value}.50" for value in RNG.integers(1_000, 9_000, N)], "regression"),
        ("y", RNG.permutation(N), "regression"),
    ],
)
def test_the_task_follows_from_the_target(tmp_path: Path, name: str, target: Sequence[Any], task: str) -> None:
    roles = roles_with_target(tmp_path, target, name)
    assert roles.task == task, roles.asked.reason
    assert roles.asked.reason.endswith(".")


def test_the_users_task_is_taken(tmp_path: Path) -> None:
    roles = roles_with_target(tmp_path, cycle(3, 4, 5, 6), task="regression")
    assert (roles.task, roles.classes, roles.asked.reason) == ("regression", (), "Set by project.task.")
    assert roles_with_target(tmp_path, cycle(3, 4, 5, 16), "count", task="multiclass").classes == ("16", "3", "4", "5")
    assert roles_with_target(tmp_path, cycle("a", "b"), task="multiclass").task == "binary"


@pytest.mark.parametrize(
    ("target", "classes"),
    [
        (["Yes", "No", "No"], ("No", "Yes")),
        (["good", "bad", "good"], ("good", "bad")),
        ([0, 1, 1], ("0", "1")),
        ([True, True, False], ("false", "true")),
        (["a", "a", "b"], ("a", "b")),
        (["b", "b", "a"], ("b", "a")),
        ([-1, 1, 1], ("-1", "1")),
        (["-", "+", "-"], ("-", "+")),
    ],
)
def test_the_positive_class_is_last_by_its_name_or_its_rareness(
    tmp_path: Path, target: list[Any], classes: tuple[str, str]
) -> None:
    assert roles_with_target(tmp_path, cycle(*target)).classes == classes


def test_the_users_positive_class_is_taken(tmp_path: Path) -> None:
    roles = roles_with_target(tmp_path, cycle("stays", "leaves", "stays"), positive="stays")
    assert roles.classes == ("leaves", "stays")
    with pytest.raises(SettingsError, match=r"project\.positive is 'leave', which is no class of 'y'") as caught:
        roles_with_target(tmp_path, cycle("stays", "leaves"), positive="leave")
    assert caught.value.hint == "Set it to one of: leaves"
    with pytest.raises(SettingsError, match="has 3 classes"):
        roles_with_target(tmp_path, cycle("a", "b", "c"), positive="a")


def test_without_a_target_likely_columns_are_offered(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        profile_of(tmp_path, {"plan": cycle(1, 2), "churned": cycle(1, 2), "age": cycle(1, 2)}, ProjectSettings())
    assert caught.value.message == "project.target does not say which column is to be predicted."
    assert caught.value.hint == "Set project.target in mlwright.toml to one of: churned, age, plan"


def test_a_target_that_is_not_there_offers_the_nearest_name(tmp_path: Path) -> None:
    columns = {"Churned": cycle(1, 2), "plan": cycle(1, 2), "age": cycle(1, 2)}
    with pytest.raises(TargetError) as caught:
        profile_of(tmp_path, columns, ProjectSettings(target="churn"))
    assert str(caught.value) == (
        "Target column 'churn' is missing from 'customers.csv' (3 columns).\n"
        "  -> Name it with --target, or as project.target in mlwright.toml; the nearest first: Churned, age, plan"
    )


@pytest.mark.parametrize(
    ("target", "what"),
    [
        (["a" * 600, "b"] * 100, "holds texts of up to 600 characters"),
        ([None] * N, "holds no value in any of its 200 rows"),
        (["?", ""] * 100, "holds no value in any of its 200 rows"),
        (["yes"] * N, r"holds only 'yes' \(200 rows\): there is nothing to tell apart"),
        (["yes", None] * 100, r"holds only 'yes' \(100 rows\)"),
        ([3.5] * N, "holds only '3.5'"),
        ([date(2020, 1, 1) + timedelta(days=row) for row in range(N)], "holds dates"),
        ([f"name {row}" for row in range(N)], r"200 different values in 200 rows .*: these are names, not classes"),
        (["a", "b", *[None] * (N - 2)], r"has a value in 2 of 200 rows; at least 20 are needed"),
        ([1.5, 2.5] * 9 + [np.nan] * 182, r"has a value in 18 of 200 rows"),
        ([0.5, *range(18)] + [np.inf] * 181, r"has a value in 19 of 200 rows"),
        ([f"{1 + row // 60}h {row % 60}min" for row in range(N)], "200 amounts written as text: '1h 0min'"),
        ([f"{row % 90}.250,00 €" for row in range(N)], "90 amounts written as text"),
        ([1.5e200 * row for row in range(N)], r"numbers of up to 2.98e\+202; beyond 1e\+30 answers cannot be kept"),
    ],
)
def test_a_target_from_which_nothing_can_be_learned_is_refused(tmp_path: Path, target: list[Any], what: str) -> None:
    with pytest.raises(TargetError, match=what) as caught:
        roles_with_target(tmp_path, target)
    assert caught.value.hint


def test_an_empty_cell_may_be_the_other_class(tmp_path: Path) -> None:
    with pytest.raises(TargetError) as caught:
        roles_with_target(tmp_path, ["left", None] * 100)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("If an empty cell means the other class")


def test_too_many_classes_are_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="has 1,001 different values; at most 1,000 classes") as caught:
        roles_with_target(tmp_path, [f"c{row % 1_001}" for row in range(3_003)])
    assert "Join rare classes" in (caught.value.hint or "")
    assert len(roles_with_target(tmp_path, [f"c{row % 900}" for row in range(3_600)]).classes) == 900


@pytest.mark.parametrize(
    ("target", "task", "what"),
    [
        (cycle("a", "b", "c"), "binary", r"has 3 different values \('a', 'b', 'c'\), but project.task is binary"),
        (cycle("a", "b"), "regression", "does not hold numbers: 'a', 'b'"),
        (RNG.normal(size=N), "multiclass", "these are names, not classes"),
    ],
)
def test_a_task_that_the_target_does_not_suit_is_refused(
    tmp_path: Path, target: Sequence[Any], task: str, what: str
) -> None:
    with pytest.raises(TargetError, match=what):
        roles_with_target(tmp_path, target, task=task)


def test_infinite_targets_count_as_missing_and_are_said_to(tmp_path: Path) -> None:
    found = profile_of(tmp_path, {"x": cycle(1, 2, 3), "y": [*RNG.normal(size=N - 3), np.inf, -np.inf, None]})
    assert found.target.n_missing == 3
    assert set(found.target.missing_codes) == {"inf", "-inf"}
    assert "2 infinite values count as missing" in found.roles.asked.reason
    assert not set(found.target.missing_codes) & {each.value for each in found.target.top}


def test_no_number_of_the_target_is_taken_for_missing_unasked(tmp_path: Path) -> None:
    values = [-1] * 100 + list(range(1, 101))
    found = profile_of(tmp_path, {"x": cycle(1, 2, 3), "y": values}, ProjectSettings(target="y"))
    assert found.target.missing_codes == ()


def test_inputs_are_what_is_left_and_each_other_column_has_its_reason(tmp_path: Path) -> None:
    columns = {
        "customer_id": np.arange(N),
        "age": RNG.integers(18, 90, N),
        "segment": cycle("a", "b"),
        "country": ["US"] * N,
        "notes": pa.nulls(N),
        "gender": cycle("f", "m"),
        "household": [row // 4 for row in range(N)],
        "y": cycle("yes", "no"),
    }
    collect, settings = CollectSettings(group="household"), ProfileSettings(ignore=("gender",))
    roles = profile_of(tmp_path, columns, collect=collect, settings=settings).roles
    assert roles.inputs == ("age", "segment")
    assert roles.left_out == {
        "customer_id": "it names each row: whole numbers that are nearly all different, and the name is that of an id",
        "country": "it never changes: every row that has a value holds 'US'",
        "notes": "it holds nothing: holds no value in any of its 200 rows",
        "gender": "profile.ignore names it",
        "household": "it is the group column, whose values are new in new data",
    }


DAYS = [date(2020, 1, 1) + timedelta(days=row) for row in range(N)]
SHUFFLED = RNG.permutation(np.array(DAYS)).tolist()
NEARLY_SORTED = [day + timedelta(days=row * 7 % 10) for row, day in enumerate(DAYS)]


@pytest.mark.parametrize(
    ("columns", "time"),
    [
        ({"day": DAYS}, "day"),
        ({"dteday": DAYS[::-1]}, "dteday"),
        ({"when": [day.strftime("%d.%m.%Y") for day in DAYS]}, "when"),
        ({"order_date": SHUFFLED}, "order_date"),
        ({"day": SHUFFLED}, None),
        ({"date_first_hired": SHUFFLED}, None),
        ({"birth_date": DAYS}, None),
        ({"date": [None, *DAYS[1:]]}, None),
        ({"opened": DAYS, "closed": SHUFFLED}, None),
        ({"day": NEARLY_SORTED}, "day"),
        (
            {
                "opened": sorted(NEARLY_SORTED),
                "closed": [day + timedelta(days=row % 7) for row, day in enumerate(DAYS)],
            },
            "opened",
        ),
        ({"hour": [datetime(2020, 1, 1) + timedelta(hours=row) for row in range(N)], "day": DAYS}, "hour"),
        ({"x": [1, 2] * 100}, None),
    ],
)
def test_a_date_is_the_time_only_where_all_speaks_for_it(
    tmp_path: Path, columns: dict[str, Any], time: str | None
) -> None:
    roles = profile_of(tmp_path, {**columns, "plain": RNG.normal(size=N), "y": RNG.normal(size=N)}).roles
    assert roles.time == time, roles.time_reason
    if time is None and "x" not in columns:
        assert "set collect.time if they did" in roles.time_reason


def test_the_time_column_stays_an_input(tmp_path: Path) -> None:
    roles = profile_of(tmp_path, {"day": DAYS, "y": RNG.normal(size=N)}).roles
    assert (roles.time, roles.inputs) == ("day", ("day",))


def test_the_users_time_may_be_a_date_or_a_number_and_nothing_else(tmp_path: Path) -> None:
    columns = {"day": SHUFFLED, "year": cycle(2019, 2020, 2021), "plan": cycle("a", "b"), "y": RNG.normal(size=N)}
    for name in ("day", "year"):
        assert profile_of(tmp_path, columns, collect=CollectSettings(time=name)).roles.time == name
    with pytest.raises(SettingsError, match=r"collect\.time names 'plan', which holds no dates and no numbers"):
        profile_of(tmp_path, columns, collect=CollectSettings(time="plan"))


@pytest.mark.parametrize(
    ("name", "values", "is_group"),
    [
        ("patient_id", [row // 4 for row in range(N)], True),
        ("patient", [f"p{row // 4}" for row in range(N)], True),
        ("patient_id", list(range(N)), False),
        ("patient_id", cycle(1, 2, 3), False),
        ("store_id", [row // 4 for row in range(N)], False),
        ("ID", [f"X{row // 4}" for row in range(N)], True),
        ("user_agent", [f"u{row // 4}" for row in range(N)], False),
    ],
)
def test_a_key_that_comes_back_a_few_times_is_the_group(
    tmp_path: Path, name: str, values: list[Any], is_group: bool
) -> None:
    roles = profile_of(tmp_path, {name: values, "x": cycle(1, 2, 3), "y": cycle("a", "b")}).roles
    assert (roles.group == name) == is_group, roles.group_reason
    assert (name in roles.left_out) or not is_group


def test_a_group_of_one_value_is_refused(tmp_path: Path) -> None:
    columns = {"site": ["a"] * N, "x": cycle(1, 2, 3), "y": cycle("a", "b")}
    with pytest.raises(SettingsError, match=r"collect\.group names 'site', which has 1 different value"):
        profile_of(tmp_path, columns, collect=CollectSettings(group="site"))


@pytest.mark.parametrize("n", [1, 5, 19])
def test_every_table_that_is_too_small_ends_in_one_clear_error(tmp_path: Path, n: int) -> None:
    with pytest.raises(MlwrightError, match="at least 20 are needed"):
        profile_of(tmp_path, {"x": cycle(1, 2, n=n), "y": cycle("a", "b", n=n)})


def weeks_of_shops(n_shops: int = 6, n_weeks: int = 60) -> dict[str, list[Any]]:
    rng = np.random.default_rng(4)
    place = rng.permutation(n_shops * n_weeks)
    shop, week = np.divmod(place, n_weeks)
    return {
        "shop": [f"S{each}" for each in shop],
        "week": [str(np.datetime64("2022-01-03") + 7 * int(each)) for each in week],
        "y": rng.normal(size=len(place)).round(3).tolist(),
    }


def test_weeks_that_run_in_every_shop_are_the_time_however_the_rows_lie(tmp_path: Path) -> None:
    roles = profile_of(tmp_path, weeks_of_shops()).roles
    assert roles.time == "week"
    assert "each of several things has a row of its own" in roles.time_reason


def test_days_of_hire_are_no_panel(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    columns = weeks_of_shops()
    columns["week"] = rng.permutation(columns["week"]).tolist()
    assert profile_of(tmp_path, columns).roles.time is None


@pytest.mark.parametrize(
    ("name", "scale", "is_time"),
    [("timestamp", 1_000, True), ("ts", 1, True), ("price", 1, False), ("ts", 1e-6, False)],
)
def test_seconds_since_1970_are_the_time_where_they_are_called_so(
    tmp_path: Path, name: str, scale: float, is_time: bool
) -> None:
    seconds = (1_600_000_000 + np.random.default_rng(6).integers(0, 10**7, N)) * scale
    roles = profile_of(tmp_path, {name: seconds.astype(np.int64), "x": cycle(1, 2, 3), "y": cycle("a", "b")}).roles
    assert (roles.time == name) == is_time


def test_classes_with_an_order_of_their_own_stand_in_it(tmp_path: Path) -> None:
    asked = roles_with_target(tmp_path, cycle("high", "low", "medium")).asked
    assert asked is not None
    assert (asked.classes, asked.are_ordered) == (("low", "medium", "high"), True)
    assert "an order, from 'low' to 'high'; set project.order if it is another" in asked.reason


def test_the_users_order_is_taken_and_must_name_all_classes(tmp_path: Path) -> None:
    roles = roles_with_target(tmp_path, cycle("a", "b", "c"), order=("c", "a ", "b"))
    assert (roles.classes, roles.are_ordered) == (("c", "a", "b"), True)
    assert not roles_with_target(tmp_path, cycle("a", "b", "c")).are_ordered
    assert not roles_with_target(tmp_path, cycle("high", "low", "medium"), order=()).are_ordered
    with pytest.raises(SettingsError, match=r"project\.order does not name each class of 'y' once") as caught:
        roles_with_target(tmp_path, cycle("a", "b", "c"), order=("c", "a"))
    assert caught.value.hint.endswith("a, b, c")
    with pytest.raises(SettingsError, match="'y' has two"):
        roles_with_target(tmp_path, cycle("a", "b"), order=("b", "a"))
    with pytest.raises(SettingsError, match="'y' is taken as numbers"):
        roles_with_target(tmp_path, [row / 8 for row in range(N)], order=("b", "a", "c"))


def test_days_as_spreadsheets_count_them_are_the_time_where_a_date_would_be(tmp_path: Path) -> None:
    def time_of(name: str, days: list[int]) -> str | None:
        return profile_of(tmp_path, {name: days, "x": cycle(0.5, 1.5, 2.5), "y": cycle("no", "yes", "no")}).roles.time

    running, mixed = [43_831 + row // 2 for row in range(N)], [43_831 + row * 37 % 90 for row in range(N)]
    assert time_of("day", running) == "day"
    assert time_of("order_date", mixed) == "order_date"
    assert [time_of(name, running) for name in ("price", "birth_date")] == [None, None]
    assert time_of("day", mixed) is None

"""The profile says what each column is, why, and what counts as missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SettingsError, SourceEmpty, SourceUnreadable, TableError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.cleaning import learn_cleaning
from mlwright.data.profile import profile
from mlwright.records.cleaning import ReadDate
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings

N = 200
Y = ["yes", "no"] * (N // 2)


def profile_of(folder: Path, columns: dict[str, Sequence[Any] | pa.Array], **settings: Any) -> Profile:
    """The profile of columns, with `y` to predict unless `target` says otherwise."""
    table = pa.table(columns)
    run = Run("run", Store(folder), Clock(folder / "cancel", None))
    pq.write_table(table, run.scratch() / "data.parquet")
    snapshot = Snapshot(
        blob=run.store.blobs.adopt(run.scratch() / "data.parquet"),
        n_rows=table.num_rows,
        fields=tuple(Field(name=field.name, type=str(field.type)) for field in table.schema),
        lineage=Lineage(source="parquet", location="customers.csv", read_at="2026-01-01T00:00:00+00:00"),
        size_bytes=1,
    )
    project = ProjectSettings(target=settings.pop("target", "y"), task=settings.pop("task", "auto"))
    collect = CollectSettings(time=settings.pop("time", None), group=settings.pop("group", None))
    return profile(snapshot, project, collect, ProfileSettings(**settings), CleanSettings(), run)


def column_of(folder: Path, values: Sequence[Any] | pa.Array, name: str = "x", **settings: Any) -> ColumnProfile:
    """The profile of one column beside a plain number and a target."""
    columns = {name: values, "plain": np.arange(N) % 7 / 2, "y": Y}
    return profile_of(folder, columns, **settings).column(name)


def cycle(*values: Any) -> list[Any]:
    return [values[row % len(values)] for row in range(N)]


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("price", RNG.normal(size=N), "number"),
        ("rooms", RNG.integers(1, 9, N), "number"),
        ("rank", RNG.permutation(N), "number"),
        ("income", RNG.choice(10**6, N, replace=False), "number"),
        ("year", np.arange(1800, 1800 + N), "number"),
        ("text", [f"{value:,.2f}" for value in RNG.normal(5_000, 900, N)], "number"),
        ("fee", [f"${value}" for value in RNG.integers(1_000, 9_000, N)], "number"),
        ("share", [f"{value}%" for value in RNG.integers(0, 100, N)], "number"),
        ("age", np.arange(20, 20 + N), "number"),
        ("step", np.arange(N), "id"),
        ("seqno", 1 + np.arange(N) + np.arange(N) // 40, "id"),
        ("customer_id", RNG.choice(10**6, N, replace=False), "id"),
        ("tweet", 5 * 10**17 + RNG.integers(0, 10**9, N), "id"),
        ("code", [f"{value:08x}" for value in RNG.integers(0, 2**32, N)], "id"),
        ("email", [f"person{row}@example.org" for row in range(N)], "id"),
        ("store_id", RNG.integers(0, 9, N), "category"),
        ("zip", [f"0{value}" for value in RNG.integers(1_000, 1_050, N)], "category"),
        ("colour", cycle("red", "green", "blue"), "category"),
        ("doors", cycle("2", "3", "4", "5more"), "category"),
        ("flag", cycle(True, False), "boolean"),
        ("switch", cycle(0, 1, 1), "boolean"),
        ("partner", cycle("Yes", "No", None), "boolean"),
        ("sex", cycle("male", "female"), "category"),
        ("day", cycle(date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 1)), "date"),
        ("hired", cycle("09/22/1986", "11/05/1990", "01/02/2003"), "date"),
        ("date", cycle(20240131, 20240201, 20240229), "date"),
        ("nothing", [None] * N, "empty"),
        ("blank", ["", " "] * (N // 2), "empty"),
        ("unheard", ["?"] * N, "empty"),
        ("same", ["x"] * N, "constant"),
        ("bonus", [100, *[None] * (N - 60), *[100] * 59], "category"),
        ("plate", [f"AB {value}" for value in RNG.choice(10**6, N, replace=False)], "id"),
        ("comma", [f"{value},5" for value in RNG.integers(0, 9, N)], "category"),
    ],
)
def test_the_kind_of_a_column(tmp_path: Path, name: str, values: Sequence[Any], kind: str) -> None:
    column = column_of(tmp_path, values, name)
    assert column.kind == kind, column.reason
    assert column.reason[0].isupper() or not column.reason[0].isalpha()
    assert column.reason.endswith(".")


def test_sentences_are_text_and_names_with_titles_too(tmp_path: Path) -> None:
    words = ["good", "bad", "late", "flight", "crew", "lost", "bag", "thanks"]
    tweets = [" ".join(RNG.choice(words, 9)) + f" {row}" for row in range(N)]
    names = [f"{chr(65 + row % 26)}{row}, {('Mr.', 'Mrs.', 'Miss.')[row % 3]} {row} Owen" for row in range(N)]
    found = profile_of(tmp_path, {"tweet": tweets, "name": names, "y": Y})
    assert [found.column(name).kind for name in ("tweet", "name")] == ["text", "text"]
    assert "mr" in found.column("name").reason


def test_long_answers_of_a_survey_are_categories(tmp_path: Path) -> None:
    answers = cycle("I strongly agree with all of this statement", "I neither agree nor disagree with it at all")
    assert column_of(tmp_path, answers).kind == "category"


def test_numbers_in_text_with_a_few_question_marks(tmp_path: Path) -> None:
    values = ["?" if row % 10 == 0 else f"1,{row:03d}" for row in range(N)]
    column = column_of(tmp_path, values)
    assert (column.kind, column.missing_codes, column.n_missing, column.n_unparsed) == ("number", ("?",), 20, 0)
    assert (column.minimum, column.maximum) == (1_001.0, 1_199.0)
    assert "missing is spelled '?'" in column.reason


def test_text_among_numbers_is_counted_and_shown(tmp_path: Path) -> None:
    column = column_of(tmp_path, [*[f"{row}.5" for row in range(N - 4)], "ten", "eleven", "ten", "12 or so"])
    assert (column.kind, column.n_unparsed, column.n_missing) == ("number", 4, 0)
    assert column.unparsed_examples == ("ten", "eleven", "12 or so")


def test_vague_words_among_numbers_mean_missing_and_among_names_they_do_not(tmp_path: Path) -> None:
    numbers = column_of(tmp_path / "numbers", cycle("1.5", "2", "3.25", "unknown"))
    names = column_of(tmp_path / "names", cycle("smokes", "never", "unknown"))
    assert (numbers.kind, numbers.missing_codes) == ("number", ("unknown",))
    assert (names.kind, names.missing_codes, names.n_distinct) == ("category", (), 3)
    assert "kept apart from missing: 'unknown'" in names.reason


def test_a_minus_beside_a_plus_is_a_level_and_is_counted(tmp_path: Path) -> None:
    column = column_of(tmp_path, cycle("+", "-"))
    assert (column.kind, column.missing_codes, column.n_missing, column.n_distinct) == ("category", (), 0, 2)


def test_na_may_mean_none_and_the_reason_says_so(tmp_path: Path) -> None:
    column = column_of(tmp_path, cycle("Grvl", "Pave", "NA"), "Alley")
    assert (column.n_distinct, column.missing_codes) == (2, ("NA",))
    assert "should NA mean 'none'" in column.reason


def test_a_number_that_means_missing_is_left_out_of_the_figures(tmp_path: Path) -> None:
    column = column_of(tmp_path, [-1] * 100 + list(range(1, 101)), "days_since_call")
    assert (column.missing_codes, column.n_missing, column.n_distinct) == (("-1",), 100, 100)
    assert (column.minimum, column.mean) == (1.0, 50.5)
    assert "-1" not in {each.value for each in column.top}


def test_a_number_that_means_missing_is_found_in_text_too(tmp_path: Path) -> None:
    column = column_of(tmp_path, ["-999"] * 20 + [f"{row}%" for row in range(N - 20)])
    assert (column.missing_codes, column.n_missing, column.minimum) == (("-999",), 20, 0.0)


def test_both_ends_may_be_suspect_and_one_of_them_guilty(tmp_path: Path) -> None:
    values = [-1] * 100 + [row % 100 for row in range(99)] + [99]
    column = column_of(tmp_path, values)
    assert column.missing_codes == ("-1",)
    assert (column.n_missing, column.maximum, column.n_distinct) == (100, 99.0, 100)


def test_the_users_missing_codes_replace_the_guess(tmp_path: Path) -> None:
    column = column_of(tmp_path, cycle("?", "none", "red"), missing={"x": ["none"]})
    assert (column.missing_codes, column.n_distinct) == (("none",), 2)
    number = column_of(tmp_path / "n", [-1] * 100 + list(range(1, 101)), missing={"x": []})
    assert (number.missing_codes, number.minimum) == ((), -1.0)
    spelled = column_of(tmp_path / "s", cycle(1.5, 2.5, 0.0), missing={"x": ["0.0"]})
    assert (spelled.missing_codes, spelled.minimum) == (("0",), 1.5)
    day = column_of(tmp_path / "d", cycle(date(1900, 1, 1), date(2020, 1, 1)), missing={"x": ["1900-01-01"]})
    assert (day.n_missing, day.n_distinct) == (100, 1)
    moment = column_of(tmp_path / "m", cycle(datetime(1900, 1, 1), datetime(2020, 1, 1)), missing={"x": ["1900-01-01"]})
    assert (moment.missing_codes, moment.n_missing) == (("1900-01-01T00:00:00",), 100)


def test_dates_in_text_count_in_seconds_and_impossible_ones_are_shown(tmp_path: Path) -> None:
    values = [*(f"{1 + row % 28:02d}.{1 + row % 12:02d}.2020" for row in range(N - 2)), "30.02.2020", "31.04.2021"]
    column = column_of(tmp_path, values)
    assert (column.kind, column.date_format, column.n_unparsed) == ("date", "%d.%m.%Y", 2)
    assert column.unparsed_examples == ("30.02.2020", "31.04.2021")
    assert column.minimum == datetime(2020, 1, 1).timestamp() - datetime(1970, 1, 1).timestamp()


def test_a_date_whose_day_and_month_nothing_tells_apart_says_so(tmp_path: Path) -> None:
    column = column_of(tmp_path, cycle("01/02/2020", "03/04/2020"))
    assert column.date_format == "%m/%d/%Y"
    assert "%d/%m/%Y would read all of them too" in column.reason


@pytest.mark.parametrize(("years", "seen_in", "first"), [(range(35, 105), 2024, 1935), (range(40, 69), 2024, 1940)])
def test_two_digit_years_are_of_the_century_that_their_column_tells(
    years: range, seen_in: int, first: int, tmp_path: Path
) -> None:
    born = [f"{1 + row % 28:02d}/{1 + row % 12:02d}/{years[row % len(years)] % 100:02d}" for row in range(N)]
    joined = [f"{seen_in - row % 9}-0{1 + row % 9}-11" for row in range(N)]
    column = profile_of(tmp_path, {"born": born, "joined": joined, "y": Y}).column("born")
    assert column.date_format == f"%d/%m/%y from {first}"
    assert column.minimum is not None
    assert datetime.fromtimestamp(column.minimum, UTC).year == 1900 + years[0]
    assert f"years of two digits are read as {first} to {first + 99}" in column.reason
    steps = [step for step in learn_cleaning(pa.table({"born": born, "joined": joined})).steps if step.column == "born"]
    assert [step.first_year for step in steps if isinstance(step, ReadDate)] == [first], "cleaning reads them alike"


def test_figures_of_a_number(tmp_path: Path) -> None:
    column = column_of(tmp_path, pa.array([None, np.inf, *([0.0, 1.0, 2.5] * 66)]))
    assert (column.n_missing, column.n_infinite, column.n_zero, column.n_distinct) == (1, 1, 66, 4)
    assert (column.minimum, column.maximum, column.quantiles[3]) == (0.0, 2.5, 1.0)
    assert [(each.value, each.count) for each in column.top] == [("0", 66), ("1", 66), ("2.5", 66), ("inf", 1)]


def test_values_that_differ_in_spaces_are_one(tmp_path: Path) -> None:
    column = column_of(tmp_path, cycle("a", " a", "b ", None))
    assert (column.n_distinct, column.n_missing) == (2, 50)
    assert [(each.value, each.count) for each in column.top] == [("a", 100), ("b", 50)]


def test_a_kind_that_the_user_sets_is_taken(tmp_path: Path) -> None:
    columns = {
        "zip": RNG.integers(10_000, 10_050, N),
        "half": cycle("1", "2", "x"),
        "when": cycle("1/2/2020", "z", "z"),
    }
    kinds = {"zip": "category", "half": "number", "when": "date"}
    found = profile_of(tmp_path, {**columns, "y": Y}, kinds=kinds)
    assert {name: found.column(name).kind for name in kinds} == kinds
    assert found.column("zip").reason == "Set by profile.kinds."
    assert found.column("half").n_unparsed == 66
    assert found.column("when").n_unparsed == 133


@pytest.mark.parametrize(
    ("values", "kind", "what"),
    [
        (cycle("red", "blue"), "number", "its values are like 'red' and 'blue'"),
        (cycle("red", "blue"), "date", "no known pattern reads values like"),
        (cycle(1.5, 2.5), "date", "it is stored as double"),
        (cycle(1, 2), "date", "not written like 20200131"),
        (cycle(date(2020, 1, 1), date(2021, 1, 1)), "number", "it holds dates"),
        (cycle("red", "blue"), "constant", "for the data to say"),
    ],
)
def test_a_kind_that_a_column_cannot_be_is_refused(tmp_path: Path, values: list[Any], kind: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        column_of(tmp_path, values, kinds={"x": kind})


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"kinds": {"plan": "number"}}, "profile.kinds"),
        ({"missing": {"plan": ["?"]}}, "profile.missing"),
        ({"ignore": ["plan"]}, "profile.ignore"),
        ({"time": "plan"}, "collect.time"),
        ({"group": "plan"}, "collect.group"),
    ],
)
def test_settings_that_name_no_column_offer_the_nearest(tmp_path: Path, settings: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        column_of(tmp_path, cycle(1, 2, 3), **settings)
    assert caught.value.message == f"{key} names the column 'plan', which the table does not have."
    assert caught.value.hint == "Did you mean: plain?"


@pytest.mark.parametrize("settings", [{"ignore": ["y"]}, {"time": "y"}, {"group": "y"}])
def test_the_target_plays_no_other_part(tmp_path: Path, settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="'y', which is the target"):
        column_of(tmp_path, cycle(1, 2, 3), **settings)


def test_a_table_of_a_few_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty, match=r"'customers.csv' holds 1 row; at least 20"):
        profile_of(tmp_path, {"x": [1.5], "y": ["a"]})


def test_a_table_without_any_usable_column_says_why_each_was_left_out(tmp_path: Path) -> None:
    columns = {"row_id": np.arange(N), "same": ["x"] * N, "none": pa.nulls(N), "price": RNG.normal(size=N), "y": Y}
    with pytest.raises(TableError) as caught:
        profile_of(tmp_path, columns, ignore=["price"])
    for name, why in {
        "row_id": "names each row",
        "same": "never changes",
        "none": "nothing",
        "price": "ignore",
    }.items():
        assert f"'{name}': " in caught.value.message
        assert why in caught.value.message
    with pytest.raises(TableError, match="no column besides the target 'y'"):
        profile_of(tmp_path / "alone", {"y": Y})


def test_few_queries_are_asked_whatever_the_number_of_columns(tmp_path: Path) -> None:
    columns = {f"c{place}": RNG.normal(size=N) for place in range(30)}
    assert profile_of(tmp_path, {**columns, "y": Y}).n_passes <= 3


def test_columns_of_every_arrow_type_have_a_kind(tmp_path: Path) -> None:
    columns = {
        "list": pa.array([[row % 3, row] for row in range(N)]),
        "bytes": pa.array([b"\xff" * (row % 4) for row in range(N)]),
        "struct": pa.array([{"a": row} for row in range(N)]),
        "decimal": pa.array([row % 9 for row in range(N)]).cast(pa.decimal128(30, 2)),
        "nanoseconds": pa.array([row % 5 * 10**9 for row in range(N)]).cast(pa.timestamp("ns")),
        "zoned": pa.array([row % 5 for row in range(N)]).cast(pa.timestamp("us", tz="Asia/Tokyo")),
        "small": pa.array([row % 5 for row in range(N)]).cast(pa.float32()),
        "coded": pa.array(cycle("a", "b")).dictionary_encode(),
        "length": pa.array([row % 5 for row in range(N)]).cast(pa.duration("s")),
        "clock": pa.array([row % 5 for row in range(N)]).cast(pa.time64("us")),
        "null": pa.nulls(N),
        "y": Y,
    }
    found = profile_of(tmp_path, columns)
    assert {column.name: column.kind for column in found.columns} == {
        "list": "id",
        "bytes": "category",
        "struct": "id",
        "decimal": "number",
        "nanoseconds": "date",
        "zoned": "date",
        "small": "number",
        "coded": "category",
        "length": "number",
        "clock": "category",
        "null": "empty",
        "y": "boolean",
    }


def test_the_same_table_gives_the_same_profile(tmp_path: Path) -> None:
    columns = {"x": cycle("a", "b", "?"), "t": [f"word {row} and so on and on {row}" for row in range(N)], "y": Y}
    assert profile_of(tmp_path / "a", columns) == profile_of(tmp_path / "b", columns)


def test_a_snapshot_that_turns_out_to_be_damaged_is_the_fault_of_its_source(tmp_path: Path) -> None:
    table = pa.table({"x": np.random.default_rng(0).normal(size=100_000), "y": ["yes", "no"] * 50_000})
    pq.write_table(table, tmp_path / "whole.parquet", compression="none", row_group_size=10_000, use_dictionary=False)
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    content[400_000:440_000] = bytes(40_000)
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    (run.scratch() / "data.parquet").write_bytes(content)
    snapshot = Snapshot(
        blob=run.store.blobs.adopt(run.scratch() / "data.parquet"),
        n_rows=100_000,
        fields=(Field(name="x", type="double"), Field(name="y", type="string")),
        lineage=Lineage(source="parquet", location="customers.parquet", read_at="2026-01-01T00:00:00+00:00"),
        size_bytes=1,
    )
    with pytest.raises(SourceUnreadable, match=r"customers\.parquet is damaged"):
        profile(snapshot, ProjectSettings(target="y"), CollectSettings(), ProfileSettings(), CleanSettings(), run)


def test_words_among_numbers_and_dates_say_that_there_is_none(tmp_path: Path) -> None:
    words = ["k.A.", "unbekannt", "(blank)"]
    years = [words[row % 3] if row % 4 == 0 else str(1900 + row) for row in range(N)]
    found = column_of(tmp_path, years)
    assert (found.kind, found.missing_codes, found.n_missing) == ("number", ("(blank)", "k.A.", "unbekannt"), N // 4)
    days = ["offen" if row % 5 == 0 else f"{1 + row % 28:02d}.{1 + row % 12:02d}.2024" for row in range(N)]
    found = column_of(tmp_path, days)
    assert (found.kind, found.missing_codes, found.n_missing) == ("date", ("offen",), N // 5)


def test_a_slip_among_numbers_and_names_beside_a_few_numbers_are_no_words_for_missing(tmp_path: Path) -> None:
    ages = ["abc" if row == 7 else str(row) for row in range(N)]
    assert column_of(tmp_path, ages).missing_codes == ()
    floors = cycle("1", "2", "3", "ground", "attic")
    assert (column_of(tmp_path, floors).kind, column_of(tmp_path, floors).missing_codes) == ("category", ())


def test_amounts_of_one_currency_are_numbers_and_those_of_two_are_not(tmp_path: Path) -> None:
    one = [f"{row:,}.50 EUR" if row % 3 else f"€{row}.50" for row in range(1_000, 1_000 + N)]
    assert column_of(tmp_path, one).kind == "number"
    assert column_of(tmp_path, one).maximum == 1_199.5
    two = [f"{row} {'EUR' if row % 3 else 'USD'}" for row in range(N)]
    assert column_of(tmp_path, two).kind != "number"
    found = profile_of(tmp_path, {"x": np.arange(N) % 7 / 2, "price": one}, target="price")
    assert found.roles.task == "regression"

"""Any two tables beside each other."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import chi2

from mlwright.core.errors import SourceEmpty, TableError
from mlwright.core.machine import processors
from mlwright.data.compute.stretches import Parquet, drawn
from mlwright.data.two_tables.drift import drift
from mlwright.faces.render.drift import headline, verdict


def people(seed, n=3_000, **changed):
    """Rows of five kinds of columns; `income` follows `age`."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, n)
    columns = {
        "age": age,
        "income": 100 * age + rng.normal(0, 300, n),
        "town": rng.choice(["Riga", "Lund", "Graz"], n, p=[0.5, 0.3, 0.2]),
        "seen": np.array("2026-01-05", "datetime64[s]") + rng.integers(0, 200 * 86_400, n).astype("timedelta64[s]"),
        "note": [" ".join(rng.choice(["late", "paid", "new", "call", "again"], 4)) for _ in range(n)],
    }
    return pa.table(columns | {name: change(columns, rng) for name, change in changed.items()})


@pytest.fixture
def compare(tmp_path):
    def compared(then, now, **options):
        tables = []
        for name, rows in (("then", then), ("now", now)):
            pq.write_table(rows, tmp_path / f"{name}.parquet")
            tables.append(Parquet(tmp_path / f"{name}.parquet", name))
        return drift(*tables, **options)

    return compared


def moved(found):
    return [column.name for column in found.moved]


def test_tables_that_are_alike_stay_quiet(compare):
    alarms = [compare(people(2 * seed, 500), people(2 * seed + 1, 700)) for seed in range(20)]
    assert sum(bool(found.moved or found.small) for found in alarms) <= 3


def test_a_number_that_moved_is_told_with_its_size(compare):
    found = compare(people(1), people(2, age=lambda columns, rng: columns["age"] + 5))
    assert moved(found) == ["age"]
    assert found.moved[0].size == pytest.approx(0.2, abs=0.04)
    assert "of the values lie above" in found.moved[0].sentence


def test_a_new_name_is_told(compare):
    now = people(4, town=lambda columns, rng: np.where(rng.random(3_000) < 0.1, "Oslo", columns["town"]))
    found = compare(people(3), now)
    assert moved(found) == ["town"]
    assert (found.moved[0].aspect, found.moved[0].sentence[:4]) == ("new", "10 %")


def test_values_that_go_missing_are_told(compare):
    now = people(6, age=lambda columns, rng: np.where(rng.random(3_000) < 0.05, np.nan, columns["age"]))
    found = compare(people(5), now)
    assert moved(found) == ["age"]
    assert found.moved[0].aspect == "missing"


def test_a_relation_that_turned_round_is_told_though_no_column_moved(compare):
    turned = people(8, income=lambda columns, rng: 8_000 - 100 * columns["age"] + rng.normal(0, 300, 3_000))
    found = compare(people(7), turned)
    assert moved(found) == ["'age' with 'income'"]
    assert found.moved[0].aspect == "relation"


def test_words_that_texts_did_not_hold_before_are_told(compare):
    words = ["late", "refund", "angry", "call", "again"]
    now = people(10, note=lambda columns, rng: [" ".join(rng.choice(words, 4)) for _ in range(3_000)])
    assert "note" in moved(compare(people(9), now))


def test_a_difference_that_is_beyond_chance_and_small_is_told_as_small(compare):
    now = people(12, 60_000, age=lambda columns, rng: columns["age"] + 0.4)
    found = compare(people(11, 60_000), now, least=0.05)
    assert moved(found) == []
    assert [column.name for column in found.small] == ["age"]


def test_columns_that_came_and_went_are_named(compare):
    found = compare(people(1, 200), people(2, 200).rename_columns(["age", "income", "city", "seen", "note"]))
    assert (found.lost, found.new) == (("town",), ("city",))


def test_tables_without_a_common_column_are_refused(compare):
    with pytest.raises(TableError, match="has none of the 1 columns of then"):
        compare(pa.table({"a": [1]}), pa.table({"b": [1]}))


def test_a_table_without_rows_is_refused(compare):
    with pytest.raises(SourceEmpty, match="now holds no rows"):
        compare(pa.table({"a": [1]}), pa.table({"a": pa.array([], pa.int64())}))


def test_every_row_of_a_large_file_is_counted(compare, monkeypatch):
    monkeypatch.setattr("mlwright.data.compute.stretches.ROWS_AT_ONCE", 700)
    found = compare(people(1), people(2))
    age = next(column for column in found.columns if column.name == "age")
    assert (found.n_then, found.n_now) == (3_000, 3_000)
    assert sum(age.then) == pytest.approx(1.0)


def test_what_cannot_be_read_as_a_number_is_said_so(compare):
    months = pa.array([f"{age:.0f} months" for age in people(1)["age"].to_pylist()])
    now = people(1).set_column(0, "age", months)
    sentence = next(column.sentence for column in compare(people(0), now).columns if column.name == "age")
    assert sentence == "100 % of the values cannot be read as numbers; it was 0 %."


def test_tables_that_are_too_small_to_compare_are_not_called_alike(compare):
    found = compare(pa.table({"age": [1, 2], "town": ["Riga", "Lund"]}), pa.table({"age": [3], "town": ["Graz"]}))
    assert (verdict(found), headline(found)) == (
        "NOT COMPARED",
        "the tables hold too little to tell whether values have moved: give more rows.",
    )
    assert not found.is_alike


@pytest.fixture
def told(compare):
    """The verdict on some people beside others, who have been changed."""

    def verdict_on(**changed):
        now = people(2)
        for name, values in changed.items():
            now = now.drop_columns([name]) if name in now.column_names else now
            now = now if values is None else now.append_column(name, pa.array(values))
        found = compare(people(1), now)
        return verdict(found), headline(found), found.is_alike

    return verdict_on


def test_a_column_that_is_gone_is_part_of_the_verdict(told):
    assert told(town=None) == ("CHANGED", "town is gone. Nothing has moved beyond chance in 4 columns.", False)


def test_a_column_that_came_is_part_of_the_verdict(told):
    assert told(city=["Riga"] * 3_000)[:2] == (
        "CHANGED",
        "city is new. Nothing has moved beyond chance in 5 columns.",
    )


def test_a_column_of_another_type_is_part_of_the_verdict(told):
    said = told(age=[str(value) for value in people(2)["age"].to_pylist()])
    assert said[:2] == (
        "CHANGED",
        "age holds text and held numbers. Nothing has moved beyond chance in 5 columns.",
    )


def test_a_column_that_goes_by_another_name_is_recognised_by_its_values(told):
    said = told(town=None, city=people(2)["town"].to_pylist())
    assert said[1] == "town seems to be called city now. Nothing has moved beyond chance in 4 columns."


def test_whole_numbers_and_others_are_no_other_type(compare):
    rows = [pa.table({"n": pa.array(np.arange(3_000) % 40, kind)}) for kind in (pa.int64(), pa.float64())]
    assert compare(*rows).is_alike


def test_a_column_that_held_nothing_and_is_filled_now_has_moved(compare):
    before = people(1).set_column(0, "age", pa.nulls(3_000))
    found = compare(before, people(2))
    assert [column.sentence for column in found.moved] == ["0 % of the values are missing; it was 100 %."]


def test_keys_that_repeat_are_told(compare):
    keys = [
        pa.table({"id": pa.array([f"k{at:05}" for at in places])}) for places in (range(3_000), [*range(1_500)] * 2)
    ]
    found = compare(*keys)
    assert found.moved[0].sentence == "50 % of the values stand in another row too; it was 0 %."
    assert compare(keys[0], pa.table({"id": [f"m{at:05}" for at in range(500)]})).is_alike


def test_another_unit_is_named(compare):
    found = compare(people(1), people(2, age=lambda columns, rng: (columns["age"] / 2.54).round()))
    assert "They look divided by 2.54 (inches and centimetres)." in found.moved[0].sentence


def test_a_code_for_a_missing_value_is_named(compare):
    now = people(2, age=lambda columns, rng: np.where(rng.random(3_000) < 0.05, -999, columns["age"]))
    assert "Beyond lies most often -999." in compare(people(1), now).moved[0].sentence


def test_dates_that_moved_on_are_told_and_are_no_alarm(compare):
    later = people(2, seen=lambda columns, rng: columns["seen"] + np.timedelta64(365, "D"))
    found = compare(people(1), later)
    assert found.is_alike
    assert found.notes[0].startswith("seen lies 36")
    assert compare(people(1), people(2)).notes == ()


def test_few_rows_say_how_little_they_show(compare):
    assert headline(compare(people(1, 20_000), people(2, 50))).endswith(
        "Of so few rows a move of less than about 24 % of them would hardly be seen."
    )


def test_all_columns_of_a_wide_table_are_counted(compare):
    rows = [
        pa.table({f"c{at}": np.random.default_rng((seed, at)).normal(seed * (at == 7), 1, 500) for at in range(450)})
        for seed in (0, 1)
    ]
    found = compare(*rows)
    assert (moved(found), len(found.columns)) == (["c7"], 450)


@pytest.fixture
def unequal(tmp_path):
    """30,000 rows in a single row group, then 10,000 in a hundred; they say where they stand."""
    at = np.arange(40_000)
    table = pa.table({"at": at, "again": [None if place % 7 == 0 else f"row {place}" for place in at]})
    with pq.ParquetWriter(tmp_path / "unequal.parquet", table.schema) as file:
        file.write_table(table.slice(0, 30_000))
        file.write_table(table.slice(30_000), row_group_size=100)
    return tmp_path / "unequal.parquet"


def test_rows_are_drawn_from_all_over_a_table_by_chance_alone(unequal):
    at = drawn(unequal, ["at"], 4_000)["at"].to_numpy()
    counts = np.bincount(at // 800, minlength=50)
    assert len(np.unique(at)) == 4_000
    assert 0.001 < chi2.sf((((counts - 80) ** 2) / (80 * 0.9)).sum(), 49) < 0.999


def test_rows_are_drawn_whole_and_the_same_however_they_are_read(unequal, monkeypatch):
    first = drawn(unequal, ["at", "again"], 4_000)
    monkeypatch.setattr("mlwright.data.compute.stretches.ROWS_AT_ONCE", 1_700)
    assert drawn(unequal, ["at", "again"], 4_000).equals(first)
    assert first["again"].to_pylist() == [f"row {at}" if at % 7 else None for at in first["at"].to_pylist()]
    assert drawn(unequal, ["at"], 40_000)["at"].to_pylist() == list(range(40_000))


PEAK = """
import sys
import pyarrow as pa
from pathlib import Path
from mlwright.data.compute.stretches import drawn
assert len(drawn(Path(sys.argv[1]), ["a", "b"], 100)) == 100
print(pa.default_memory_pool().max_memory())
"""


@pytest.mark.parametrize("row_group_size", [50_000, 3_000_000])
def test_rows_are_drawn_in_memory_that_does_not_grow_with_the_table_or_its_row_groups(tmp_path, row_group_size):
    numbers = np.random.default_rng(0).random(3_000_000)
    pq.write_table(pa.table({"a": numbers, "b": numbers}), tmp_path / "large.parquet", row_group_size=row_group_size)
    done = subprocess.run([sys.executable, "-c", PEAK, tmp_path / "large.parquet"], capture_output=True, check=True)
    assert int(done.stdout) < numbers.nbytes / 2 * min(processors(), 2)


def test_names_in_dictionaries_of_their_own_are_drawn(compare):
    rows = [pa.table({"town": pa.array(towns * 20_000).dictionary_encode()}) for towns in (["Riga", "Lund"], ["Graz"])]
    found = compare(pa.concat_tables(rows), pa.concat_tables(rows[::-1]))
    assert (found.n_then, found.moved, found.small) == (60_000, (), ())

"""The figures of all columns, counted or estimated, are those of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.data.compute import aggregate
from mlwright.data.compute.aggregate import figures, figures_of, sample, top_values
from mlwright.data.compute.table import Table, open_parquet
from mlwright.records.profile import QUANTILE_LEVELS


def table_of(folder: Path, columns: dict[str, Sequence[Any] | pa.Array]) -> Table:
    pq.write_table(pa.table(columns), folder / "data.parquet")
    return open_parquet(folder / "data.parquet")


@pytest.fixture
def estimating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of more than 1,000 rows count as too large to be counted exactly."""
    monkeypatch.setattr(aggregate, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(aggregate, "WIDE_LEVELS", 500)


def test_figures_of_numbers_are_those_that_numpy_finds(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(3, 2, 500)
    known = figures(table_of(tmp_path, {"x": values}), {"x": ()})["x"]
    assert known.n == known.n_distinct == 500
    assert known.distinct_is_exact
    assert known.mean == pytest.approx(values.mean())
    assert known.std == pytest.approx(values.std(ddof=1))
    assert known.quantiles == pytest.approx(tuple(np.quantile(values, QUANTILE_LEVELS)))
    assert (known.minimum, known.maximum) == (values.min(), values.max())


def test_figures_in_memory_and_in_the_engine_agree(tmp_path: Path) -> None:
    values = np.array([1.5, 2.0, np.nan, 0.0, np.inf, -np.inf, 2.0])
    asked = figures(table_of(tmp_path, {"x": values}), {"x": ()})["x"]
    assert asked == figures_of(values)
    assert (asked.n, asked.n_infinite, asked.n_zero, asked.n_whole, asked.maximum) == (6, 2, 1, 3, 2.0)


@pytest.mark.parametrize("values", [[1e308, -1e308, 1e308], [np.inf, np.inf], [np.nan, np.nan], [5.0]])
def test_numbers_at_the_edge_break_nothing(tmp_path: Path, values: list[float]) -> None:
    known = figures(table_of(tmp_path, {"x": pa.array(values)}), {"x": ()})["x"]
    assert known.n == sum(not np.isnan(value) for value in values)


def test_missing_values_are_left_out(tmp_path: Path) -> None:
    columns = {"t": ["a", " ", None, "?", " a ", "\t"], "n": [1, -1, None, 3, -1, 5], "x": [0.5, 9.0, None, 9.0, 1, 2]}
    known = figures(table_of(tmp_path, columns), {"t": ("?",), "n": ("-1",), "x": ("9",)})
    assert [known[name].n for name in "tnx"] == [2, 3, 3]
    assert [known[name].n_distinct for name in "tnx"] == [1, 3, 3]
    assert (known["n"].minimum, known["x"].maximum) == (1.0, 2.0)
    assert (known["t"].length_mean, known["t"].length_max) == (1.0, 1.0)


def test_moments_count_in_seconds_since_1970_wherever_they_were_measured(tmp_path: Path) -> None:
    known = figures(
        table_of(
            tmp_path,
            {
                "day": [date(1970, 1, 2), None],
                "local": pa.array([datetime(1970, 1, 1, 1), None], pa.timestamp("ns")),
                "zoned": pa.array([datetime(1970, 1, 1, tzinfo=UTC), None], pa.timestamp("us", tz="Asia/Tokyo")),
            },
        ),
        {"day": (), "local": (), "zoned": ()},
    )
    assert [known[name].minimum for name in ("day", "local", "zoned")] == [86_400.0, 3_600.0, 0.0]


def test_columns_of_any_type_have_figures(tmp_path: Path) -> None:
    columns = {
        "flag": [True, None],
        "list": [[1], [2]],
        "bytes": [b"a", b"\xff"],
        "nothing": pa.nulls(2),
        "big": pa.array([2**64 - 1, 1], pa.uint64()),
        "coded": pa.array(["a", "b"]).dictionary_encode(),
    }
    table = table_of(tmp_path, columns)
    known = figures(table, dict.fromkeys(columns, ()))
    assert [known[name].n for name in columns] == [1, 2, 2, 0, 2, 2]
    assert top_values(table, dict.fromkeys(columns, 2))["flag"].values == (("true", 1),)


def test_the_most_frequent_values_come_first_and_spaces_around_them_do_not_count(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"t": ["b", " b", "a", "c", "c", "c", "", None], "x": [1.0] * 5 + [2.5, np.nan, None]})
    tops = top_values(table, {"t": 3, "x": 2})
    assert tops["t"].values == (("c", 3), ("b", 2), ("a", 1))
    assert tops["x"].values == (("1.0", 5), ("2.5", 1))


def test_wanted_words_are_listed_however_seldom(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"t": [f"v{row}" for row in range(999)] + ["?"]})
    assert ("?", 1) in top_values(table, {"t": 1_000}, wanted=("?",))["t"].values


@pytest.mark.usefixtures("estimating")
def test_distinct_values_of_large_tables_are_estimated_closely(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 10_000, 20_000)
    table = table_of(tmp_path, {"n": numbers, "t": [f"word {value}" for value in numbers], "few": numbers % 3})
    known = figures(table, {"n": (), "t": (), "few": ()})
    true = len(np.unique(numbers))
    assert not known["n"].distinct_is_exact
    assert known["n"].n_distinct == pytest.approx(true, rel=0.15)
    assert known["t"].n_distinct == pytest.approx(true, rel=0.15)
    assert known["few"].n_distinct == 3
    assert top_values(table, {"few": 3})["few"].n_distinct == 3


@pytest.mark.usefixtures("estimating")
def test_frequent_values_of_wide_columns_are_counted_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(10_000) < 0.1, -999, rng.integers(0, 1_000_000, 10_000))
    text = [f"v{value}" for value in values]
    text[7] = "?"
    table = table_of(tmp_path, {"n": values, "t": text})
    tops = top_values(table, {"n": 9_000, "t": 9_000}, wanted=("?",))
    assert tops["n"].values[0] == ("-999", int((values == -999).sum()))
    assert dict(tops["t"].values)["?"] == 1
    assert tops["n"].n_distinct is None


@pytest.mark.usefixtures("estimating")
def test_quantiles_of_large_tables_are_close(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    known = figures(table_of(tmp_path, {"x": values}), {"x": ()})["x"]
    assert known.quantiles == pytest.approx(tuple(np.quantile(values, QUANTILE_LEVELS)), abs=0.05)


def test_a_sample_is_in_order_and_the_same_every_time(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"n": list(range(30_000)), "t": ["x" * 2_000] * 30_000})
    some = sample(table, ["n", "t"])
    assert some.num_rows == pytest.approx(aggregate.N_SAMPLE, rel=0.1)
    assert some["n"].to_pylist() == sorted(some["n"].to_pylist())
    assert max(map(len, some["t"].to_pylist())) == aggregate.LONGEST_SHOWN
    assert some.equals(sample(table, ["n", "t"]))


def test_very_wide_tables_are_asked_in_lots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "COLUMNS_A_QUERY", 4)
    table = table_of(tmp_path, {f"c{place}": [place, place + 1] for place in range(10)})
    known = figures(table, dict.fromkeys(table.columns, ()))
    assert [known[f"c{place}"].minimum for place in range(10)] == list(range(10))
    assert top_values(table, dict.fromkeys(table.columns, 2))["c9"].values == (("10", 1), ("9", 1))


def test_names_of_columns_may_hold_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a b", 'say "hi"', "it's", "ünï", "select", "a.b;--"]
    table = table_of(tmp_path, {name: [1, 2] for name in names})
    assert list(figures(table, dict.fromkeys(names, ()))) == names
    monkeypatch.setattr(aggregate, "COLUMNS_A_QUERY", 2)
    assert [known.n for known in figures(table, dict.fromkeys(names, ())).values()] == [2] * 6

"""The figures of all columns, counted or estimated, are those of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.data.compute import aggregate, measure, questions
from mlwright.data.compute.aggregate import Aggregates
from mlwright.data.compute.figures import Figures, figures_of
from mlwright.data.compute.table import Table, open_parquet
from mlwright.records.profile import QUANTILE_LEVELS


def table_of(folder: Path, columns: dict[str, Sequence[Any] | pa.Array]) -> Table:
    pq.write_table(pa.table(columns), folder / "data.parquet")
    return open_parquet(folder / "data.parquet")


def figures(table: Table, codes: dict[str, Sequence[str]]) -> dict[str, Figures]:
    return Aggregates(table, codes).figures(codes)


@pytest.fixture
def estimating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of more than 1,000 rows count as too large to be counted exactly."""
    monkeypatch.setattr(aggregate, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(questions, "MOST_COUNTED", 100)
    monkeypatch.setattr(questions, "N_DRAWN", 5_000)
    monkeypatch.setattr(measure, "N_HASHED", 2_000)


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
    assert Aggregates(table, dict.fromkeys(columns, ())).top("flag") == (("true", 1),)


def test_the_most_frequent_values_come_first_and_spaces_around_them_do_not_count(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"t": ["b", " b", "a", "c", "c", "c", "", None], "x": [1.0] * 5 + [2.5, np.nan, None]})
    asked = Aggregates(table, {"t": (), "x": ()})
    assert asked.top("t") == (("c", 3), ("b", 2), ("a", 1))
    assert asked.top("x") == (("1", 5), ("2.5", 1))


def test_wanted_words_are_listed_however_seldom(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"t": [f"v{row}" for row in range(999)] + ["?"]})
    assert ("?", 1) in Aggregates(table, {"t": ()}).top("t", wanted=("?",))


@pytest.mark.usefixtures("estimating")
def test_distinct_values_of_large_tables_are_as_close_as_they_say(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).integers(0, 10_000, 20_000)
    table = table_of(tmp_path, {"n": numbers, "t": [f"word {value}" for value in numbers], "few": numbers % 3})
    known = figures(table, {"n": (), "t": (), "few": ()})
    true = len(np.unique(numbers))
    for name in ("n", "t"):
        assert 0 < known[name].distinct_error < 0.05
        assert known[name].n_distinct == pytest.approx(true, rel=3 * known[name].distinct_error)
    assert (known["few"].n_distinct, known["few"].distinct_error) == (3, 0.0)


@pytest.mark.usefixtures("estimating")
def test_columns_that_are_measured_while_rows_are_drawn_have_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    holed = np.where(rng.random(20_000) < 0.2, np.nan, rng.lognormal(0, 2, 20_000))
    columns = {
        "key": np.arange(20_000),
        "holed": holed,
        "endless": np.where(rng.random(20_000) < 0.01, np.inf, rng.normal(0, 1, 20_000)),
        "at": pa.array(rng.integers(0, 10**15, 20_000), pa.timestamp("us")),
        "text": [f"wörd {value}" if value % 5 else "?" for value in range(20_000)],
        "cyclic": np.arange(20_000) % 1_000,
    }
    codes: dict[str, tuple[str, ...]] = dict.fromkeys(columns, ()) | {"text": ("?",)}
    table = table_of(tmp_path, columns)
    at_once = Aggregates(table, codes)
    monkeypatch.setattr(aggregate, "N_FIRST", 1)
    apart = Aggregates(table, codes)
    for name in columns:
        assert repr(at_once.sample[name].to_pylist()) == repr(apart.sample[name].to_pylist())
        one, other = (asked.figures({name: codes[name]})[name] for asked in (at_once, apart))
        for field in fields(one):
            a, b = getattr(one, field.name), getattr(other, field.name)
            error = 5 * max(one.distinct_error, other.distinct_error) if "distinct" in field.name else 1e-9
            assert a == b or a == pytest.approx(b, rel=error, abs=0.05 if field.name == "distinct_error" else 1e-9)
    assert at_once.n_queries < apart.n_queries


@pytest.mark.usefixtures("estimating")
def test_first_rows_that_lie_far_from_all_others_cost_no_digits(tmp_path: Path) -> None:
    values = np.concatenate([np.arange(2_048) * 1e-6, 1e9 + np.random.default_rng(0).exponential(1.0, 200_000)])
    known = figures(table_of(tmp_path, {"x": values}), {"x": ()})["x"]
    away = values - values.mean()
    assert known.std == pytest.approx(away.std(ddof=1), rel=1e-9)
    assert known.skewness == pytest.approx((away**3).mean() / away.std() ** 3, rel=1e-6)


@pytest.mark.usefixtures("estimating")
def test_frequent_values_of_columns_of_very_many_are_counted_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(10_000) < 0.1, -999, rng.integers(0, 1_000_000, 10_000))
    text = [f"v{value}" for value in values]
    text[7] = "?"
    asked = Aggregates(table_of(tmp_path, {"n": values, "t": text}), {"n": (), "t": ()})
    asked.figures({"n": (), "t": ("?",)})
    assert asked.top("n")[0] == ("-999", int((values == -999).sum()))
    assert dict(asked.top("t", wanted=("?",)))["?"] == 1
    assert len(asked.top("n")) < 10


@pytest.mark.usefixtures("estimating")
def test_what_is_measured_is_what_numpy_finds(tmp_path: Path) -> None:
    values = np.random.default_rng(0).lognormal(size=20_000) + 1e6
    values[:3] = 0, -9, -9
    known = figures(table_of(tmp_path, {"x": values}), {"x": ("-9",)})["x"]
    rest = values[values != -9]
    assert (known.n, known.n_zero, known.n_infinite, known.n_whole) == (19_998, 1, 0, None)
    assert (known.minimum, known.maximum) == (rest.min(), rest.max())
    assert known.mean == pytest.approx(rest.mean(), rel=1e-12)
    assert known.std == pytest.approx(rest.std(ddof=1), rel=1e-9)
    exact = figures_of(rest)
    assert known.skewness == pytest.approx(exact.skewness, rel=1e-6)
    ranks = np.searchsorted(np.sort(rest), known.quantiles) / len(rest)
    assert np.abs(ranks - QUANTILE_LEVELS).max() <= known.quantile_error < 0.03


@pytest.mark.usefixtures("estimating")
def test_odd_numbers_do_not_spoil_the_rest(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    values[:6] = np.nan, np.inf, -np.inf, np.inf, 1e300, np.nan
    known = figures(table_of(tmp_path, {"x": values}), {"x": ()})["x"]
    assert (known.n, known.n_infinite) == (19_998, 4)
    assert known.mean == pytest.approx(values[6:].mean())
    assert known.maximum == values[6:].max()


@pytest.mark.usefixtures("estimating")
def test_words_for_missing_are_found_in_a_column_of_very_many_texts(tmp_path: Path) -> None:
    text = [f"note number {row}" for row in range(5_000)]
    text[:5] = ["?", " ? ", " " * 50, "", "NA"]
    known = figures(table_of(tmp_path, {"t": text}), {"t": ("?", "NA")})["t"]
    assert known.n == 4_995
    assert known.length_max == len("note number 4999")


@pytest.mark.usefixtures("estimating")
def test_a_column_that_looks_narrow_and_is_not_is_counted_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MOST_COUNTED", 1_000)
    values = np.where(np.arange(20_000) % 2 == 0, 0, np.arange(20_000))
    monkeypatch.setattr(questions, "N_DRAWN", 100)
    known = figures(table_of(tmp_path, {"n": values}), {"n": ()})["n"]
    assert known.n_distinct == pytest.approx(10_001, rel=4 * known.distinct_error)


def test_texts_that_are_long_are_told_apart_and_not_shown(tmp_path: Path) -> None:
    asked = Aggregates(table_of(tmp_path, {"t": ["x" * 2_000, "x" * 2_000, "x" * 2_000 + "y", "short"]}), {"t": ()})
    known = asked.figures({"t": ()})["t"]
    assert (known.n_distinct, known.length_max) == (3, 2_001)
    assert asked.top("t") == (("short", 1),)


@pytest.mark.usefixtures("estimating")
def test_a_sample_is_in_order_and_the_same_every_time(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"n": list(range(30_000)), "t": ["x" * 2_000] * 30_000})
    some, again = (Aggregates(table, {"n": (), "t": ()}).sample for _ in range(2))
    assert 4_000 <= len(some["n"]) <= questions.N_SAMPLE
    assert some["n"].to_pylist() == sorted(some["n"].to_pylist())
    assert max(map(len, some["t"].to_pylist())) <= measure.LONGEST_SHOWN
    assert some["n"].equals(again["n"])


@pytest.mark.parametrize("is_counted", [True, False])
def test_texts_of_plain_letters_are_told_from_others(
    is_counted: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not is_counted:
        request.getfixturevalue("estimating")
    plain = [f"road {place}" for place in range(3_000)]
    columns = {"plain": plain, "one": [*plain[1:], "Straße"], "long": [*plain[1:], "é" * 900], "n": range(3_000)}
    known = figures(
        table_of(tmp_path, {name: pa.array(list(each)) for name, each in columns.items()}), dict.fromkeys(columns, ())
    )
    assert {name: each.is_ascii for name, each in known.items()} == {
        "plain": True,
        "one": False,
        "long": False,
        "n": None,
    }


@pytest.mark.usefixtures("estimating")
def test_long_words_for_missing_are_found_among_many_texts(tmp_path: Path) -> None:
    texts = [*(f"n{place}" for place in range(3_000)), "not known to anybody", " not known to anybody", "não"]
    known = figures(table_of(tmp_path, {"t": texts}), {"t": ("not known to anybody", "não")})["t"]
    assert known.n == 3_000


def test_what_is_read_from_a_file_is_what_the_engine_counts(tmp_path):
    rng = np.random.default_rng(0)
    n, day = 300, np.datetime64("2020-01-01")
    table = pa.table(
        {
            "small": pa.array(rng.integers(-9, 9, n).astype(np.int8)),
            "large": pa.array(rng.integers(0, 2**63, n).astype(np.uint64) * 2),
            "fraction": pa.array([0.0, -0.0, np.nan, np.inf, None, *rng.normal(size=n - 5)]),
            "single": pa.array(rng.normal(size=n).astype(np.float32)),
            "money": pa.array([Decimal(int(x)) / 100 for x in rng.integers(0, 999, n)]),
            "flag": pa.array([None, *(rng.random(n - 1) < 0.5)]),
            "day": pa.array(day + rng.integers(0, 99, n)),
            "moment": pa.array((day + rng.integers(0, 99, n)).astype("datetime64[us]")),
            "abroad": pa.array((day + rng.integers(0, 99, n)).astype("datetime64[us]"), pa.timestamp("us", "UTC")),
            "name": pa.array([None, "", " a ", "größe", *rng.choice(["b", "c"], n - 4)]),
            "coded": pa.array(rng.choice(["b", "c"], n)).dictionary_encode(),
            "remark": pa.array(["x" * length for length in rng.integers(400, 600, n)]),
        }
    )
    file = tmp_path / "rows.parquet"
    pq.write_table(table, file)
    names = dict.fromkeys(table.column_names, ())
    stored, asked = Aggregates(open_parquet(file), names), Aggregates(open_parquet(file, list(names)), names)
    assert stored.figures(names) == asked.figures(names)
    for name in names:
        assert stored.top(name) == asked.top(name)
        assert stored.sample[name].type == asked.sample[name].type
        assert repr(stored.sample[name].to_pylist()) == repr(asked.sample[name].to_pylist())

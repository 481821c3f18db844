"""Profiles of the parts of a table become that of the whole: exactly, or within the error that they state."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.core.errors import SourceUnreadable, TableError
from mlwright.data.compute.hashing import hashes_of_numbers, hashes_of_texts
from mlwright.data.portable import read_portable
from mlwright.data.portable.merging import merged
from mlwright.records.portable import PortableProfile
from mlwright.scoring.moments import DatePattern

N = 30_000


def orders() -> pa.Table:
    rng = np.random.default_rng(0)
    start = datetime(2024, 1, 1)
    minutes = np.sort(rng.integers(0, 60 * 24 * 300, N))
    minutes += np.where(minutes > 60 * 24 * 150, 60 * 24 * 20, 0)
    return pa.table(
        {
            "price": pa.array(np.where(rng.random(N) < 0.1, np.nan, rng.gamma(2, 30, N)), from_pandas=True),
            "qty": rng.integers(0, 9, N),
            "customer": rng.integers(0, 10**6, N),
            "town": rng.choice(["Oslo", "Rome", "Bonn", "?"], N, p=[0.5, 0.3, 0.15, 0.05]),
            "code": [f"AB-{place % 9000:04d}" for place in range(N)],
            "at": pa.array([start + timedelta(minutes=int(each)) for each in minutes], pa.timestamp("us")),
            "paid": rng.random(N) < 0.7,
        }
    )


def profile_of(rows: pa.Table, folder: Path) -> PortableProfile:
    folder.mkdir()
    pq.write_table(rows, folder / "rows.parquet")
    project = Project.create(folder / "look", {"project": {"task": "none"}, "collect": {"source": "../rows.parquet"}})
    project.run(until="profile")
    return project.portable_profile()


@pytest.fixture(scope="module")
def parts_and_whole(tmp_path_factory) -> tuple[list[PortableProfile], PortableProfile]:
    folder, rows = tmp_path_factory.mktemp("parts"), orders()
    cuts = [rows.slice(0, 5_000), rows.slice(5_000, 12_000), rows.slice(17_000)]
    return [profile_of(part, folder / f"{k}") for k, part in enumerate(cuts)], profile_of(rows, folder / "whole")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_parts_merge_to_what_the_whole_gives(parts_and_whole, order) -> None:
    parts, whole = parts_and_whole
    both = reduce(merged, [parts[place] for place in order])
    assert both.n_rows == N
    for own, true in zip(both.columns, whole.columns, strict=True):
        for figure in ("name", "kind", "n_missing", "minimum", "maximum", "n_zero", "missing_codes", "length_max"):
            assert getattr(own, figure) == getattr(true, figure), (own.name, figure)
        for figure in ("mean", "std", "skewness", "length_mean"):
            expected = getattr(true, figure)
            near = expected if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-6)
            assert getattr(own, figure) == near, (own.name, figure)
        assert abs(own.n_distinct / true.n_distinct - 1) <= 3 * own.distinct_error
        assert own.distinct_is_exact == (true.n_distinct <= 4_096)
    for own, true in zip(both.sketches, whole.sketches, strict=True):
        assert (own.hashes, own.limit) == (true.hashes, true.limit)
    values = np.sort(orders()["price"].drop_null().to_numpy())
    price = both.columns[0]
    ranks = np.searchsorted(values, price.quantiles) / len(values)
    assert np.abs(ranks - [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).max() < price.quantile_error < 0.022
    assert both.columns[3].top == whole.columns[3].top


def test_patterns_and_gaps_are_those_of_the_whole(parts_and_whole) -> None:
    parts, whole = parts_and_whole
    both = reduce(merged, parts)
    assert both.columns[4].patterns == whole.columns[4].patterns
    (gap,) = both.columns[5].gaps
    (true,) = whole.columns[5].gaps
    assert abs(gap.after - true.after) < 86_400
    assert abs(gap.until - true.until) < 86_400
    assert gap.share_at_most > 0


def test_a_column_that_a_part_lacks_is_missing_there(parts_and_whole) -> None:
    (a, b, _), _ = parts_and_whole
    less = b.model_copy(update={"columns": b.columns[1:], "sketches": b.sketches[1:]})
    both = merged(a, less)
    assert both.columns[0].n_missing == a.columns[0].n_missing + b.n_rows


def test_numbers_and_text_do_not_merge(parts_and_whole, tmp_path) -> None:
    (a, *_), _ = parts_and_whole
    other = profile_of(pa.table({"qty": ["few", "many", "some"] * 20}), tmp_path / "other")
    with pytest.raises(TableError, match=r"'qty' holds numbers in .* and texts in"):
        merged(a, other)


def test_a_file_of_another_version_or_a_damaged_one_is_told(parts_and_whole, tmp_path) -> None:
    (a, *_), _ = parts_and_whole
    file = tmp_path / "a.profile.json"
    file.write_text(a.model_dump_json())
    assert read_portable(file) == a
    content = json.loads(a.model_dump_json())
    for text, says in (
        (json.dumps(content | {"schema_version": 0}), "no profile of schema 1, which this version reads: it says 0"),
        (json.dumps([1]), "it says None"),
        (a.model_dump_json()[:200], "cannot be read as a profile"),
        (json.dumps(content | {"n_rows": "many"}), "cannot be read as a profile"),
    ):
        file.write_text(text)
        with pytest.raises(SourceUnreadable, match=says) as caught:
            read_portable(file)
        assert caught.value.hint


def test_hashes_stay_what_they_are_and_spread_evenly() -> None:
    assert hashes_of_texts(pa.array(["Oslo", "Köln"])).tolist() == [8531608479240808649, 5189766832892375091]
    assert hashes_of_numbers(np.array([1.5, -0.0])).tolist() == [15481881892811333770, 16294208416658607535]
    texts = hashes_of_texts(pa.array([f"note {place}" for place in range(100_000)]))
    assert len(np.unique(texts)) == 100_000
    shares = np.bincount((texts >> np.uint64(60)).astype(np.int64), minlength=16) / 100_000
    assert np.abs(shares - 1 / 16).max() < 0.004


def born(first: int, last: int, seed: int) -> pa.Table:
    days = np.random.default_rng(seed).integers(0, (last - first) * 365, 400)
    texts = [(datetime(first, 1, 1) + timedelta(days=int(day))).strftime("%d/%m/%y") for day in days]
    return pa.table({"born": texts, "paid": np.arange(400.0)})


def test_years_of_two_digits_that_parts_read_in_different_centuries_keep_their_pattern(tmp_path):
    old = profile_of(born(1932, 1968, 1), tmp_path / "old")
    new = profile_of(born(2004, 2019, 2), tmp_path / "new")
    formats = {part.columns[0].date_format for part in (old, new)}
    assert len(formats) == 2
    both = merged(old, new).columns[0]
    assert both.date_format is not None
    pattern = DatePattern.of(both.date_format)
    assert pattern.pattern == "%d/%m/%y"
    assert [pattern.read(day).year for day in ("01/02/40", "01/02/15")] == [1940, 2015]

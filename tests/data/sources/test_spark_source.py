"""A real Spark session of this machine, where PySpark and Java are installed."""

from __future__ import annotations

import os
import shutil
import socket
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SourceMissing, SourceRefused, SourceUnreadable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.check import ask
from mlwright.data.collect import collect
from mlwright.data.compute.table import open_split
from mlwright.data.profile import profile
from mlwright.data.sources import source_for
from mlwright.data.split import split
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings, SplitSettings

pytestmark = pytest.mark.spark
N = 6_000


@pytest.fixture
def spark() -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("java is not installed")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A folder of two parts; one column is constant, one has gaps, one gives the target away."""
    rng = np.random.default_rng(0)
    y = rng.random(N) < 0.3
    table = pa.table(
        {
            "Order Id": np.arange(N),
            "qty": pa.array([None if row % 10 == 0 else row % 7 for row in range(N)], pa.int32()),
            "home": [{"city": f"town {row % 5}", "zip": row % 90} for row in range(N)],
            "price": pa.array([Decimal(row) / 100 for row in range(N)], pa.decimal128(18, 2)),
            "same": ["one"] * N,
            "photo": pa.array([b"\x00\xff"] * N),
            "y": np.where(y, "yes", "no"),
        }
    )
    (tmp_path / "sales").mkdir()
    for place in range(2):
        pq.write_table(table.slice(place * N // 2, N // 2), tmp_path / "sales" / f"part-{place}.parquet")
    return tmp_path / "sales"


@pytest.mark.usefixtures("spark")
def test_all_rows_are_looked_at_in_spark_and_a_sample_is_fetched(sales: Path, tmp_path: Path) -> None:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    settings = CollectSettings(source=f"spark:{sales}", sample_rows=1_000)
    snapshot = collect(settings, run)
    assert 850 < snapshot.n_rows < 1_150
    assert snapshot.n_rows_there == N
    assert snapshot.column_names == ("Order Id", "qty", "home.city", "home.zip", "price", "same", "y")
    assert snapshot.notices == ("Columns of raw bytes were left out: photo.",)
    assert collect(settings, run).blob == snapshot.blob
    known = profile(snapshot, ProjectSettings(target="y"), settings, ProfileSettings(), CleanSettings(), run)
    there = known.of_all_rows
    assert there.n_rows == N
    assert there.column("Order Id").maximum == N - 1
    assert there.column("qty").n_missing == N // 10
    assert there.column("home.city").top[0].count == N // 5
    assert there.column("price").mean == pytest.approx((N - 1) / 200)
    looked = open_split(snapshot, split(snapshot, known, SplitSettings(), run), known, run)
    (constant,) = ask("constant_columns", looked, known).findings
    assert "sample" not in constant.sentence


@pytest.mark.usefixtures("spark")
def test_a_table_of_the_catalog_a_select_and_odd_types_are_read(read, tmp_path: Path) -> None:
    result = read(
        "spark:",
        query="select id, interval '1 day 2 hours' gap, map('a', 1) m, float('nan') f, 1 as Id, array(1, 2) l, "
        "timestamp '2024-01-01 10:00:00' at, cast(null as int) none from range(3)",
    )
    assert result.types == {
        "id": "int64",
        "gap": "double",
        "m": "string",
        "f": "double",
        "Id_2": "int64",
        "l": "string",
        "at": "timestamp[us]",
        "none": "int64",
    }
    assert result.rows[0][1:6] == (93_600.0, '{"a":1}', None, 1, "[1,2]")


@pytest.mark.usefixtures("spark")
def test_what_is_wrong_is_told_in_one_sentence(tmp_path: Path, sales: Path) -> None:
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "a.parquet").write_bytes((sales / "part-0.parquet").read_bytes()[:5_000])
    for source, query, kind, says in (
        (f"spark:{tmp_path}/nosuch", None, SourceMissing, "Path does not exist"),
        (f"spark:{tmp_path}/cut", None, SourceUnreadable, "is not a Parquet file"),
        ("spark:", "nosuch", SourceMissing, "The table or view `nosuch` cannot be found"),
        ("spark:", "select nosuch from range(3)", SourceMissing, "`nosuch` cannot be resolved"),
        ("spark:", "select 1 / 0 as x from range(3)", SourceUnreadable, "Division by zero"),
        ("spark:", None, SourceRefused, "names no table"),
        (f"spark:{sales}", "select 1", SourceRefused, "read as a whole"),
        ("spark:", "drop table x", SourceRefused, "begins with DROP"),
    ):
        settings = CollectSettings(source=source, query=query)
        with pytest.raises(kind, match=says) as caught:
            source_for(settings)[1](settings).read()
        assert "\n" not in caught.value.message
        assert caught.value.hint


@pytest.mark.usefixtures("spark")
def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    settings = CollectSettings(source=f"sc://127.0.0.1:{free}", query="sales")
    with pytest.raises(SourceMissing, match="does not answer"):
        source_for(settings)[1](settings).read()


@pytest.mark.usefixtures("spark")
def test_a_token_is_named_and_never_written() -> None:
    for source, says in (
        ("sc://h/;token=abc", r"written into it: sc://h/;token=\*\*\*"),
        ("sc://h/;token=env:NO", "NO"),
    ):
        settings = CollectSettings(source=source, query="sales")
        with pytest.raises(SourceRefused, match=says) as caught:
            source_for(settings)[1](settings).read()
        assert "abc" not in str(caught.value)

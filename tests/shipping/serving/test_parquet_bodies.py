"""Rows that come as a Parquet file are answered as those in JSON, and a file that would fill the memory is refused."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PARQUET = "application/vnd.apache.parquet"


def as_parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def ask(client: FlaskClient, body: bytes) -> Any:
    return client.post("/invocations", data=body, content_type=PARQUET)


def test_it_is_answered_as_the_same_rows_in_json(client: FlaskClient, row: dict[str, Any]) -> None:
    rows = [row, row | {"tenure": 60, "remarks": "a text"}, row | {"tenure": None}]
    wanted = client.post("/invocations", json={"dataframe_records": rows}).json
    assert ask(client, as_parquet(pa.Table.from_pylist(rows))).json == wanted


def test_a_frame_of_pandas_keeps_its_index_for_itself(client: FlaskClient, row: dict[str, Any]) -> None:
    file = io.BytesIO()
    pd.DataFrame([row, row], index=["a", "b"]).to_parquet(file)
    assert len(ask(client, file.getvalue()).json["predictions"]) == 2


def test_a_small_file_that_would_unfold_to_much_is_refused(client: FlaskClient, row: dict[str, Any]) -> None:
    bomb = pa.table({"remarks": pa.array(["x" * 1_000_000] * 300)})
    file = io.BytesIO()
    pq.write_table(bomb, file, compression="zstd", use_dictionary=False)
    assert len(file.getvalue()) < 1_000_000
    reply = ask(client, file.getvalue())
    assert reply.status_code == 400
    assert "would unfold to 1 columns" in reply.json["message"]


def test_too_many_rows_are_refused_before_they_are_read(client: FlaskClient) -> None:
    reply = ask(client, as_parquet(pa.table({"tenure": np.zeros(10_001)})))
    assert reply.status_code == 413


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_is_no_parquet_is_refused(client: FlaskClient, row: dict[str, Any], data: st.DataObject) -> None:
    whole = bytearray(as_parquet(pa.Table.from_pylist([row] * 3)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert ask(client, bytes(whole[: data.draw(st.integers(0, len(whole)))])).status_code in (200, 400, 413, 422)

"""Callers send whole rows of the table that the model learned from: what it does not use is ignored and counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from mlwright.records.contract import Clause, Contract
from mlwright.records.served import PREDICTIONS
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of
from mlwright.testing.platforms import as_csv, columns, tensors, values

from .conftest import INPUTS

MORE = {"customer": "7590-VHVEG", "churned": "Yes"}


@pytest.fixture
def whole(write_bundle: Callable[..., Path]) -> Bundle:
    """Learned from a table that also had an id and the target."""
    key = Clause(name="customer", kind="id", type="string", part="other", required=False, optional=True)
    target = Clause(name="churned", kind="category", type="string", part="target", required=False, optional=False)
    contract = Contract(n_rows=100, columns=(key, *INPUTS, target))
    return Bundle.load(write_bundle(contract=contract))


@pytest.fixture
def client(whole: Bundle) -> FlaskClient:
    return create_app(whole).test_client()


def test_the_id_and_the_target_are_ignored_and_counted(client: FlaskClient, row: dict[str, Any]) -> None:
    alone, more = client.post("/predict", json=row), client.post("/predict", json=MORE | row)
    assert (more.status_code, more.json) == (200, alone.json)
    many = client.post("/predict", json=[row, row | MORE, row | {"customer": {"any": ["thing"]}}])
    assert many.json == client.post("/predict", json=[row] * 3).json
    metrics = client.get("/metrics").text
    assert 'mlwright_ignored_columns_total{column="customer"} 3' in metrics
    assert 'mlwright_ignored_columns_total{column="churned"} 2' in metrics


def test_a_field_that_the_table_never_had_is_refused(client: FlaskClient, row: dict[str, Any]) -> None:
    error = client.post("/predict", json=row | MORE | {"basket": 3}).json["error"]
    assert (error["code"], error["field"]) == ("unknown_field", "basket")
    assert "'basket', which the model does not know" in error["message"]
    renamed = {**MORE, **row, "tenur": row["tenure"]}
    del renamed["tenure"]
    assert client.post("/predict", json=renamed).json["error"]["hint"] == "Did you mean 'tenure'?"


def test_a_row_that_lacks_an_input_is_refused_whatever_came_along(client: FlaskClient, row: dict[str, Any]) -> None:
    short = {name: value for name, value in row.items() if name != "charges"}
    assert client.post("/predict", json=short | {"customer": "a"}).json["error"]["field"] == "charges"


def questions(bundle: Bundle, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, bytes]]:
    split = {"columns": list(rows[0]), "data": values(rows)}
    for content in ({"dataframe_split": split}, {"dataframe_records": rows}, {"inputs": columns(rows)}):
        yield "/invocations", "application/json", json.dumps(content).encode()
    yield "/invocations", "text/csv", as_csv(rows, header=True).encode()
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    yield "/invocations", "application/vnd.apache.parquet", sink.getvalue().to_pybytes()
    yield "/v1/models/churn:predict", "application/json", json.dumps({"instances": rows}).encode()
    yield "/v2/models/churn/infer", "application/json", json.dumps({"inputs": tensors(bundle.inputs, rows)}).encode()


def test_every_platform_may_send_whole_rows(whole: Bundle, client: FlaskClient, row: dict[str, Any]) -> None:
    rows = [MORE | row, MORE | row | {"tenure": 2}]
    alone = [{name: one[name] for name in row} for one in rows]
    asked = zip(questions(whole, rows), questions(whole, alone), strict=True)
    for (path, kind, more), (_, _, less) in asked:
        replies = [client.post(path, data=body, content_type=kind) for body in (more, less)]
        assert [reply.status_code for reply in replies] == [200, 200], (path, kind, replies[0].text)
        assert replies[0].data == replies[1].data


def test_a_header_of_csv_that_lacks_an_input_is_told_so(client: FlaskClient, row: dict[str, Any]) -> None:
    short = {name: value for name, value in (MORE | row).items() if name != "signup"}
    reply = client.post("/invocations", data=as_csv([short], header=True), content_type="text/csv")
    assert reply.status_code == 422
    assert "lacks 'signup'" in reply.json["message"]


def test_what_is_ignored_is_not_kept_either(whole: Bundle, row: dict[str, Any], tmp_path: Path) -> None:
    app = create_app(whole, ServeSettings(log=LogSettings(folder=str(tmp_path / "log"))))
    assert app.test_client().post("/predict", json=MORE | row).status_code == 200
    service_of(app).close()
    (segment,) = (tmp_path / "log" / PREDICTIONS).glob("*.parquet")
    assert not set(MORE) & set(pq.read_table(segment).column_names)
    assert "7590" not in str(pq.read_table(segment).to_pylist())


def test_the_description_names_them(client: FlaskClient) -> None:
    record = client.get("/openapi.json").json["components"]["schemas"]["Record"]
    assert "ignored" in record["properties"]["customer"]["description"]
    assert not set(MORE) & set(record["required"])

"""One service speaks to every platform, and tells all of them the same."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.protocols import PROTOCOLS
from mlwright.testing import platforms
from mlwright.testing.platforms import questions, single_questions, values

from .conftest import INPUTS

Rows = list[dict[str, Any]]
JSON = "application/json"


@pytest.fixture
def rows(row: dict[str, Any]) -> Rows:
    """Rows with different answers, missing values and a name that training has not seen."""
    return [
        row | {"tenure": 3},
        row | {"tenure": 60, "contract": "Three year"},
        dict.fromkeys(row) | {"tenure": 29.5},
        row | {"charges": None, "remarks": 'a "price", and more\nlines'},
    ]


def tensors(rows: Rows) -> list[dict[str, Any]]:
    return platforms.tensors(INPUTS, rows)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_one_question_gets_one_answer_in_all_forms(
    write_bundle: Callable[..., Path], rows: Rows, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vertex = f"/{uuid.uuid4().hex}/p:predict"
    monkeypatch.setenv("AIP_PREDICT_ROUTE", vertex)
    bundle = Bundle.load(write_bundle(task))
    client = create_app(bundle).test_client()
    for asked in (questions(bundle, rows, vertex), *(single_questions(bundle, one, vertex) for one in rows)):
        replies = [client.post(one.path, data=one.body, content_type=one.content_type) for one in asked]
        assert [(one[:3], got.text) for one, got in zip(asked, replies, strict=True) if got.status_code != 200] == []
        told = [(one[:3], one.read(got.data)) for one, got in zip(asked, replies, strict=True)]
        assert told == [(one, told[0][1]) for one, _ in told]


ACCEPTED = [
    (JSON, JSON),
    ("text/csv", "text/csv"),
    ("application/jsonlines", "application/jsonlines"),
    ("text/csv;q=0.5, application/json", JSON),
    ("text/csv;q=0.9, */*;q=0.1", "text/csv"),
]


@pytest.mark.parametrize("accept", ["", "*/*", "image/png", *ACCEPTED])
def test_invocations_are_answered_in_the_form_that_is_accepted(
    write_bundle: Callable[..., Path], rows: Rows, accept: str | tuple[str, str]
) -> None:
    """The contract of SageMaker calls it what is desired: what cannot be had is answered as ever."""
    bundle = Bundle.load(write_bundle("binary"))
    client = create_app(bundle).test_client()
    said, form = accept if isinstance(accept, tuple) else (accept, None)
    expected = [str(value) for value in bundle.predict(rows).tolist()]
    for one in questions(bundle, rows, "/unused"):
        if one.path != "/invocations":
            continue
        as_ever = client.post(one.path, data=one.body, content_type=one.content_type)
        got = client.post(one.path, data=one.body, content_type=one.content_type, headers={"Accept": said})
        if form is None:
            assert (got.status_code, got.data, got.mimetype) == (200, as_ever.data, as_ever.mimetype)
        else:
            assert (got.status_code, got.mimetype) == (200, form)
            assert read_form(form, got.text) == expected


def read_form(form: str, text: str) -> list[str]:
    if form == JSON:
        return [str(one) for one in json.loads(text)["predictions"]]
    if form == "text/csv":
        return text.splitlines()
    return [str(json.loads(line)["prediction"]) for line in text.splitlines()]


def test_one_server_tells_every_platform_the_same(
    write_bundle: Callable[..., Path],
    start: Callable[..., Any],
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vertex, health = f"/{uuid.uuid4().hex}/p:predict", f"/{uuid.uuid4().hex}"
    monkeypatch.setenv("AIP_PREDICT_ROUTE", vertex)
    monkeypatch.setenv("AIP_HEALTH_ROUTE", health)
    folder = write_bundle()
    bundle = Bundle.load(folder)
    wanted = bundle.predict(rows).tolist()
    assert len(set(wanted)) == 2
    connection = start(folder).connect()
    for question in questions(bundle, rows, vertex):
        connection.request("POST", question.path, question.body, {"Content-Type": question.content_type})
        reply = connection.getresponse()
        answer = reply.read()
        assert reply.status == 200, (question, answer)
        assert question.read(answer) == wanted, (question, answer)
    for path in platforms.health_paths(bundle, health):
        connection.request("GET", path)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200, path


def test_every_protocol_says_for_whom_it_is_and_its_paths_answer(client: FlaskClient, bundle: Bundle) -> None:
    for _, kind in PROTOCOLS:
        assert kind.title
    for path in ("/invocations", "/score", f"/v1/models/{bundle.name}:predict", f"/v2/models/{bundle.name}/infer"):
        assert client.get(path).status_code == 405
        assert client.get(path).headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/invocations", "/v1/models/churn:predict"])
def test_probabilities_come_where_they_are_asked_for(client: FlaskClient, rows: Rows, path: str) -> None:
    key = "params" if path == "/invocations" else "parameters"
    found = client.post(path, json={"instances": rows, key: {"probabilities": True}}).json["predictions"]
    assert found == client.post("/predict", json=rows).json["predictions"]


ASKING = {
    "/invocations": lambda rows, wanted: {"dataframe_records": rows, "params": wanted},
    "/v1/models/churn:predict": lambda rows, wanted: {"instances": rows, "parameters": wanted},
    "/score": lambda rows, wanted: {"input_data": rows, "params": wanted},
}


@pytest.mark.parametrize("path", ASKING)
def test_platforms_are_told_how_far_off_and_why_if_they_ask(
    client: FlaskClient, bundle: Bundle, rows: Rows, path: str
) -> None:
    told = client.post("/predict?level=0.9&reasons=2&change=1", json={"records": rows}).json["predictions"]
    asked = ASKING[path](rows, {"level": 0.9, "reasons": 2, "change": True})
    assert client.post(path, json=asked).json["predictions"] == told
    assert {"possible", "reasons", "change"} <= told[0].keys()
    plain = client.post(path, json=ASKING[path](rows, {"reasons": 0, "change": False, "level": None})).json
    assert plain == client.post(path, json=ASKING[path](rows, {})).json
    for wrong in ({"level": 0.123}, {"reasons": [1]}, {"change": {"a": 1}}, {"reasons": -1}, {"level": "much"}):
        assert client.post(path, json=ASKING[path](rows, wrong)).status_code == 400


def test_tensors_come_back_with_the_probabilities_and_the_id(client: FlaskClient, bundle: Bundle, rows: Rows) -> None:
    body = {"id": "42", "inputs": tensors(rows)}
    reply = client.post("/v2/models/churn/infer", json=body).json
    assert (reply["id"], reply["model_name"], reply["model_version"]) == ("42", "churn", bundle.bundle_id)
    assert [one["shape"] for one in reply["outputs"]] == [[4], [4, 2]]
    assert reply["outputs"][1]["data"] == bundle.predict_proba(rows).ravel().tolist()
    only = client.post("/v2/models/churn/infer", json=body | {"outputs": [{"name": "probabilities"}]}).json
    assert [one["name"] for one in only["outputs"]] == ["probabilities"]


def test_of_one_tensor_for_one_input_the_others_are_missed(client: FlaskClient) -> None:
    body = {"inputs": [{"name": "tenure", "shape": [1], "datatype": "FP64", "data": [30]}]}
    reply = client.post("/v2/models/churn/infer", json=body)
    assert (reply.status_code, "lacks 'charges'" in reply.json["error"]) == (422, True)


@pytest.mark.parametrize("path", ["/ping", "/version", "/v2/health/ready", "/v1/models/churn", "/swagger.json"])
def test_who_answers_get_answers_head(client: FlaskClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code == 200
    refused = client.put(path)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


def test_a_model_of_another_name_is_told_where_its_name_is(client: FlaskClient) -> None:
    for path in ("/v1/models/nobody:predict", "/v2/models/nobody/infer"):
        reply = client.post(path, json={})
        assert (reply.status_code, reply.json["error"]["hint"]) == (404, "GET /v1/models tells the name of the model.")


def test_one_tensor_may_hold_all_inputs(client: FlaskClient, bundle: Bundle, rows: Rows) -> None:
    for data in (values(rows), [value for row in values(rows) for value in row]):
        tensor = {"name": "rows", "shape": [4, 6], "datatype": "BYTES", "data": data}
        reply = client.post("/v2/models/churn/infer", json={"inputs": [tensor]}).json
        assert reply["outputs"][0]["data"] == bundle.predict(rows).tolist()


def test_metadata_name_every_input(client: FlaskClient, row: dict[str, Any]) -> None:
    told = client.get("/v2/models/churn").json
    assert {one["name"]: one["datatype"] for one in told["inputs"]} == {
        name: "FP64" if name in ("tenure", "charges") else "BYTES" for name in row
    }
    assert [one["name"] for one in told["outputs"]] == ["prediction", "probabilities"]


def test_a_model_of_numbers_has_no_probabilities(write_bundle: Callable[..., Path], rows: Rows) -> None:
    client = create_app(Bundle.load(write_bundle("regression"))).test_client()
    outputs = client.post("/v2/models/churn/infer", json={"inputs": tensors(rows)}).json["outputs"]
    assert [(one["name"], one["datatype"]) for one in outputs] == [("prediction", "FP64")]


BAD: Sequence[tuple[str, str, Any]] = [
    ("/invocations", JSON, {"dataframe_split": {"columns": ["tenure"], "data": [[1, 2]]}}),
    ("/invocations", JSON, {"dataframe_split": {"columns": ["tenure", "tenure"], "data": [[1, 2]]}}),
    ("/invocations", JSON, {"dataframe_split": 3}),
    ("/invocations", JSON, {"dataframe_records": [], "inputs": []}),
    ("/invocations", JSON, {"inputs": {"tenure": [1, 2], "charges": [1]}}),
    ("/invocations", JSON, '{"instances": ' + "[" * 900 + "]" * 900 + "}"),
    ("/invocations", JSON, '{"instances": [], "instances": []}'),
    ("/invocations", "text/csv", b"\xff\xfe"),
    ("/invocations", "text/csv", 'a,"b'),
    ("/invocations", "text/csv", "1,2\n"),
    ("/invocations", "application/jsonlines", "{\n}"),
    ("/invocations", "text/plain", "1"),
    ("/score", JSON, {"instances": []}),
    ("/score", JSON, [1]),
    ("/v1/models/churn:predict", JSON, {"instances": 3}),
    ("/v1/models/churn:predict", JSON, {"instances": [3]}),
    ("/v2/models/churn/infer", JSON, {"inputs": [{"name": "tenure"}]}),
    ("/v2/models/churn/infer", JSON, {"inputs": [{"name": "a", "shape": [2], "datatype": "FP64", "data": [1]}]}),
    ("/v2/models/churn/infer", JSON, {"inputs": [{"name": "a", "shape": [-1], "datatype": "FP64", "data": []}]}),
    ("/v2/models/churn/infer", JSON, {"inputs": [{"name": "a", "shape": "x", "datatype": "FP64", "data": 3}]}),
]


@pytest.mark.parametrize(("path", "content_type", "body"), BAD)
def test_what_cannot_be_read_is_refused_in_words(client: FlaskClient, path: str, content_type: str, body: Any) -> None:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    reply = client.post(path, data=sent, content_type=content_type)
    assert 400 <= reply.status_code < 500
    assert reply.json.keys() & {"error", "message"}


def test_every_platform_gets_errors_in_its_own_form(client: FlaskClient, row: dict[str, Any]) -> None:
    bad = row | {"tenure": True}
    mlflow = client.post("/invocations", json={"dataframe_records": [bad]})
    assert (mlflow.status_code, mlflow.json["error_code"]) == (422, "BAD_REQUEST")
    kserve = client.post("/v1/models/churn:predict", json={"instances": [bad]})
    assert kserve.json["error"].startswith("Field 'tenure' of record 0 must be a number")


def test_too_many_rows_are_refused_in_every_layout(bundle: Bundle, rows: Rows) -> None:
    from mlwright.records.settings.serving import ServeSettings

    client = create_app(bundle, ServeSettings(max_records=3)).test_client()
    for question in questions(bundle, rows, vertex="/score"):
        if question.platform != "vertex":
            reply = client.post(question.path, data=question.body, content_type=question.content_type)
            assert reply.status_code == 413, question


POSTS = ("/predict", "/invocations", "/score", "/v1/models/churn:predict", "/v2/models/churn/infer", "/feedback")
TYPES = (JSON, "text/csv", "application/jsonlines", "application/x-www-form-urlencoded")
KEYS = (
    "inputs",
    "instances",
    "dataframe_split",
    "dataframe_records",
    "input_data",
    "data",
    "params",
    "columns",
    "name",
)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
names = st.sampled_from([*KEYS, "shape", "datatype", "tenure", "id", "outcome"])
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=4), inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(POSTS),
    content_type=st.sampled_from(TYPES),
    body=trees.map(lambda tree: json.dumps(tree).encode())
    | st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode),
)
def test_no_body_whatever_is_a_fault_of_ours_on_any_path(
    client: FlaskClient, path: str, content_type: str, body: bytes
) -> None:
    assert client.post(path, data=body, content_type=content_type).status_code < 500

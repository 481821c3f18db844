"""What a caller can ask for beside predictions: under one set of names, in every form, the same as from /predict."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.testing import platforms

from .conftest import INPUTS

Rows = list[dict[str, Any]]
WANTED = {"level": 0.9, "reasons": 2, "change": True, "model": True}
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


@pytest.fixture
def rows(row: dict[str, Any]) -> Rows:
    """The first of them is as ever, the second far off, the third is hardly known."""
    return [row, row | {"tenure": 900, "contract": "Three year"}, dict.fromkeys(row) | {"tenure": 29.5}]


@pytest.fixture(params=["binary", "multiclass", "regression"])
def asked(request: pytest.FixtureRequest, write_bundle: Callable[..., Path]) -> tuple[FlaskClient, Bundle]:
    bundle = Bundle.load(write_bundle(request.param))
    return create_app(bundle).test_client(), bundle


def wanted_of(bundle: Bundle) -> dict[str, Any]:
    """All that the model can tell; nothing is known of how far off the answers of three classes are."""
    known = bundle.manifest.evaluation.uncertainty is not None
    return {name: value for name, value in WANTED.items() if known or name != "level"}


def own(client: FlaskClient, rows: Rows, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """What /predict tells of the same, with the id of the bundle at each answer."""
    reply = client.post(f"/predict?{urlencode(wanted)}", json={"records": rows}).json
    return [one | {"model": reply["model"]} for one in reply["predictions"]]


def bodies(rows: Rows) -> dict[str, bytes]:
    return {
        "text/csv": platforms.as_csv(rows, header=True).encode(),
        "text/csv; header=absent": platforms.as_csv(rows, header=False).encode(),
        "application/jsonlines": "\n".join(map(json.dumps, rows)).encode(),
        "application/vnd.apache.parquet": platforms.as_parquet(INPUTS, rows),
        "application/json": json.dumps(platforms.values(rows)).encode(),
    }


def test_the_address_and_the_header_of_sagemaker_ask_in_every_form(
    asked: tuple[FlaskClient, Bundle], rows: Rows
) -> None:
    client, bundle = asked
    wanted = wanted_of(bundle)
    expected = own(client, rows, wanted)
    said = ",".join(f"{name}={value}" for name, value in wanted.items())
    for kind, body in bodies(rows).items():
        ways: list[tuple[str, dict[str, str]]] = [("?" + urlencode(wanted), {}), ("", {ATTRIBUTES: f"trace=7, {said}"})]
        for query, headers in ways:
            accept = {"Accept": "application/jsonlines", **headers}
            lines = client.post("/invocations" + query, data=body, content_type=kind, headers=accept)
            assert list(map(json.loads, lines.text.splitlines())) == expected, (kind, query)
            accept["Accept"] = "application/json"
            told = client.post("/invocations" + query, data=body, content_type=kind, headers=accept)
            assert told.json == {"predictions": expected}


def test_what_the_body_asks_for_counts_more_than_the_header_and_the_address(client: FlaskClient, rows: Rows) -> None:
    rows = rows[1:2]  # there is one reason for it
    body = {"dataframe_records": rows, "params": {"reasons": 1}}
    told = client.post("/invocations?reasons=3", json=body, headers={ATTRIBUTES: "reasons=2"}).json["predictions"]
    assert told == client.post("/predict?reasons=1", json=rows).json["predictions"]
    assert len(told[0]["reasons"]) == 1
    told = client.post("/invocations?reasons=3", json=rows, headers={ATTRIBUTES: "reasons=0"}).json["predictions"]
    assert told == client.post("/invocations", json=rows).json["predictions"]


def lines_of(client: FlaskClient, rows: Rows, wanted: dict[str, Any], accept: str) -> tuple[str, list[list[str]]]:
    reply = client.post("/invocations?" + urlencode(wanted), json=rows, headers={"Accept": accept})
    return reply.content_type, list(csv.reader(io.StringIO(reply.text)))


def test_csv_tells_it_in_columns_whose_names_come_if_they_are_asked_for(
    asked: tuple[FlaskClient, Bundle], rows: Rows
) -> None:
    client, bundle = asked
    wanted = wanted_of(bundle)
    bare_kind, bare = lines_of(client, rows, wanted, "text/csv")
    named_kind, (names, *lines) = lines_of(client, rows, wanted, "text/csv; header=present")
    assert (bare, bare_kind) == (lines, "text/csv; charset=utf-8")
    assert named_kind == "text/csv; charset=utf-8; header=present"
    for cells, answer in zip(lines, own(client, rows, wanted), strict=True):
        told = dict(zip(names, cells, strict=True))
        assert (told["prediction"], told["model"]) == (str(answer["prediction"]), bundle.bundle_id)
        assert [told[f"probability_{name}"] for name in answer.get("probabilities", {})] == [
            repr(share) for share in answer.get("probabilities", {}).values()
        ]
        if "interval" in answer:
            assert [float(told["low"]), float(told["high"])] == answer["interval"]
        if "possible" in answer:
            assert json.loads(told["possible"]) == answer["possible"]
        assert told.get("unlike", "") == answer.get("unlike", "")
        sentences = [one["sentence"] for one in answer["reasons"]]
        assert [told["reason_1"], told["reason_2"]] == [*sentences, "", ""][:2]
        change = answer["change"]
        assert told["change"] == (change if isinstance(change, str) else change["sentence"])


def infer(client: FlaskClient, rows: Rows, **more: Any) -> dict[str, Any]:
    reply = client.post("/v2/models/churn/infer", json={"inputs": platforms.tensors(INPUTS, rows), **more})
    assert reply.status_code == 200, reply.text
    return {one["name"]: one for one in reply.json["outputs"]}


def test_tensors_tell_what_the_parameters_ask_for(asked: tuple[FlaskClient, Bundle], rows: Rows) -> None:
    client, bundle = asked
    wanted = wanted_of(bundle)
    expected = own(client, rows, wanted)
    told = infer(client, rows, parameters={"binary_data_output": False, **wanted})
    assert told["prediction"]["data"] == [one["prediction"] for one in expected]
    assert [json.loads(text) for text in told["reasons"]["data"]] == [one["reasons"] for one in expected]
    assert [json.loads(text) for text in told["change"]["data"]] == [one["change"] for one in expected]
    assert all(len(one["data"]) == math.prod(one["shape"]) for one in told.values())
    if "interval" in expected[0]:
        assert told["interval"]["data"] == [end for one in expected for end in one["interval"]]
        assert told["interval"]["shape"] == [3, 2]
    if "possible" in expected[0]:
        classes = json.loads(told["possible"]["parameters"]["classes"])
        assert told["possible"]["data"] == [name in one["possible"] for one in expected for name in classes]
    if "level" in wanted:
        assert told["unlike"]["data"] == [one.get("unlike", "") for one in expected]
    assert "notes" not in told


def test_tensors_can_be_named_with_parameters_of_their_own(asked: tuple[FlaskClient, Bundle], rows: Rows) -> None:
    client, bundle = asked
    expected = own(client, rows, {"reasons": 5})
    told = infer(client, rows, outputs=[{"name": "reasons"}, {"name": "notes"}])
    assert list(told) == ["reasons", "notes"]
    assert [json.loads(text) for text in told["reasons"]["data"]] == [one["reasons"] for one in expected]
    assert [json.loads(text) for text in told["notes"]["data"]] == [one.get("notes", []) for one in expected]
    told = infer(client, rows, outputs=[{"name": "reasons", "parameters": {"reasons": 1}}])
    assert max(len(json.loads(text)) for text in told["reasons"]["data"]) == 1
    if bundle.manifest.evaluation.uncertainty is None:
        return
    around = "possible" if bundle.classes else "interval"
    narrow = infer(client, rows, outputs=[{"name": around, "parameters": {"level": 0.8}}, {"name": "unlike"}])
    assert list(narrow) == [around, "unlike"]
    assert narrow == infer(client, rows, outputs=[{"name": around}, {"name": "unlike"}], parameters={"level": 0.8})
    usual = infer(client, rows, outputs=[{"name": around}])[around]["data"]
    assert usual == infer(client, rows, parameters={"level": 0.9})[around]["data"]
    assert around in own(client, rows, {"level": 0.9})[0]


def test_probabilities_can_be_left_out_of_tensors(client: FlaskClient, rows: Rows) -> None:
    assert list(infer(client, rows, parameters={"probabilities": False})) == ["prediction"]
    assert list(infer(client, rows, parameters={"probabilities": True})) == ["prediction", "probabilities"]


@pytest.mark.parametrize(
    "more",
    [
        {"parameters": 3},
        {"parameters": {"level": 0.123}},
        {"parameters": {"probabilities": "perhaps"}},
        {"outputs": [{"name": "interval"}]},
        {"outputs": [{"name": "reasons", "parameters": {"reasons": 0}}]},
        {"outputs": [{"name": "possible", "parameters": {"level": None}}]},
        {"outputs": [{"name": ["a"]}]},
        {"outputs": [{"name": "prediction"}, {"name": "nothing"}]},
        {"outputs": {"name": "prediction"}},
    ],
)
def test_what_tensors_cannot_tell_is_refused_in_words(client: FlaskClient, rows: Rows, more: dict[str, Any]) -> None:
    reply = client.post("/v2/models/churn/infer", json={"inputs": platforms.tensors(INPUTS, rows), **more})
    assert reply.status_code == 400
    assert "error" in reply.json


@pytest.mark.parametrize("path", ["/v1/models/churn:predict", "/score", "/invocations"])
def test_the_id_of_the_bundle_and_what_is_unlike_come_alone_too(client: FlaskClient, rows: Rows, path: str) -> None:
    key = {"/v1/models/churn:predict": "instances", "/score": "input_data", "/invocations": "instances"}[path]
    asked = "parameters" if path.startswith("/v1") else "params"
    told = client.post(path, json={key: rows, asked: {"model": True, "unlike": True}}).json["predictions"]
    assert all(re.fullmatch("[0-9a-f]{12}", one["model"]) for one in told)
    assert [bool(one.get("unlike")) for one in told] == [False, True, False]
    assert "possible" not in told[0]
    wrong = client.post(path, json={key: rows, asked: [1]})
    assert wrong.status_code == 400
    assert asked in wrong.text


def test_a_model_that_knows_of_nothing_unlike_says_so(write_bundle: Callable[..., Path], rows: Rows) -> None:
    client = create_app(Bundle.load(write_bundle("multiclass"))).test_client()
    reply = client.post("/predict?unlike=1", json=rows)
    assert (reply.status_code, reply.json["error"]["field"]) == (400, "unlike")


def test_csv_says_whether_it_has_a_header_and_how_it_is_written(client: FlaskClient, row: dict[str, Any]) -> None:
    wide = row | {"remarks": "Überaus günstiger price"}
    expected = client.post("/predict?model=1", json=[wide]).json["predictions"][0]["prediction"]
    for charset in ("utf-8", "ISO-8859-1", "windows-1252", "utf-16"):
        body = platforms.as_csv([wide], header=True).encode(charset)
        reply = client.post("/invocations", data=body, content_type=f"text/csv; charset={charset}")
        assert (reply.status_code, reply.json) == (200, {"predictions": [expected]})
    lone = b"tenure\n3\n"  # looks like a row, for it names too little
    reply = client.post("/invocations", data=lone, content_type="text/csv; header=present")
    assert (reply.status_code, "missing" in reply.text or "lacks" in reply.text) == (422, True)
    reply = client.post("/invocations", data=b"a", content_type="text/csv; charset=klingon")
    assert reply.status_code == 415
    reply = client.post("/invocations", data="ü".encode("latin-1"), content_type="text/csv")
    assert (reply.status_code, "charset=windows-1252" in reply.text) == (400, True)


@pytest.mark.parametrize("written", ["False", "FALSE", "false"])
def test_truth_values_of_texts_are_those_that_programs_write(
    client: FlaskClient, row: dict[str, Any], written: str
) -> None:
    """pandas writes False, R and spreadsheets FALSE; to JSON they are all the same."""
    expected = client.post("/predict", json=row).json
    assert "notes" not in expected
    body = {name: "" if value is None else str(value) for name, value in row.items()} | {"senior": written}
    assert client.post("/predict", data=body).json == expected
    lines = f"{','.join(body)}\n{','.join(body.values())}\n"
    told = client.post("/invocations?probabilities=1&model=1", data=lines, content_type="text/csv").json["predictions"]
    assert told == [expected]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_csv_that_is_separated_otherwise_is_refused_in_words(
    client: FlaskClient, row: dict[str, Any], mark: str, name: str
) -> None:
    """Half of Europe's spreadsheets write semicolons, and decimal commas between them."""
    lines = f"{mark.join(row)}\n{mark.join(str(value).replace('.', ',') for value in row.values())}\n"
    for body in (lines, lines.splitlines()[1].replace(",", ".")):
        reply = client.post("/invocations", data=body, content_type="text/csv")
        assert reply.status_code == 400
        assert f"separated by {name}" in reply.text


@pytest.mark.parametrize("options", ["level=0.90&reasons=1&change=TRUE", "level=.9&reasons=01&change=yes"])
def test_options_may_be_written_as_programs_do(client: FlaskClient, row: dict[str, Any], options: str) -> None:
    expected = client.post("/predict?level=0.9&reasons=1&change=1", json=row).json
    assert client.post(f"/predict?{options}", json=row).json == expected


def test_a_number_that_python_would_not_read_is_refused_like_any_other(
    client: FlaskClient, row: dict[str, Any]
) -> None:
    digits = "9" * 5000
    for reply in (
        client.post(f"/predict?reasons={digits}", json=row),
        client.post("/invocations", json={"instances": [row], "params": {"reasons": digits}}),
        client.post("/invocations", json=[row], headers={ATTRIBUTES: f"reasons={digits}"}),
    ):
        assert (reply.status_code, "Ask for a number from 0 to 20." in reply.text) == (400, True)


def test_where_a_log_is_kept_every_form_tells_by_which_id_to_report(bundle: Bundle, rows: Rows, tmp_path: Path) -> None:
    client = create_app(bundle, ServeSettings(log=LogSettings(folder=str(tmp_path / "log")))).test_client()
    expected = ["asked-0", "asked-1", "asked-2"]
    headers = {"X-Request-ID": "asked", "Accept": "text/csv; header=present"}
    told = client.post("/invocations?model=1", json=rows, headers=headers)
    assert [line["id"] for line in csv.DictReader(io.StringIO(told.text))] == expected
    body = {"inputs": platforms.tensors(INPUTS, rows), "outputs": [{"name": "id"}]}
    (tensor,) = client.post("/v2/models/churn/infer", json=body, headers=headers).json["outputs"]
    assert tensor["data"] == expected
    reports = [{"id": one, "outcome": "Yes"} for one in expected]
    assert client.post("/feedback", json=reports).status_code == 202

"""What the service answers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import create_environ

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app


def test_one_record_is_answered_with_a_class_and_the_probability_of_each(
    client: FlaskClient, bundle: Bundle, row: dict[str, Any]
) -> None:
    reply = client.post("/predict", json=row | {"tenure": 20})
    assert reply.status_code == 200
    assert reply.json["prediction"] == "Yes"
    assert reply.json["probabilities"]["Yes"] == pytest.approx(1 / (1 + math.exp(1.0)))
    assert sum(reply.json["probabilities"].values()) == pytest.approx(1.0)
    assert reply.json["model"] == bundle.bundle_id
    assert "notes" not in reply.json


def test_the_answers_are_those_of_the_bundle(client: FlaskClient, bundle: Bundle, row: dict[str, Any]) -> None:
    rows = [row | {"tenure": tenure} for tenure in range(0, 72, 7)]
    reply = client.post("/predict", json=rows)
    assert [answer["prediction"] for answer in reply.json["predictions"]] == bundle.predict(rows).tolist()
    said = [list(answer["probabilities"].values()) for answer in reply.json["predictions"]]
    assert said == bundle.predict_proba(rows).tolist()


def test_many_records_come_as_an_array_or_in_an_envelope(client: FlaskClient, row: dict[str, Any]) -> None:
    rows = [row, row | {"tenure": 3}]
    bare, wrapped = client.post("/predict", json=rows), client.post("/predict", json={"records": rows})
    assert len(bare.json["predictions"]) == 2
    assert bare.json == wrapped.json


def test_no_records_give_no_answers(client: FlaskClient) -> None:
    assert client.post("/predict", json=[]).json["predictions"] == []


def test_an_input_may_be_called_records(write_bundle: Callable[..., Path]) -> None:
    bundle = Bundle.load(write_bundle())
    item = bundle.manifest.inputs[0].model_copy(update={"name": "records"})
    folder = write_bundle(inputs=[item], row={"records": 29}, weights={"records": -0.05})
    client = create_app(Bundle.load(folder)).test_client()
    one, two = client.post("/predict", json={"records": 3}), client.post("/predict", json={"records": [{"records": 3}]})
    assert one.json["prediction"] == two.json["predictions"][0]["prediction"]


def test_a_null_counts_as_missing_and_is_answered(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict", json=dict.fromkeys(row))
    assert reply.status_code == 200
    assert [note["code"] for note in reply.json["notes"]] == ["missing"] * 3
    assert [note["field"] for note in reply.json["notes"]] == ["tenure", "contract", "senior"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("tenure", 73, "above"),
        ("tenure", -2, "below"),
        ("tenure", 10**30, "above"),
        ("charges", "1,000.50", "above"),
        ("contract", "Three year", "unknown"),
        ("contract", 7, "unknown"),
        ("senior", "maybe", "unknown"),
        ("signup", "1999-12-31", "below"),
        ("signup", "2024-12-31", "above"),
    ],
)
def test_what_training_has_not_seen_is_answered_with_a_note(
    client: FlaskClient, row: dict[str, Any], field: str, value: object, code: str
) -> None:
    reply = client.post("/predict", json=row | {field: value})
    assert reply.status_code == 200
    assert [(note["field"], note["code"]) for note in reply.json["notes"]] == [(field, code)]
    assert str(value) not in reply.json["notes"][0]["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenure", "29"),
        ("tenure", 29.0),
        ("charges", -1),
        ("charges", ""),
        ("senior", "false"),
        ("senior", False),
        ("signup", "01.03.2018"),
        ("signup", "2018-03-01T00:00:00Z"),
        ("signup", "2024-09-01"),
        ("remarks", ""),
    ],
)
def test_other_spellings_of_the_same_need_no_note(
    client: FlaskClient, row: dict[str, Any], field: str, value: object
) -> None:
    reply = client.post("/predict", json=row | {field: value})
    assert reply.status_code == 200
    assert "notes" not in reply.json


def test_notes_stand_at_their_record(client: FlaskClient, row: dict[str, Any]) -> None:
    answers = client.post("/predict", json=[row, row | {"tenure": 100}]).json["predictions"]
    assert "notes" not in answers[0]
    assert answers[1]["notes"][0]["message"] == "tenure: above the range seen in training (0 to 72)."


def test_several_classes(write_bundle: Callable[..., Path], row: dict[str, Any]) -> None:
    client = create_app(Bundle.load(write_bundle("multiclass"))).test_client()
    reply = client.post("/predict", json=row | {"tenure": 0})
    assert reply.json["probabilities"] == pytest.approx({"bus": 1 / 3, "saab": 1 / 3, "van": 1 / 3})


def test_numbers_have_no_probabilities(write_bundle: Callable[..., Path], row: dict[str, Any]) -> None:
    client = create_app(Bundle.load(write_bundle("regression"))).test_client()
    reply = client.post("/predict", json=row | {"tenure": 20})
    assert reply.json["prediction"] == pytest.approx(-1.0)
    assert "probabilities" not in reply.json


def test_classes_come_back_as_what_they_were(write_bundle: Callable[..., Path], row: dict[str, Any]) -> None:
    bundle = Bundle.load(write_bundle())
    spec = bundle.manifest.model.model_copy(update={"classes": ("0", "1")})
    client = create_app(Bundle.load(write_bundle(model=spec, target_type="int64"))).test_client()
    reply = client.post("/predict", json=row | {"tenure": 3})
    assert reply.json["prediction"] == 1
    assert set(reply.json["probabilities"]) == {"0", "1"}
    assert 'answers_total{answer="1"} 1' in client.get("/metrics").text


def test_a_model_that_does_not_give_its_stored_answers_gives_none(bundle: Bundle, row: dict[str, Any]) -> None:
    golden = bundle.manifest.golden[0].model_copy(update={"answer": (0.5, 0.5)})
    other = Bundle(bundle.folder, bundle.manifest.model_copy(update={"golden": (golden,)}), bundle.model)
    client = create_app(other).test_client()
    assert client.get("/health").status_code == 200
    for reply in (client.get("/ready"), client.post("/predict", json=row)):
        assert reply.status_code == 503
        assert reply.json["error"]["code"] == "not_ready"
        assert str(bundle.folder) not in reply.text


def test_ready_once_the_stored_rows_give_their_answers(client: FlaskClient, bundle: Bundle) -> None:
    assert client.get("/ready").json == {"status": "ready", "model": bundle.bundle_id, "golden_rows": 1}


def test_text_with_colons_is_no_duplicate(client: FlaskClient, row: dict[str, Any]) -> None:
    body = json.dumps(row | {"remarks": 'at 10:00: "price":1', "signup": "2018-03-01T10:00:00"})
    assert client.post("/predict", data=body, content_type="application/json").status_code == 200


def test_a_form_is_one_record_whose_empty_fields_are_not_known(client: FlaskClient, row: dict[str, Any]) -> None:
    form = {"tenure": "29", "charges": "70.35", "contract": "Month-to-month", "senior": "false", "signup": "2018-03-01"}
    of_form = client.post("/predict", data=form | {"remarks": ""})
    assert of_form.status_code == 200
    assert of_form.json == client.post("/predict", json=row | {"remarks": None}).json


@pytest.mark.parametrize(("body", "code"), [("tenure=1&tenure=2", "duplicate_field"), ("tenure", "not_form")])
def test_a_form_that_can_be_read_in_two_ways_is_refused(client: FlaskClient, body: str, code: str) -> None:
    reply = client.post("/predict", data=body, content_type="application/x-www-form-urlencoded")
    assert (reply.status_code, reply.json["error"]["code"]) == (400, code)


def test_who_asks_is_told_which_classes_cannot_be_ruled_out(client: FlaskClient, row: dict[str, Any]) -> None:
    sure, unsure = (client.post("/predict?level=0.9", json=row | {"tenure": tenure}).json for tenure in (70, 20))
    assert sure["possible"] == ["No"]
    assert unsure["possible"] == ["No", "Yes"]
    assert "possible" not in client.post("/predict", json=row).json


def test_who_asks_is_told_how_far_off_a_number_may_be(write_bundle: Callable[..., Path], row: dict[str, Any]) -> None:
    client = create_app(Bundle.load(write_bundle("regression"))).test_client()
    reply = client.post("/predict?level=0.8", json=[row, row]).json["predictions"][1]
    assert reply["interval"] == pytest.approx([reply["prediction"] - 1.0, reply["prediction"] + 1.5])


def test_a_level_that_the_model_does_not_know_is_refused(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict?level=0.5", json=row)
    assert reply.status_code == 400
    assert reply.json["error"]["code"] == "unknown_option"
    assert "0.8, 0.9" in reply.json["error"]["hint"]


def test_who_asks_is_told_why_and_what_would_alter_the_answer(client: FlaskClient, row: dict[str, Any]) -> None:
    answer = client.post("/predict?reasons=2&change=1", json=row | {"tenure": 20}).json
    assert answer["reasons"] == [] or set(answer["reasons"][0]) == {"input", "adds", "sentence"}
    assert "explain" in answer["change"] or "tried" in answer["change"]
    assert client.post("/predict?reasons=many", json=row).json["error"]["field"] == "reasons"
    many = client.post("/predict?change=1", json={"records": [row] * 101})
    assert many.json["error"]["message"].startswith("Reasons and changes are told of 100 records at most")
    assert client.post("/predict?change=null", json=row).json["error"]["field"] == "change"


def test_an_answer_is_one_piece_that_the_server_sends_at_once(bundle: Bundle, row: dict[str, Any]) -> None:
    body = json.dumps(row).encode()
    environ = create_environ("/predict", method="POST", data=body, content_type="application/json")
    answer = create_app(bundle).wsgi_app(environ, lambda status, headers, exc_info=None: lambda data: None)
    assert isinstance(answer, list)
    assert len(answer) == 1

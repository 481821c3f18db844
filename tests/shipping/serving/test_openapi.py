"""The OpenAPI document says what the service does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.readers import State
from mlwright.shipping.serving.refusals import REASONS


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").json


def schema_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document["components"]["schemas"][name]


def test_the_example_is_answered(client: FlaskClient, document: dict[str, Any]) -> None:
    example = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/predict", json=example).status_code == 200


def test_the_examples_of_the_fields_are_answered_without_a_note(client: FlaskClient, document: dict[str, Any]) -> None:
    fields = schema_of(document, "Record")["properties"]
    reply = client.post("/predict", json={name: field["examples"][0] for name, field in fields.items()})
    assert reply.status_code == 200
    assert "notes" not in reply.json


def test_every_input_is_there_with_what_training_saw(document: dict[str, Any], bundle: Bundle) -> None:
    record = schema_of(document, "Record")
    assert record["required"] == list(record["properties"]) == [item.name for item in bundle.manifest.inputs]
    assert record["additionalProperties"] is False
    assert record["properties"]["tenure"]["x-seen"] == {"low": 0, "high": 72}
    assert record["properties"]["tenure"]["description"] == "Seen in training: 0 to 72. Never missing in training."
    assert record["properties"]["contract"]["anyOf"][0]["enum"] == ["Month-to-month", "One year", "Two year"]


def test_every_path_of_the_service_for_programs_is_there_and_answers(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    rules = {rule.rule for rule in client.application.url_map.iter_rules()}
    assert set(document["paths"]) > rules - {"/", "/docs"} | {"/predict", "/feedback", "/invocations", "/score"}
    for path, methods in document["paths"].items():
        if "get" in methods:
            responses = methods["get"]["responses"]
            assert str(client.get(path).status_code) in ({"200"} if "default" in responses else responses)
        if "post" in methods:
            assert client.get(path).status_code == 405


def test_every_error_that_a_prediction_can_have_is_told(document: dict[str, Any]) -> None:
    told = " ".join(response["description"] for response in document["paths"]["/predict"]["post"]["responses"].values())
    assert all(f"{code}:" in told for code in REASONS.keys() - {"not_found", "wrong_method"})


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if "$ref" in part else []
            return own + [found for value in part.values() for found in references(value)]
        return [found for value in part for found in references(value)] if isinstance(part, list) else []

    for reference in references(document):
        schema_of(document, reference.removeprefix("#/components/schemas/"))


def test_a_real_answer_has_what_is_promised(client: FlaskClient, document: dict[str, Any], row: dict[str, Any]) -> None:
    answer = schema_of(document, "Answer")
    reply = client.post("/predict", json=row | {"tenure": 100}).json
    assert set(answer["required"]) <= set(reply) <= set(answer["properties"])
    note = answer["properties"]["notes"]["items"]
    assert set(reply["notes"][0]) == set(note["required"])
    assert note["properties"]["code"]["enum"] == [state for state in get_args(State) if state != "fine"]


def test_numbers_are_promised_without_probabilities(write_bundle: Callable[..., Path]) -> None:
    document = create_app(Bundle.load(write_bundle("regression"))).test_client().get("/openapi.json").json
    promised = {"prediction", "model", "notes", "interval", "unlike", "reasons", "change"}
    assert set(schema_of(document, "Answer")["properties"]) == promised


def test_a_token_is_promised_where_one_is_needed(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", "0123456789abcdef")
    client = create_app(bundle, ServeSettings(token="env:TOKEN_OF_THE_TEST")).test_client()
    document = client.get("/openapi.json", headers={"Authorization": "Bearer 0123456789abcdef"}).json
    assert document["security"] == [{"token": []}]
    assert document["paths"]["/health"]["get"]["security"] == []

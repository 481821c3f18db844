"""What the OpenAPI document says of the platforms' bodies holds for what is sent, and for what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, ValidationError

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.testing.platforms import JSON, probability_questions, questions, single_questions

VERTEX = "/vertex:predict"
Document = dict[str, Any]


@pytest.fixture(params=["binary", "multiclass", "regression"])
def service(
    request: pytest.FixtureRequest, write_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> tuple[FlaskClient, Bundle, Document]:
    monkeypatch.setenv("AIP_PREDICT_ROUTE", VERTEX)
    bundle = Bundle.load(write_bundle(request.param))
    client = create_app(bundle).test_client()
    return client, bundle, client.get("/openapi.json").json


def holds(document: Document, schema: dict[str, Any], content: Any) -> None:
    """Raise where a value is not as a schema of the document says."""
    Draft202012Validator(schema | {"components": document["components"]}).validate(content)


def posts(document: Document) -> Iterator[tuple[str, Document]]:
    yield from ((path, methods["post"]) for path, methods in document["paths"].items() if "post" in methods)


def asked(document: Document, path: str) -> dict[str, Any]:
    """The schema of a body of JSON."""
    found: dict[str, Any] = document["paths"][path]["post"]["requestBody"]["content"][JSON]["schema"]
    return found


def told(document: Document, path: str, kind: str = JSON) -> dict[str, Any]:
    responses = document["paths"][path]["post"]["responses"]
    found: dict[str, Any] = responses.get("200", responses.get("202"))["content"][kind]["schema"]
    return found


def test_all_schemas_are_schemas(service: tuple[FlaskClient, Bundle, Document]) -> None:
    _, _, document = service
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, operation in posts(document):
        for content in operation["requestBody"]["content"].values():
            Draft202012Validator.check_schema(content.get("schema", {}))


def test_what_platforms_send_and_are_told_is_as_it_says(
    service: tuple[FlaskClient, Bundle, Document], row: dict[str, Any]
) -> None:
    client, bundle, document = service
    rows = [row, row | {"tenure": 900, "contract": "Three year"}, dict.fromkeys(row) | {"tenure": 3}]
    more = probability_questions(bundle, rows, VERTEX) if bundle.classes else []
    for one in (*questions(bundle, rows, VERTEX), *single_questions(bundle, row, VERTEX), *more):
        reply = client.post(one.path, data=one.body, content_type=one.content_type)
        assert reply.status_code == 200, one
        path = one.path.partition("?")[0]
        if one.content_type == JSON:
            holds(document, asked(document, path), json.loads(one.body))
        if reply.mimetype == JSON:
            holds(document, told(document, path), reply.json)
        elif path != "/predict":
            assert reply.mimetype in document["paths"][path]["post"]["responses"]["200"]["content"]


def test_every_example_is_as_it_says_and_is_answered(service: tuple[FlaskClient, Bundle, Document]) -> None:
    client, _, document = service
    n_examples = 0
    for path, operation in posts(document):
        for kind, content in operation["requestBody"]["content"].items():
            for name, example in content.get("examples", {}).items():
                value = example["value"]
                holds(document, content["schema"], value)
                body = value if isinstance(value, str) else json.dumps(value)
                reply = client.post(path, data=body, content_type=kind)
                assert reply.status_code == (409 if path == "/feedback" else 200), (path, kind, name, reply.text)
                n_examples += 1
    assert n_examples > 20


def test_whatever_is_asked_for_beside_is_told_as_it_says(
    service: tuple[FlaskClient, Bundle, Document], row: dict[str, Any]
) -> None:
    client, bundle, document = service
    wanted = {"probabilities": True, "reasons": 2, "change": True, "model": True}
    if bundle.manifest.evaluation.uncertainty is not None:
        wanted |= {"level": 0.9, "unlike": True}
    far = row | {"tenure": 900}
    bodies = {
        VERTEX: {"instances": [row, far], "parameters": wanted},
        "/invocations": {"dataframe_records": [row, far], "params": wanted},
        "/score": {"input_data": [row, far], "params": wanted},
    }
    for path, body in bodies.items():
        reply = client.post(path, json=body)
        assert reply.status_code == 200
        holds(document, asked(document, path), body)
        holds(document, told(document, path), reply.json)
    parameters = document["paths"]["/invocations"]["post"]["parameters"]
    assert {one["name"] for one in parameters if one["in"] == "query"} == wanted.keys()


def test_refusals_are_of_the_form_that_it_says(service: tuple[FlaskClient, Bundle, Document]) -> None:
    client, _, document = service
    for path, operation in posts(document):
        errors = operation["responses"].get("default") or operation["responses"]["400"]
        for body in ("{", '{"a": 1}'):
            reply = client.post(path, data=body, content_type=JSON)
            assert reply.status_code >= 400
            holds(document, errors["content"][JSON]["schema"], reply.json)


WRONG: list[tuple[str, Any]] = [
    ("/invocations", {"dataframe_split": 3}),
    ("/invocations", {"dataframe_split": {"columns": ["tenure"]}}),
    ("/invocations", {"dataframe_records": 1}),
    ("/invocations", {"inputs": 7}),
    ("/invocations", {"instances": [{"tenure": 1, "nonsense": 2}]}),
    ("/invocations", "text"),
    ("/score", {"input_data": 1}),
    ("/score", {"instances": []}),
    (VERTEX, {"instances": 3}),
    (VERTEX, {"instances": [], "parameters": {"reasons": 99}}),
    (VERTEX, []),
    ("/feedback", {"id": "a"}),
    ("/v2/models/churn/infer", {"inputs": [{"name": "tenure"}]}),
    ("/v2/models/churn/infer", {"inputs": [], "outputs": 3}),
]


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_what_is_refused_is_not_what_it_says(
    service: tuple[FlaskClient, Bundle, Document], path: str, body: Any
) -> None:
    client, _, document = service
    with pytest.raises(ValidationError):
        holds(document, asked(document, path), body)
    assert 400 <= client.post(path, json=body).status_code < 500


def test_azure_is_told_the_same_and_a_shared_path_names_both_platforms(
    service: tuple[FlaskClient, Bundle, Document],
) -> None:
    client, _, document = service
    assert client.get("/swagger.json").json == document
    assert document["paths"]["/invocations"]["post"]["tags"] == ["Amazon SageMaker", "MLflow"]

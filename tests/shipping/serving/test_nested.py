"""Clients send records as the model learned from them: objects within objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mlwright.records.contract import Clause
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app

NESTED = {"plan": {"months": 20, "kind": "two years"}, "age": 29}
FLAT = {"plan.months": 20, "plan.kind": "two years", "age": 29}
INPUTS = [
    Clause(name="age", kind="number", type="int64", low=0, high=72, optional=True, example="29"),
    Clause(name="plan.months", kind="number", type="int64", low=0, high=120, optional=True, example="70"),
    Clause(name="plan.kind", kind="category", type="string", levels=("a month", "two years"), optional=True),
]


@pytest.fixture
def client(write_bundle: Callable[..., Path]) -> FlaskClient:
    folder = write_bundle(inputs=INPUTS, row=FLAT, weights={"plan.months": -0.05})
    return create_app(Bundle.load(folder)).test_client()


@pytest.mark.parametrize(
    ("nested", "flat"),
    [(NESTED, FLAT), ([NESTED, NESTED], [FLAT, FLAT]), ({"age": 1, "plan": None}, {**dict.fromkeys(FLAT), "age": 1})],
)
def test_objects_are_answered_as_their_fields(client: FlaskClient, nested: object, flat: object) -> None:
    reply = client.post("/predict", json=nested)
    assert reply.status_code == 200
    assert reply.json == client.post("/predict", json=flat).json


def test_a_field_that_an_object_lacks_is_named(client: FlaskClient) -> None:
    reply = client.post("/predict", json={"age": 1, "plan": {"months": 3}})
    assert reply.status_code == 422
    assert "plan.kind" in reply.json["error"]["message"]


def test_objects_are_no_values_where_the_model_knows_none(client: FlaskClient) -> None:
    assert client.post("/predict", json=FLAT | {"age": {"years": 3}}).status_code == 422

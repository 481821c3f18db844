"""What the service does with values that break the contract, as the contract says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mlwright.data.clauses.edits import amended
from mlwright.records.contract import Contract
from mlwright.records.settings import ContractSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app

from .conftest import INPUTS

SERVE = Callable[..., FlaskClient]


@pytest.fixture
def serve(write_bundle: Callable[..., Path]) -> SERVE:
    """A service whose contract was edited as in mlwright.toml."""

    def start(**sections: Any) -> FlaskClient:
        edits = ContractSettings.model_validate(sections)
        contract = amended(Contract(n_rows=100, columns=INPUTS), edits)
        return create_app(Bundle.load(write_bundle(inputs=contract.columns))).test_client()

    return start


def limits(**policy: str) -> dict[str, Any]:
    return {"columns": {"tenure": {"least": 0, "most": 100, "requests": policy}}}


def test_by_itself_everything_is_answered_and_noted(serve: SERVE, row: dict[str, Any]) -> None:
    client = serve(**limits())
    notes = client.post("/predict", json=row | {"tenure": 777, "contract": "Weekly"}).json["notes"]
    assert [(note["field"], note["code"]) for note in notes] == [("tenure", "above"), ("contract", "unknown")]


def test_a_value_beyond_the_limits_is_refused_without_being_repeated(serve: SERVE, row: dict[str, Any]) -> None:
    client = serve(**limits(beyond="refuse"))
    reply = client.post("/predict", json=row | {"tenure": 777})
    assert reply.status_code == 422
    assert reply.json["error"]["code"] == "breaks_contract"
    assert (reply.json["error"]["field"], reply.json["error"]["record"]) == ("tenure", 0)
    assert "beyond the limits of the contract (0 to 100)" in reply.json["error"]["message"]
    assert "777" not in reply.text
    metrics = client.get("/metrics").text
    assert 'mlwright_contract_refusals_total{field="tenure"} 1' in metrics
    assert 'mlwright_refusals_total{reason="breaks_contract"} 1' in metrics


def test_what_is_only_beyond_what_was_seen_is_noted_whatever_the_policy(serve: SERVE, row: dict[str, Any]) -> None:
    reply = serve(**limits(beyond="refuse")).post("/predict", json=row | {"tenure": 90})
    assert reply.json["notes"][0]["code"] == "above"


def test_a_value_can_be_taken_as_missing(serve: SERVE, row: dict[str, Any]) -> None:
    client = serve(**limits(beyond="missing"))
    known, gap = (client.post("/predict", json=row | {"tenure": t}).json for t in (777, None))
    assert known["probabilities"] == gap["probabilities"]
    assert known["notes"][0]["message"].endswith("It was taken as missing.")
    assert 'mlwright_taken_as_missing_total{field="tenure"} 1' in client.get("/metrics").text


def test_a_policy_of_all_columns_gives_way_to_that_of_one(serve: SERVE, row: dict[str, Any]) -> None:
    client = serve(requests={"unknown": "refuse"}, columns={"senior": {"requests": {"unknown": "note"}}})
    assert client.post("/predict", json=row | {"senior": "perhaps"}).status_code == 200
    assert client.post("/predict", json=row | {"contract": "Weekly"}).json["error"]["field"] == "contract"


def test_a_gap_is_refused_only_where_training_had_none(serve: SERVE, row: dict[str, Any]) -> None:
    client = serve(requests={"missing": "refuse"})
    assert client.post("/predict", json=row | {"charges": None}).status_code == 200
    reply = client.post("/predict", json=row | {"tenure": None})
    assert reply.json["error"]["field"] == "tenure"
    assert reply.json["error"]["hint"] == "Send a value."


@pytest.mark.parametrize(("policy", "status"), [("note", 200), ("missing", 200), ("refuse", 422)])
def test_a_text_is_held_to_its_pattern(serve: SERVE, row: dict[str, Any], policy: str, status: int) -> None:
    client = serve(columns={"remarks": {"pattern": "[A-Z][a-z ]+[.]", "requests": {"unlike": policy}}})
    assert "notes" not in client.post("/predict", json=row).json
    assert client.post("/predict", json=row | {"remarks": "12345"}).status_code == status
    count = 0 if status == 422 else 1
    assert f'mlwright_unlike_pattern_total{{field="remarks"}} {count}' in client.get("/metrics").text

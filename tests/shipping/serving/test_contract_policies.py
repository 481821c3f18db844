"""What the service does with values that break the contract, as the contract says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mlwright.data.clauses.edits import amended
from mlwright.data.sources import source_for
from mlwright.records.contract import Contract
from mlwright.records.settings import CollectSettings, ContractSettings
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of

from .conftest import INPUTS

SERVE = Callable[..., FlaskClient]


@pytest.fixture
def serve(write_bundle: Callable[..., Path]) -> SERVE:
    """A service whose contract was edited as in mlwright.toml."""

    def start(log: LogSettings | None = None, **sections: Any) -> FlaskClient:
        edits = ContractSettings.model_validate(sections)
        contract = amended(Contract(n_rows=100, columns=INPUTS), edits)
        bundle = Bundle.load(write_bundle(inputs=contract.columns, contract=contract))
        return create_app(bundle, ServeSettings(log=log or LogSettings())).test_client()

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


WRONG = {"tenure": "soon", "charges": {"much": 1}, "contract": ["One year"], "signup": "tomorrow", "remarks": 7}


@pytest.mark.parametrize("name", WRONG)
def test_a_value_of_another_kind_is_refused_and_counted_or_taken_as_missing(
    serve: SERVE, row: dict[str, Any], name: str
) -> None:
    strict, lenient = serve(), serve(requests={"wrong": "missing"})
    refused = strict.post("/predict", json=row | {name: WRONG[name]}).json["error"]
    assert (refused["code"], refused["field"]) == ("wrong_type", name)
    assert f'mlwright_contract_refusals_total{{field="{name}"}} 1' in strict.get("/metrics").text
    answer, gap = (lenient.post("/predict", json=row | {name: value}).json for value in (WRONG[name], None))
    assert answer["probabilities"] == gap["probabilities"]
    told = [(note["field"], note["code"]) for note in answer["notes"]]
    assert told == [(name, "wrong")]
    assert answer["notes"][0]["message"].endswith("It was taken as missing.")
    told = lenient.get("/metrics").text
    for measure in ("wrong_values", "taken_as_missing"):
        assert f'mlwright_{measure}_total{{field="{name}"}} 1' in told


def test_what_is_no_value_is_not_kept_and_many_are_answered_as_one(
    serve: SERVE, row: dict[str, Any], tmp_path: Path
) -> None:
    client = serve(log=LogSettings(folder=str(tmp_path / "log")), requests={"wrong": "missing"})
    records = [row, row | WRONG, row | {"tenure": 1}]
    answers = client.post("/predict", json=records).json["predictions"]
    alone = [client.post("/predict", json=one).json for one in records]
    assert [one["probabilities"] for one in answers] == [pytest.approx(one["probabilities"]) for one in alone]
    application: Any = client.application
    service_of(application).close()
    settings = CollectSettings(source=str(tmp_path / "log"))
    kept = [one for batch in source_for(settings)[1](settings).read().batches for one in batch.to_pylist()]
    assert len(kept) == 6
    assert sorted((one["tenure"] for one in kept), key=str) == [1.0, 1.0, 29.0, 29.0, None, None]
    assert "much" not in str(kept)


def test_fields_that_the_data_never_had_are_ignored_where_that_is_said(serve: SERVE, row: dict[str, Any]) -> None:
    strict, lenient = serve(), serve(extra_fields="ignore")
    assert strict.post("/predict", json=row | {"colour": 1}).json["error"]["code"] == "unknown_field"
    plain, more = (lenient.post("/predict", json=one).json for one in (row, row | {"colour": 1, "size": [2]}))
    assert more == plain
    several = lenient.post("/predict", json=[row | {"colour": 1}, row]).json["predictions"]
    assert several[0] == several[1]
    assert "mlwright_extra_fields_total 3" in lenient.get("/metrics").text
    misspelt = {("Tenure" if name == "tenure" else name): value for name, value in row.items()}
    assert lenient.post("/predict", json=misspelt).json["error"]["hint"] == "Did you mean 'tenure'?"
    schema = lenient.get("/openapi.json").json["components"]["schemas"]["Record"]
    assert schema["additionalProperties"] is True

"""What ``GET /metrics`` tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from mlwright.records.contract import Clause, Contract
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of
from mlwright.shipping.serving.counters import Counters
from mlwright.shipping.serving.tally import new_tally

from .conftest import INPUTS

LINE = re.compile(r'mlwright_[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)*\})? [0-9.e+-]+')


def lines(client: FlaskClient) -> list[str]:
    return client.get("/metrics").text.splitlines()


def test_nothing_has_happened_at_first(client: FlaskClient) -> None:
    text = lines(client)
    assert "mlwright_rows_total 0" in text
    assert 'mlwright_predict_seconds_bucket{le="+Inf"} 0' in text
    assert not [line for line in text if line.startswith("mlwright_requests_total{")]


def test_every_line_is_in_the_format_of_prometheus(client: FlaskClient, row: dict[str, Any]) -> None:
    client.post("/predict", json=row)
    reply = client.get("/metrics")
    assert reply.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert reply.text.endswith("\n")
    for line in reply.text.splitlines():
        assert line.startswith(("# HELP mlwright_", "# TYPE mlwright_")) or LINE.fullmatch(line), line


def test_what_was_asked_and_answered_is_counted(client: FlaskClient, row: dict[str, Any]) -> None:
    client.post("/predict", json=[row | {"tenure": 100}, row | {"tenure": None, "contract": "x"}])
    client.post("/predict", json=row | {"tenure": True})
    client.get("/nothing")
    text = lines(client)
    assert 'mlwright_requests_total{path="/predict",status="200"} 1' in text
    assert 'mlwright_requests_total{path="/predict",status="422"} 1' in text
    assert 'mlwright_requests_total{path="other",status="404"} 1' in text
    assert "mlwright_rows_total 2" in text
    assert 'mlwright_refusals_total{reason="wrong_type"} 1' in text
    assert 'mlwright_out_of_range_total{field="tenure"} 1' in text
    assert 'mlwright_missing_values_total{field="tenure"} 1' in text
    assert 'mlwright_unknown_names_total{field="contract"} 1' in text
    assert "mlwright_predict_seconds_count 2" in text


def test_what_was_refused_counts_no_values(client: FlaskClient, row: dict[str, Any]) -> None:
    client.post("/predict", json=[row | {"tenure": 100}, row | {"tenure": []}])
    assert 'mlwright_out_of_range_total{field="tenure"} 0' in lines(client)


def test_callers_cannot_make_the_list_longer(client: FlaskClient, row: dict[str, Any]) -> None:
    client.post("/predict", json=row)
    client.get("/x0")
    before = len(lines(client))
    for i in range(1, 20):
        client.get(f"/x{i}")
        client.post("/predict", json=row | {f"f{i}": 1})
    assert len(lines(client)) <= before + 3


def test_the_buckets_of_the_histogram_add_up(bundle: Bundle) -> None:
    counters = Counters(bundle.manifest, ["/predict"])
    tally = new_tally()
    tally.requests.extend(("/predict", 200, seconds) for seconds in (0.0001, 0.001, 0.0015, 3.0, 60.0))
    counters.take(tally)
    text = counters.text().splitlines()
    assert 'mlwright_predict_seconds_bucket{le="0.0005"} 1' in text
    assert 'mlwright_predict_seconds_bucket{le="0.001"} 2' in text
    assert 'mlwright_predict_seconds_bucket{le="0.002"} 3' in text
    assert 'mlwright_predict_seconds_bucket{le="5.0"} 4' in text
    assert 'mlwright_predict_seconds_bucket{le="+Inf"} 5' in text
    assert "mlwright_predict_seconds_sum 63.0026" in text


def test_hostile_names_stay_inside_their_quotes(write_bundle: Callable[..., Path]) -> None:
    name = 'a"} 1\nmlwright_rows_total 999\\'
    item = Clause(type="string", name=name, kind="number", low=0, high=1, optional=False, example="1")
    folder = write_bundle(inputs=[item], row={name: 1}, weights={name: 1.0})
    text = lines(create_app(Bundle.load(folder)).test_client())
    assert "mlwright_rows_total 999" not in text
    assert all(line.startswith("#") or LINE.fullmatch(line) for line in text)


def test_the_counts_of_several_processes_are_one(bundle: Bundle, tmp_path: Path) -> None:
    here = Counters(bundle.manifest, ["/predict"], tmp_path)
    here.add("rows_total", by=2)
    own = next(tmp_path.glob("*.counts"))
    own.with_name(f"1.{own.name.partition('.')[2]}").write_bytes(own.read_bytes())
    here.add("rows_total")
    assert "mlwright_rows_total 5" in here.text().splitlines()


SHOE = Clause(type="int64", name="shoe", kind="number", optional=False, example="42")


def test_a_bundle_that_follows_may_have_learned_from_a_table_of_other_columns(
    write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    old = create_app(Bundle.load(write_bundle()))
    old.test_client().post("/predict", json=row)
    contract = Contract(n_rows=100, columns=(*INPUTS, SHOE))
    new = create_app(Bundle.load(write_bundle(contract=contract)), before=service_of(old)).test_client()
    assert new.post("/predict", json=row | {"shoe": 44}).status_code == 200
    text = lines(new)
    assert 'mlwright_ignored_columns_total{column="shoe"} 1' in text
    assert "mlwright_rows_total 2" in text


def test_processes_with_bundles_of_other_columns_count_together(
    write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    old = Bundle.load(write_bundle()).manifest
    new = Bundle.load(write_bundle(contract=Contract(n_rows=100, columns=(*INPUTS, SHOE)))).manifest
    folder = tmp_path / "counts"
    folder.mkdir()
    for manifest, n_rows in ((old, 2), (new, 3), (old, 4)):
        Counters(manifest, ["/predict"], folder).add("rows_total", by=n_rows)
    for manifest in (old, new):
        counters = Counters(manifest, ["/predict"], folder)
        assert "mlwright_rows_total 9" in counters.text().splitlines()
    counters.add("ignored_columns_total", "shoe")
    assert 'mlwright_ignored_columns_total{column="shoe"} 1' in counters.text().splitlines()

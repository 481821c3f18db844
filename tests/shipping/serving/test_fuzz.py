"""Whatever is sent to whatever path, the service answers in words and goes on: no fault, no hang, no growth."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of

SCHEMATHESIS = shutil.which("schemathesis", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
TYPES = (
    "application/json", "application/json; format=pandas-split", "application/jsonlines", "text/csv",
    "text/csv; header=absent", "text/csv; charset=utf-16", "text/csv; charset=x\x00; header=present",
    "application/x-www-form-urlencoded", "application/vnd.apache.parquet", "application/x-parquet",
    "application/octet-stream", "text/plain", "", "a/b; charset=utf-16",
)  # fmt: skip
WORDS = """tenure charges contract senior signup remarks records instances inputs columns index data parameters
dataframe_split dataframe_records name shape datatype id outcome \ud7ff"""
NAMES = st.sampled_from(WORDS.split())
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=10**30, max_value=10**40), st.floats(),
    st.text(max_size=20), st.sampled_from(["NaN", "1e999", "-0", "BYTES", "FP64", "2018-13-45", "9" * 400, "One year"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25
)
AWKWARD = (
    b"[" * 100_000, b'{"a":' * 50_000, b"\x00" * 100, b"\xff\xfe{\x00}\x00", b"PAR1" + bytes(40) + b"PAR1", b'"' * 999,
    b"tenure,tenure\n1,2\n", b"1" * 200_000, b'{"records": [' + b"{}," * 20_000 + b"{}]}", b"a=" + b"%" * 9_999,
    b'{"tenure": 1e400}', b'{"tenure": -0.0, "tenure": 1}', b",\n" * 50_000, b'{"inputs": [{"shape": [-1, 1e9]}]}',
)  # fmt: skip
HOOKS = """
import schemathesis

@schemathesis.serializer("application/jsonlines", "text/csv", "application/vnd.apache.parquet")
def as_it_is(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""
"""How forms that it does not know are written."""

ATTRIBUTES = ("", "reasons=1,level=0.8", "=,,a=b=c,model", "probabilities=1, unlike=yes")
ACCEPTED = ("", "text/csv; header=present", "text/csv;q=x", "application/jsonlines", "\x01")
LONGEST_S = 5.0
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


@pytest.fixture
def client(bundle: Bundle, tmp_path: Path) -> FlaskClient:
    """With a log, so that outcomes are taken too."""
    return create_app(bundle, ServeSettings(log=LogSettings(folder=str(tmp_path / "log")))).test_client()


def paths(client: FlaskClient) -> list[str]:
    app: Any = client.application
    return sorted({route.path for route in service_of(app).all_routes() if route.method == "POST"})


def bodies(row: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Random JSON, a right body with a part that is wrong, the same cut off or with other bytes, and known tricks."""
    spoiled = st.builds(lambda name, value: {**row, name: value}, NAMES, VALUES)
    wraps: list[Callable[[Any], Any]] = [
        lambda one: one, lambda one: {"records": [one]}, lambda one: {"instances": [one], "parameters": one},
        lambda one: {"dataframe_records": [one]}, lambda one: [one, one], lambda one: {"input_data": {"data": [one]}},
        lambda one: {"dataframe_split": {"columns": list(one), "data": [list(one.values())], "index": one}},
        lambda one: {"inputs": [{"name": k, "shape": [1], "datatype": "BYTES", "data": [v]} for k, v in one.items()]},
    ]  # fmt: skip
    wrapped = st.builds(lambda wrap, one: wrap(one), st.sampled_from(wraps), spoiled | st.just(dict(row)))
    written = st.builds(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"), wrapped | VALUES)
    cut = st.builds(
        lambda body, at, byte: body[: at % (len(body) + 1)] + byte, written, st.integers(0), st.binary(max_size=3)
    )
    return written | cut | st.binary(max_size=60) | st.sampled_from(AWKWARD)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_is_a_fault_of_ours_or_keeps_it_busy(
    client: FlaskClient, row: dict[str, Any], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths(client)))
    kind, body = data.draw(st.sampled_from(TYPES)), data.draw(bodies(row))
    query = data.draw(
        st.sampled_from(
            ["", "?level=0.9", "?level=x&reasons=99", "?reasons=2&change=1", "?%00=%ff", "?unlike=1&model=1"]
        )
    )
    attributes = data.draw(
        st.sampled_from(["", "reasons=1,level=0.8", "=,,a=b=c,model", "probabilities=1, unlike=yes"])
    )
    accept = data.draw(
        st.sampled_from(["", "text/csv; header=present", "text/csv;q=x", "application/jsonlines", "\x01"])
    )
    headers = {"X-Amzn-SageMaker-Custom-Attributes": attributes, "Accept": accept}
    began = time.thread_time()
    reply = client.post(path + query, data=body, content_type=kind, headers=headers)
    assert reply.status_code < 500
    assert time.thread_time() - began < LONGEST_S
    assert len(reply.data) < 20_000 + 2_000 * len(body)


MANY = [f"a{place}" for place in range(40_000)]
TENSORS = [{"name": name, "shape": [1], "datatype": "FP64", "data": [1]} for name in MANY[:15_000]]
WIDE: list[tuple[str, dict[str, Any]]] = [
    ("/invocations", {"json": {"dataframe_split": {"columns": MANY, "data": [[1] * len(MANY)]}}}),
    ("/predict", {"json": dict.fromkeys(MANY, 1)}),
    ("/predict", {"data": dict.fromkeys(MANY, "1")}),
    ("/v2/models/{name}/infer", {"json": {"inputs": TENSORS}}),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("path", "body"), WIDE)
def test_thousands_of_columns_are_refused_in_one_pass(
    client: FlaskClient, bundle: Bundle, path: str, body: dict[str, Any]
) -> None:
    """Each name looked for among all others took minutes for a body of 300 kB."""
    began = time.thread_time()
    reply = client.post(path.format(name=bundle.manifest.name), **body)
    assert reply.status_code in (400, 422)
    assert time.thread_time() - began < LONGEST_S


def test_what_is_refused_leaves_nothing_behind(client: FlaskClient, row: dict[str, Any]) -> None:
    """Python's own count of blocks, after as many refusals as would show a growth of one object each."""

    wrong = (b"{", b'{"x": 1}', b"[" * 2_000, json.dumps(row | {"tenure": "x"}).encode())

    def ask_all() -> None:
        for path in paths(client):
            for body in wrong:
                client.post(path, data=body, content_type="application/json")

    def held() -> int:
        gc.collect()
        return sys.getallocatedblocks()

    for _ in range(5):
        ask_all()
    before = held()
    for _ in range(25):
        ask_all()
    n_requests = 25 * len(wrong) * len(paths(client))
    assert held() - before < n_requests


@pytest.mark.skipif(SCHEMATHESIS is None, reason="schemathesis is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_does_what_its_description_says(
    start: Callable[..., Any], write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    """Its answers are of the form that is promised, to what is described, its examples, and what is not."""
    service = start(write_bundle())
    (tmp_path / "hooks.py").write_text(HOOKS)
    command = [str(SCHEMATHESIS), "run", f"http://127.0.0.1:{service.port}/openapi.json", "--max-examples", "10"]
    told = subprocess.run(
        [*command, "--seed", "1", "--request-timeout", "30", "--checks", ",".join(CHECKS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,  # where it keeps what it has found
        env=os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)},
    )
    assert told.returncode == 0, told.stdout[-9_000:]
    assert service.ask("/health")[0] == 200

"""What the service refuses, and how it says so."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.refusals import REASONS

SECRET = "4111111111111111"


def post(client: FlaskClient, body: bytes | str, **options: Any) -> Any:
    return client.post("/predict", data=body, **({"content_type": "application/json"} | options))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        ("{", "line 1, column 2"),
        ('{"tenure":\n  tru}', "line 2, column 3"),
        ('{"tenure": NaN}', "line 1, column 12"),
        ('{"tenure": Infinity}', "line 1, column 12"),
        ('{"tenure": 1e400}', "line 1, column 12"),
        ('{"tenure": ' + "9" * 400 + "}", "line 1, column 12"),
        ("{'tenure': 1}", "line 1, column 2"),
        ('{"tenure": 1} x', "line 1, column 15"),
        (b'{"remarks": "\xff"}', "byte 13"),
        ('{"remarks": "\\ud800"}', "surrogate"),
        ("[" * 100_000, "depth"),
        ("tenure=29", "line 1"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_the_place(client: FlaskClient, body: bytes | str, says: str) -> None:
    reply = post(client, body)
    assert (reply.status_code, reply.json["error"]["code"]) == (400, "not_json")
    assert says in reply.json["error"]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("5", "The body is a number"),
        ("null", "The body is null"),
        ('"x"', "The body is text"),
        ("[1]", "Record 0 is a number"),
        ("[[]]", "Record 0 is an array"),
        ('{"records": {}}', "'records' is an object"),
        ("[" * 1000 + "]" * 1000, "Record 0 is an array"),
    ],
)
def test_json_that_holds_no_records_is_refused(client: FlaskClient, body: str, says: str) -> None:
    reply = post(client, body)
    assert (reply.status_code, reply.json["error"]["code"]) == (400, "not_records")
    assert says in reply.json["error"]["message"]


def test_an_unknown_field_is_named_with_the_nearest_known_one(client: FlaskClient, row: dict[str, Any]) -> None:
    row["tenur"] = row.pop("tenure")
    error = client.post("/predict", json=row).json["error"]
    assert error == {
        "code": "unknown_field",
        "message": "Record 0 has the field 'tenur', which the model does not know.",
        "hint": "Did you mean 'tenure'?",
        "field": "tenur",
        "record": 0,
    }


def test_a_missing_field_is_named_with_its_record(client: FlaskClient, row: dict[str, Any]) -> None:
    short = {name: value for name, value in row.items() if name != "charges"}
    reply = client.post("/predict", json=[row, short])
    assert reply.status_code == 422
    error = reply.json["error"]
    assert (error["code"], error["field"], error["record"]) == ("missing_field", "charges", 1)


def test_something_beside_the_envelope_is_refused(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict", json={"records": [row], "debug": True})
    assert (reply.status_code, reply.json["error"]["field"]) == (422, "debug")


def test_a_very_long_name_is_cut_short(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict", json=row | {"x" * 1_000_000: 1})
    assert reply.status_code == 422
    assert len(reply.data) < 1000


@pytest.mark.parametrize(
    ("field", "value", "expected", "found"),
    [
        ("tenure", "four", "a number", "text"),
        ("tenure", True, "a number", "true or false"),
        ("tenure", {"a": SECRET}, "a number", "an object"),
        ("tenure", [SECRET], "a number", "an array"),
        ("tenure", "inf", "a number", "text"),
        ("tenure", f"card {SECRET}", "a number", "text"),
        ("signup", "soon", "a date", "text"),
        ("signup", 17, "a date", "a number"),
        ("signup", False, "a date", "true or false"),
        ("contract", {}, "one name", "an object"),
        ("senior", [True], "one name", "an array"),
        ("remarks", 12, "text", "a number"),
        ("remarks", {"a": 1}, "text", "an object"),
    ],
)
def test_a_wrong_type_is_named_but_never_the_value(
    client: FlaskClient, row: dict[str, Any], field: str, value: object, expected: str, found: str
) -> None:
    reply = client.post("/predict", json=[row, row | {field: value}])
    assert reply.status_code == 422
    error = reply.json["error"]
    assert (error["code"], error["field"], error["record"]) == ("wrong_type", field, 1)
    assert f"must be {expected}" in error["message"]
    assert f"it is {found}" in error["message"]
    assert SECRET not in reply.text


def test_deep_nesting_in_a_field_is_a_wrong_type(client: FlaskClient, row: dict[str, Any]) -> None:
    body = json.dumps(row).replace("29", "[" * 900 + "]" * 900)
    assert post(client, body).json["error"]["code"] == "wrong_type"


@pytest.mark.parametrize("second", ['"tenure": 3', '"ten\\u0075re": 3', '"tenure" : null'])
def test_a_field_that_is_given_twice_is_refused(client: FlaskClient, row: dict[str, Any], second: str) -> None:
    reply = post(client, json.dumps(row)[:-1] + f", {second}}}")
    assert (reply.status_code, reply.json["error"]["code"]) == (400, "duplicate_field")
    assert reply.json["error"]["field"] == "tenure"


def test_the_envelope_given_twice_is_refused(client: FlaskClient) -> None:
    assert post(client, '{"records": [], "records": []}').json["error"]["code"] == "duplicate_field"


def test_too_many_records_are_refused(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict", json=[row] * 10_001)
    assert (reply.status_code, reply.json["error"]["code"]) == (413, "too_many_records")


class Endless(io.RawIOBase):
    """A body that never ends; counts what is read of it."""

    def __init__(self) -> None:
        self.n_read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "all of it was asked for"
        self.n_read += size
        return b" " * size


@pytest.mark.parametrize("announced", [None, "7"])
def test_a_body_without_an_end_is_left_when_it_is_too_long(client: FlaskClient, announced: str | None) -> None:
    body = Endless()
    headers = {"Content-Length": announced} if announced else {}
    environ = {"wsgi.input": body, "wsgi.input_terminated": True}
    reply = client.post("/predict", content_type="application/json", headers=headers, environ_overrides=environ)
    assert (reply.status_code, reply.json["error"]["code"]) == (413, "too_large")
    assert body.n_read < 10_000_000 + (2 << 20)


def test_a_body_that_claims_to_be_too_long_is_not_read(client: FlaskClient) -> None:
    body = Endless()
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": "100000000"}
    reply = client.post("/predict", content_type="application/json", environ_overrides=environ)
    assert reply.status_code == 413
    assert body.n_read == 0


def test_a_body_of_just_the_limit_is_read(bundle: Bundle, row: dict[str, Any]) -> None:
    body = json.dumps(row)
    client = create_app(bundle, ServeSettings(max_body_bytes=len(body))).test_client()
    assert post(client, body).status_code == 200
    assert post(client, body + " ").status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/jsonx", ""])
def test_only_json_is_taken(client: FlaskClient, content_type: str) -> None:
    reply = post(client, "{}", content_type=content_type)
    assert (reply.status_code, reply.json["error"]["code"]) == (415, "not_json_type")


def test_a_charset_in_the_content_type_is_fine(client: FlaskClient, row: dict[str, Any]) -> None:
    assert post(client, json.dumps(row), content_type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_a_wrong_method_is_told_the_right_one(client: FlaskClient, method: str) -> None:
    reply = client.open("/predict", method=method)
    assert reply.status_code == 405
    assert reply.headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/nothing", "/predict/", "/%2e%2e/etc/passwd", "/static/x", "/predict%00"])
def test_an_unknown_path_is_not_found(client: FlaskClient, path: str) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.json["error"]["code"]) == (404, "not_found")


def test_a_mistake_of_ours_is_logged_and_not_told(
    bundle: Bundle, row: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Bundle):
        def prove(self) -> None:
            """Is fine."""

        def score_record(self, row: Any) -> Any:
            raise ZeroDivisionError(SECRET)

    client = create_app(Broken(bundle.folder, bundle.manifest, bundle.model)).test_client()
    reply = client.post("/predict", json=row, headers={"X-Request-ID": "abc"})
    assert (reply.status_code, reply.json["error"]["code"]) == (500, "internal")
    assert SECRET not in reply.text
    assert "request abc failed" in caplog.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_values=st.dictionaries(
        st.sampled_from(["tenure", "charges", "contract", "senior", "signup", "remarks"]), json_values
    )
)
def test_no_value_whatever_is_a_fault_of_ours(
    client: FlaskClient, row: dict[str, Any], given_values: dict[str, Any]
) -> None:
    reply = client.post("/predict", json=row | given_values)
    assert reply.status_code in (200, 400, 422)
    if reply.status_code != 200:
        assert reply.json["error"].keys() >= {"code", "message", "hint"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_body_whatever_is_a_fault_of_ours(client: FlaskClient, body: bytes) -> None:
    reply = post(client, body)
    assert reply.status_code in (200, 400, 422)


def test_every_reason_is_a_status_of_http() -> None:
    assert all(400 <= reason.status < 600 for reason in REASONS.values())


def test_a_packed_body_is_refused_before_it_is_read(client: FlaskClient, row: dict[str, Any]) -> None:
    """Small as it is, it could unfold to any size."""
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    reply = client.post("/predict", data=gzip.compress(b" " * 50_000_000), headers=packed)
    assert (reply.status_code, reply.json["error"]["code"]) == (415, "packed")
    assert client.post("/predict", json=row, headers={"Content-Encoding": "identity"}).status_code == 200


def test_a_mark_of_the_byte_order_before_json_is_no_fault(client: FlaskClient, row: dict[str, Any]) -> None:
    """Which PowerShell writes; RFC 8259, 8.1 lets a reader pass over it."""
    body = b"\xef\xbb\xbf" + json.dumps(row).encode()
    assert client.post("/predict", data=body, content_type="application/json").status_code == 200
    for broken in (b"\xef\xbb\xbf", b"\xef\xbb\xbf{", b"\xef\xbb\xbf" * 3_000):
        assert client.post("/predict", data=broken, content_type="application/json").status_code == 400


def test_what_is_packed_is_told_how_it_would_be_taken(client: FlaskClient, row: dict[str, Any]) -> None:
    reply = client.post("/predict", json=row, headers={"Content-Encoding": "gzip"})
    assert (reply.status_code, reply.headers["Accept-Encoding"]) == (415, "identity")


def test_forms_that_another_path_takes_are_sent_there(client: FlaskClient) -> None:
    for kind in ("text/csv", "application/jsonlines", "application/vnd.apache.parquet"):
        reply = client.post("/predict", data=b"1,2", content_type=kind)
        assert (reply.status_code, reply.json["error"]["hint"]) == (415, "POST it to /invocations.")

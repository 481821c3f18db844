"""Who may ask, and the headers of every answer."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.settings import is_loopback

TOKEN = "0123456789abcdef0123456789abcdef"
ALL_PATHS = ("/", "/predict", "/health", "/ready", "/metrics", "/openapi.json", "/docs", "/nothing")


@pytest.fixture
def guarded(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A service that listens to the world and asks for a token."""
    monkeypatch.setenv("TOKEN_OF_THE_TEST", TOKEN)
    return create_app(bundle, ServeSettings(host="0.0.0.0", token="env:TOKEN_OF_THE_TEST")).test_client()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "LOCALHOST:1", "[::1]:8080", "[::1]"])
def test_this_machine_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/metrics", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "localhost:80:80", "", "[::2]"]
)
def test_a_page_that_calls_itself_by_another_name_is_refused(client: FlaskClient, host: str) -> None:
    for path in ("/", "/predict", "/metrics"):
        reply = client.get(path, headers={"Host": host})
        assert (reply.status_code, reply.json["error"]["code"]) == (403, "host")


def test_a_loopback_address_that_was_set_is_answered(bundle: Bundle) -> None:
    client = create_app(bundle, ServeSettings(host="127.0.0.2")).test_client()
    assert client.get("/metrics", headers={"Host": "127.0.0.2:8080"}).status_code == 200


def test_with_a_token_the_right_one_lets_in_by_any_name(guarded: FlaskClient, row: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": "models.example"}
    assert guarded.post("/predict", json=row, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        "Bearer \u00fc\u00fc",
        f"Token {TOKEN}",
        TOKEN,
        "Basic !!!",
        "Basic " + base64.b64encode(b"user").decode(),
        "Basic " + base64.b64encode(b"user:wrong").decode(),
    ],
)
def test_any_other_token_is_refused(guarded: FlaskClient, row: dict[str, Any], header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = guarded.post("/predict", json=row, headers=headers)
    assert (reply.status_code, reply.json["error"]["code"]) == (401, "token")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_person_is_asked_for_the_token_as_a_password(guarded: FlaskClient) -> None:
    assert guarded.get("/").headers["WWW-Authenticate"].startswith("Basic")
    password = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert guarded.get("/", headers={"Authorization": f"Basic {password}"}).status_code == 200


def test_health_and_readiness_need_no_token(guarded: FlaskClient) -> None:
    assert guarded.get("/health", headers={"Host": "10.0.0.7:8080"}).status_code == 200
    assert guarded.get("/ready", headers={"Host": "10.0.0.7:8080"}).status_code == 200


def test_nothing_else_is_open(guarded: FlaskClient) -> None:
    for path in set(ALL_PATHS) - {"/health", "/ready"}:
        assert guarded.get(path).status_code == 401


@pytest.mark.parametrize("path", ALL_PATHS)
def test_every_answer_bears_the_safe_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "Server" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_request_id_is_given_back(client: FlaskClient) -> None:
    assert client.get("/health", headers={"X-Request-ID": "order-7.a:1"}).headers["X-Request-ID"] == "order-7.a:1"


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "<script>"])
def test_an_unusable_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    first, second = (client.get("/health", headers={"X-Request-ID": given}).headers["X-Request-ID"] for _ in range(2))
    assert first.isalnum()
    assert first != second


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", ""])
def test_listening_to_others_needs_a_token(bundle: Bundle, host: str) -> None:
    with pytest.raises(SettingsError, match="ask for no token") as caught:
        create_app(bundle, ServeSettings(host=host))
    assert "mlwright serve" in (caught.value.hint or "")


def test_a_token_is_named_and_never_written_out(bundle: Bundle) -> None:
    with pytest.raises(SettingsError, match="written out") as caught:
        create_app(bundle, ServeSettings(token=TOKEN))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("token", ["", "short", "x" * 15, "with a space in it", "ümläute-ümläute-ü"])
def test_a_token_that_cannot_be_used_is_refused_at_once(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", token)
    with pytest.raises(SettingsError, match="TOKEN_OF_THE_TEST") as caught:
        create_app(bundle, ServeSettings(token="env:TOKEN_OF_THE_TEST"))
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("LocalHost", True), ("10.0.0.1", False), ("", False)],
)
def test_what_loopback_is(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_page_of_another_site_cannot_ask_through_a_browser(
    client: FlaskClient, row: dict[str, Any], headers: dict[str, str]
) -> None:
    for path in ("/predict",):
        reply = client.post(path, json=row, headers=headers)
        assert (reply.status_code, reply.json["error"]["code"]) == (403, "origin")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_the_page_of_the_service_itself_can_ask(
    client: FlaskClient, row: dict[str, Any], headers: dict[str, str]
) -> None:
    assert client.post("/predict", json=row, headers=headers).status_code == 200


OTHER = "fedcba9876543210fedcba9876543210"


def test_several_tokens_let_in_so_that_one_can_be_replaced(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", f"{TOKEN},{OTHER}")
    client = create_app(bundle, ServeSettings(host="0.0.0.0", token="env:TOKEN_OF_THE_TEST")).test_client()
    for token, status in ((TOKEN, 200), (OTHER, 200), (f"{TOKEN},{OTHER}", 401), ("", 401)):
        assert client.post("/predict", json=row, headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_a_file_of_tokens_is_read_again_when_it_changes(
    bundle: Bundle, tmp_path: Path, row: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{TOKEN}\n{OTHER}\n")
    client = create_app(bundle, ServeSettings(host="0.0.0.0", token=f"file:{file}")).test_client()

    def status(token: str) -> int:
        return client.post("/predict", json=row, headers={"Authorization": f"Bearer {token}"}).status_code

    assert (status(TOKEN), status(OTHER)) == (200, 200)
    replace(file, f"{OTHER}\n")
    assert (status(TOKEN), status(OTHER)) == (401, 200)
    assert not caplog.messages
    replace(file, f"{TOKEN}\nshort\n")
    assert (status("short"), status(TOKEN), status(OTHER)) == (401, 401, 200)
    (told,) = caplog.messages  # once, however often somebody asks
    assert told.startswith(
        f"Token 2 of 2 in the file {file} can be guessed: it has 5 characters. Those before are taken"
    )
    file.unlink()
    assert (status(""), status(OTHER)) == (401, 200)
    assert caplog.messages[1].startswith(f"The file {file}, which should hold tokens, cannot be read (No such file")
    replace(file, f"{TOKEN}\n")
    assert (status(TOKEN), status(OTHER)) == (200, 401)


def replace(file: Path, text: str) -> None:
    """As an orchestrator does it: another file under the same name."""
    draft = file.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, file)


def test_a_file_without_a_token_is_refused_at_once(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read \(No such file or directory\)"):
        create_app(bundle, ServeSettings(token=f"file:{tmp_path / 'none'}"))
    (tmp_path / "empty").touch()
    with pytest.raises(SettingsError, match="holds none"):
        create_app(bundle, ServeSettings(token=f"file:{tmp_path / 'empty'}"))


def test_behind_a_gate_no_token_is_needed_and_any_name_will_do(bundle: Bundle, row: dict[str, Any]) -> None:
    client = create_app(bundle, ServeSettings(host="0.0.0.0", behind_gate=True)).test_client()
    assert client.post("/predict", json=row, headers={"Host": "models.example"}).status_code == 200
    assert client.post("/predict", json=row, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_more_than_may_be_asked_in_a_second_is_refused_and_health_is_not(bundle: Bundle, row: dict[str, Any]) -> None:
    client = create_app(bundle, ServeSettings(max_per_s=3)).test_client()
    replies = [client.post("/predict", json=row) for _ in range(30)]
    assert [reply.status_code for reply in replies[:3]] == [200] * 3
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(refused) > 20
    assert refused[0].json["error"]["code"] == "too_often"
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].headers["RateLimit"] == '"all";r=0;t=1'
    assert client.get("/ready").status_code == 200

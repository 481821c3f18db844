"""Vertex AI, simulated on loopback: models, endpoints, deployed models, traffic and long-running operations."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.steps import carry_out
from mlwright.shipping.targets import target

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
PARENT = "projects/shop/locations/europe-west1"


class Google:
    """What Vertex AI remembers."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}
        self.told: list[tuple[str, str]] = []
        self.operations: dict[str, int] = {}

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        path, query = urlsplit(url).path.removeprefix("/v1/"), parse_qs(urlsplit(url).query)
        if path == "/token":
            return 200, {"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}
        if method != "GET":
            self.told.append((method, path.removeprefix(f"{PARENT}/")))
        name, _, verb = path.partition(":")
        if name in self.operations:
            self.operations[name] -= 1
            return 200, {"name": name, "done": self.operations[name] <= 0}
        if verb == "upload":
            self.things[f"{PARENT}/models/{body['modelId']}"] = body["model"]
            return self.long()
        if method == "POST" and name == f"{PARENT}/endpoints":
            self.things[f"{name}/{query['endpointId'][0]}"] = {**body, "deployedModels": [], "trafficSplit": {}}
            return self.long()
        if name not in self.things:
            return 404, {"error": {"message": "not found"}}
        thing = self.things[name]
        if method == "GET":
            return 200, thing
        if verb == "deployModel":
            assert body["deployedModel"]["model"] in self.things
            number = str(7000 + len(self.told))
            thing["deployedModels"].append({**body["deployedModel"], "id": number})
            return self.split(
                thing, {number if key == "0" else key: value for key, value in body["trafficSplit"].items()}
            )
        if verb == "undeployModel":
            assert body["deployedModelId"] not in thing["trafficSplit"] or len(thing["deployedModels"]) == 1
            thing["deployedModels"] = [one for one in thing["deployedModels"] if one["id"] != body["deployedModelId"]]
            return self.long()
        if method == "PATCH":
            assert query["updateMask"] == ["trafficSplit"]
            return self.split(thing, body["trafficSplit"])
        del self.things[name]
        return self.long()

    def split(self, thing: Any, traffic: dict[str, int]) -> tuple[int, Any]:
        assert sum(traffic.values()) == 100
        assert traffic.keys() <= {one["id"] for one in thing["deployedModels"]}
        thing["trafficSplit"] = traffic
        return self.long()

    def long(self) -> tuple[int, Any]:
        name = f"{PARENT}/operations/{len(self.operations)}"
        self.operations[name] = 2
        return 200, {"name": name}


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    memory = Google()

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_json = self.headers.get("Content-Type") == "application/json"
            status, said = memory.answer(self.command, self.path, json.loads(data) if data and is_json else None)
            assert self.path == "/token" or self.headers["Authorization"] == "Bearer t"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = reply  # noqa: N815  the names that http.server looks for

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account(tmp_path, f"{url}/token")))
    memory.url = f"{url}/v1"
    yield memory
    server.shutdown()


def account(folder: Path, token_uri: str) -> Path:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = rsa.generate_private_key(65537, 2048).private_bytes(pem, form, plain).decode()
    facts = {"type": "service_account", "project_id": "shop", "private_key_id": "1", "private_key": key}
    facts |= {"client_email": "robot@shop.example", "client_id": "1", "token_uri": token_uri}
    (folder / "account.json").write_text(json.dumps(facts))
    return folder / "account.json"


def named(bundle_id: str) -> Bundle:
    bundle = Bundle.load(KEPT)
    return Bundle(bundle.folder, bundle.manifest.model_copy(update={"bundle_id": bundle_id}), bundle.model)


def place(google: Any, **more: Any) -> Any:
    image = "europe-west1-docker.pkg.dev/shop/models/churn:1"
    return target("vertex", {"image": image, "pushed": True, "project": "shop", "api": google.url, "wait_s": 5, **more})


def test_a_bundle_answers_and_doing_it_again_changes_nothing(google: Any) -> None:
    assert place(google).state(named("one")).sentence == "There is no endpoint p."
    carry_out(place(google).plan(named("one")))
    assert place(google).state(named("one")).bundles == {"one": 1.0}
    assert google.told == [("POST", "models:upload"), ("POST", "endpoints"), ("POST", "endpoints/p:deployModel")]
    carry_out(place(google).plan(named("one")))
    assert len(google.told) == 3
    container = google.things[f"{PARENT}/models/p-one"]["containerSpec"]
    assert (container["predictRoute"], container["ports"]) == ("/vertex:predict", [{"containerPort": 8080}])


def test_shares_move_one_before_is_kept_and_undo_goes_back(google: Any) -> None:
    carry_out(place(google).plan(named("one")))
    carry_out(place(google, share=0.1).plan(named("two")))
    assert place(google).state(named("one")).bundles == {"one": 0.9, "two": 0.1}
    carry_out(place(google).plan(named("two")))
    assert place(google).state(named("one")).bundles == {"two": 1.0}
    carry_out(place(google).back(named("two")))
    assert place(google).state(named("one")).bundles == {"one": 1.0}
    assert place(google).state(named("one")).before == "two"
    carry_out(place(google).plan(named("three")))
    assert place(google).state(named("one")).before == "one"
    assert len(google.things[f"{PARENT}/endpoints/p"]["deployedModels"]) == 2


def test_what_ends_is_the_endpoint(google: Any) -> None:
    carry_out(place(google).plan(named("one")))
    carry_out(place(google).removal(named("one")))
    carry_out(place(google).removal(named("one")))
    assert list(google.things) == [f"{PARENT}/models/p-one"]


def test_what_is_missing_is_said_first_and_what_google_refuses_in_words(google: Any) -> None:
    with pytest.raises(SettingsError, match="project of Google Cloud"):
        target("vertex", {"image": "a/b"}).plan(named("one"))
    with pytest.raises(DeploymentError, match="Vertex AI says 404"):
        place(google)._there(named("one"))._ask("POST", "nothing", {})

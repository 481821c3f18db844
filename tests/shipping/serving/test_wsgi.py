"""Any WSGI server can answer with the same application."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from mlwright.core.errors import SettingsError
from mlwright.shipping.serving.wsgi import application


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url(write_bundle: Callable[..., Path]) -> Iterator[str]:
    """The server of Python's own library, which holds the application to what WSGI says."""
    app = application({"MLWRIGHT_BUNDLE": str(write_bundle()), "MLWRIGHT_HOST": "127.0.0.1"})
    server = make_server("127.0.0.1", 0, validator(app), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_server_gives_the_same_answers(url: str, client: Any, row: dict[str, Any]) -> None:
    asked = Request(f"{url}/predict", json.dumps(row).encode(), {"Content-Type": "application/json"})
    with urlopen(asked) as reply:
        assert reply.read() == client.post("/predict", json=row).data
    with urlopen(f"{url}/ready") as reply:
        assert reply.status == 200
    with pytest.raises(HTTPError, match="422"):
        urlopen(Request(f"{url}/predict", b'{"a": 1}', {"Content-Type": "application/json"}))


def test_beyond_this_machine_it_asks_for_a_token_too(write_bundle: Callable[..., Path]) -> None:
    with pytest.raises(SettingsError, match="ask for no token"):
        application({"MLWRIGHT_BUNDLE": str(write_bundle())})

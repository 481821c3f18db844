"""Any WSGI server can answer with the same application."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from mlwright.core.errors import SettingsError
from mlwright.shipping.serving.wsgi import application

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "serve.md").read_text("utf-8")
START_S = 120


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


@pytest.mark.skipif(importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed")
def test_gunicorn_answers_by_the_command_of_the_page(
    write_bundle: Callable[..., Path], client: Any, row: dict[str, Any]
) -> None:
    (words,) = re.findall(r'gunicorn (--threads \d+) "(mlwright[^"]+)"', PAGE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"MLWRIGHT_BUNDLE": str(write_bundle()), "MLWRIGHT_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *words[0].split(), words[1]]
    service = subprocess.Popen(command, env=os.environ | told, stderr=subprocess.PIPE, text=True)
    try:
        assert status_of(f"http://127.0.0.1:{port}/ready") == 200
        asked = Request(
            f"http://127.0.0.1:{port}/predict", json.dumps(row).encode(), {"Content-Type": "application/json"}
        )
        with urlopen(asked) as reply:
            assert reply.read() == client.post("/predict", json=row).data
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=START_S)
    assert service.returncode == 0, said


def status_of(url: str) -> int:
    """What a server answers that may just have been started."""
    ends = time.monotonic() + START_S
    while True:
        try:
            with urlopen(url, timeout=START_S) as reply:
                return int(reply.status)
        except URLError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)

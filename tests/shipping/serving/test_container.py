"""The service as a platform starts it: told by the environment, under any user, with nothing to write to."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import LogSettings
from mlwright.shipping.serving.container import options

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "port"),
    [({}, 8080), ({"PORT": "9"}, 9), ({"PORT": "9", "SAGEMAKER_BIND_TO_PORT": "8"}, 8), ({"AIP_HTTP_PORT": "7"}, 7)],
)
def test_the_port_is_that_of_the_platform(write_bundle: Callable[..., Path], given: dict[str, str], port: int) -> None:
    _, found = options({"MLWRIGHT_BUNDLE": str(write_bundle()), **given}, [])
    assert (found.host, found.port) == ("0.0.0.0", port)


def test_only_a_platform_with_a_gate_needs_no_token(write_bundle: Callable[..., Path]) -> None:
    place = {"MLWRIGHT_BUNDLE": str(write_bundle())}
    assert not options(place, [])[1].behind_gate
    assert options(place, ["serve"])[1].behind_gate
    assert options(place | {"AIP_HTTP_PORT": "8080"}, [])[1].behind_gate
    assert options(place | {"MLWRIGHT_BEHIND_GATE": "1"}, [])[1].behind_gate
    _, with_token = options(place | {"MLWRIGHT_TOKEN": TOKEN}, ["serve"])
    assert (with_token.token, with_token.behind_gate) == ("env:MLWRIGHT_TOKEN", False)


def test_a_bundle_is_found_one_folder_deeper(write_bundle: Callable[..., Path]) -> None:
    folder = write_bundle()
    assert options({"AZUREML_MODEL_DIR": str(folder.parent)}, [])[0] == folder
    with pytest.raises(SettingsError, match="There is no bundle in /nowhere"):
        options({"MLWRIGHT_BUNDLE": "/nowhere"}, [])


def test_what_cannot_be_used_is_refused(write_bundle: Callable[..., Path]) -> None:
    place = {"MLWRIGHT_BUNDLE": str(write_bundle())}
    with pytest.raises(SettingsError, match="it knows 'serve' alone"):
        options(place, ["train"])
    with pytest.raises(SettingsError, match="PORT holds no number"):
        options(place | {"PORT": "eighty"}, [])


def test_the_log_and_the_limit_are_told_by_variables(write_bundle: Callable[..., Path]) -> None:
    place = {"MLWRIGHT_BUNDLE": str(write_bundle())}
    told = {
        "MLWRIGHT_MAX_PER_S": "2.5",
        "MLWRIGHT_LOG": "/kept",
        "MLWRIGHT_LOG_MAX_MB": "7",
        "MLWRIGHT_LOG_LEAVE_OUT": 'remarks, "signup"',
        "MLWRIGHT_LOG_HASH": "tenure",
        "MLWRIGHT_LOG_COPY": "s3://bucket/kept",
    }
    _, found = options(place | told, [])
    assert found.max_per_s == 2.5
    assert found.log == LogSettings(
        folder="/kept",
        max_bytes=7_000_000,
        left_out=("remarks", "signup"),
        hashed=("tenure",),
        hash_key="env:MLWRIGHT_LOG_HASH_KEY",
        copy_to="s3://bucket/kept",
    )
    assert options(place, [])[1].log == LogSettings()
    with pytest.raises(SettingsError, match="max_per_s is not usable"):
        options(place | {"MLWRIGHT_MAX_PER_S": "many"}, [])


@pytest.mark.parametrize("user", [None, 10_001])
def test_any_user_can_run_it_and_it_writes_nothing(
    write_bundle: Callable[..., Path], row: dict[str, Any], user: int | None
) -> None:
    bundle = write_bundle()
    for folder in (bundle, *bundle.parents[:2]):
        folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLWRIGHT_BUNDLE": str(bundle),
        "AIP_HTTP_PORT": str(port),
        "AIP_PREDICT_ROUTE": "/v1/endpoints/3:predict",
        "HOME": "/nonexistent",
        "TMPDIR": "/nonexistent",
    }
    command = [sys.executable, "-m", "mlwright.shipping.serving.container", "serve"]
    other: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": ()}
    try:
        process = subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **other
        )
    except PermissionError:
        pytest.skip("this Python is not for other users, or only root could become one")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving at")
        files = Path(f"/proc/{process.pid}/fd").iterdir()
        assert not [target for file in files if (target := os.readlink(file)).startswith("/tmp")]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps({"instances": [row]})
        headers = {"Content-Type": "application/json", "Host": "vertex.example"}
        connection.request("POST", "/v1/endpoints/3:predict", body, headers)
        assert json.load(connection.getresponse())["predictions"] == ["No"]
    finally:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert time.monotonic() - began < 30

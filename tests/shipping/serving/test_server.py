"""The real server, as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.reading import MOST_READING
from mlwright.shipping.serving.server import serve
from mlwright.shipping.serving.settings import settings_of

JSON = {"Content-Type": "application/json"}
START_S = 60


def test_it_says_where_it_is_once_it_answers(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    assert service.said.startswith(f"Serving at http://127.0.0.1:{service.port}\n")
    assert service.ask("/ready")[0] == 200
    status, body = service.ask("/predict", row)
    assert (status, json.loads(body)["prediction"]) == (200, "No")


def test_it_tells_no_product_and_answers_on_one_connection(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    connection = start(write_bundle()).connect()
    for _ in range(3):
        connection.request("GET", "/health")
        reply = connection.getresponse()
        assert reply.read() == b'{"status":"ok"}'
        assert not reply.getheader("server")


def test_requests_in_work_are_answered_after_a_sigterm(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    connections = [service.connect() for _ in range(4)]
    for connection in connections:
        connection.request("GET", "/health")
        connection.getresponse().read()
    body = json.dumps([row] * 10_000)
    for connection in connections:
        connection.request("POST", "/predict", body, JSON)
    time.sleep(0.1)
    service.process.send_signal(signal.SIGTERM)
    for connection in connections:
        reply = connection.getresponse()
        assert reply.status == 200
        assert len(json.loads(reply.read())["predictions"]) == 10_000
    assert service.process.wait(START_S) == 0


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_of_100_megabytes_is_refused_and_not_held(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], chunked: bool
) -> None:
    service = start(write_bundle())
    service.ask("/predict", row)
    (worker,) = service.workers()
    before = peak_bytes(worker)
    status, body = post_in_pieces(service.port, 100_000_000, chunked=chunked)
    assert (status, json.loads(body)["error"]["code"]) == (413, "too_large")
    assert peak_bytes(worker) - before < 45_000_000
    assert service.ask("/health")[0] == 200


def test_a_content_length_that_lies_harms_nobody(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    body = json.dumps(row).encode()
    head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as short:
        short.sendall(head.format(len(body) - 5).encode() + body)
        assert short.recv(1000).startswith(b"HTTP/1.1 400")
    with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as long:
        long.sendall(head.format(len(body) + 5).encode() + body)
        assert service.ask("/predict", row)[0] == 200
    assert service.ask("/health")[0] == 200


ODD = {
    "bytes that are no text in the path": b"GET /%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another machine in the path": b"GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.0\r\n\r\n",
    "a method of its own": b"FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a length that is no number": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
    "a length beyond measure": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999999\r\n\r\n",
    "a chunk that is none": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a header without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "another language": b"\x16\x03\x01\x02\x00\x01\x00",
}


def test_requests_that_break_http_are_refused_and_harm_nobody(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    service = start(write_bundle())
    for name, sent in ODD.items():
        with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as connection:
            connection.sendall(sent)
            status = connection.recv(12)
        assert status[8:10] == b" 4", name
    assert service.ask("/health")[0] == 200
    assert b'refusals_total{reason="internal"} 0' in service.ask("/metrics")[1]


def test_the_processes_of_one_service_count_together(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle(), workers=2)
    for _ in range(30):
        assert service.ask("/predict", row)[0] == 200
    assert b"\nmlwright_rows_total 30\n" in service.ask("/metrics")[1]


def test_a_second_service_on_the_port_is_refused(start: Callable[..., Any], write_bundle: Callable[..., Path]) -> None:
    service = start(write_bundle())
    with pytest.raises(SettingsError, match=f"Port {service.port} of 127.0.0.1 is taken") as caught:
        serve("anywhere", ServeSettings(port=service.port))
    assert "--port" in (caught.value.hint or "")


def test_a_bundle_that_was_changed_is_not_served(start: Callable[..., Any], write_bundle: Callable[..., Path]) -> None:
    folder = write_bundle()
    (folder / "model" / "1").write_bytes(b"changed")
    service = start(folder)
    assert service.process.wait(START_S) == 1
    assert service.said.startswith("BundleError: model/1 of the bundle")


def answers(service: Any, row: dict[str, Any]) -> bool:
    try:
        return bool(service.ask("/predict", row)[0] == 200)
    except (OSError, http.client.HTTPException):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_that_are_killed_again_and_again_are_started_again(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle(), workers=2)
    for _ in range(3):
        before = service.workers()
        os.kill(before[0], signal.SIGKILL)
        deadline = time.monotonic() + START_S
        while len(now := service.workers()) < 2 or before[0] in now:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    while not answers(service, row):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    service.process.terminate()
    told = service.process.communicate(timeout=START_S)[1]
    assert "1 process of the service ended (signal 9); it is started again now" in told
    assert "it is started again in 2 s" in told


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_worker_outlives_a_killed_service(start: Callable[..., Any], write_bundle: Callable[..., Path]) -> None:
    service = start(write_bundle(), workers=2)
    workers = service.workers()
    service.process.kill()
    deadline = time.monotonic() + START_S
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"host": "0.0.0.0"}, "ask for no token"),
        ({"token": "env:NO_SUCH_VARIABLE_IS_SET"}, "holds none"),
        ({"port": 70_000}, "port is not usable"),
        ({"workers": 0}, "workers is not usable"),
        ({"host": "203.0.113.7", "token": "env:TOKEN_OF_THE_TEST"}, "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], says: str
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", "0123456789abcdef")
    with pytest.raises(SettingsError, match=says):
        serve("anywhere", settings_of(options))


def post_in_pieces(port: int, size: int, *, chunked: bool) -> tuple[int, bytes]:
    """Send a long body until the service has had enough; its answer."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    piece = b" " * 100_000
    framed = b"186a0\r\n" + piece + b"\r\n" if chunked else piece
    with socket.create_connection(("127.0.0.1", port), timeout=START_S) as connection:
        connection.sendall(head.encode())
        try:
            for _ in range(size // len(piece)):
                connection.sendall(framed)
        except OSError:
            pass  # the service does not listen any more; it has answered
        reply = http.client.HTTPResponse(connection)
        reply.begin()
        return reply.status, reply.read()


def peak_bytes(pid: int) -> int:
    """The most memory that a process ever held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_callers_who_send_slowly_do_not_keep_health_from_being_told(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    slow = [service.connect() for _ in range(MOST_READING + 20)]
    for connection in slow:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"{")
    deadline = time.monotonic() + START_S
    while (answer := service.ask("/predict", row))[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (answer[0], json.loads(answer[1])["error"]["code"]) == (503, "busy")
    assert service.ask("/health")[0] == service.ask("/ready")[0] == 200
    for connection in slow:
        connection.close()
    while service.ask("/predict", row)[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)

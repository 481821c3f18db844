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
from mlwright.shipping.serving.incoming import MOST_HEAD_BYTES
from mlwright.shipping.serving.server import HEADERS_S, serve
from mlwright.shipping.serving.settings import settings_of
from mlwright.shipping.serving.turns import MOST_LONG

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


def test_what_breaks_http_is_counted_and_answered_with_the_safe_headers(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    service = start(write_bundle())
    for request in (b"NOT HTTP\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 200):
        with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as connection:
            connection.sendall(request)
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            assert reply.status == 400
            assert reply.getheader("X-Content-Type-Options") == "nosniff"
            assert reply.getheader("X-Request-ID")
    assert b'mlwright_refusals_total{reason="bad_request"} 3\n' in service.ask("/metrics")[1]


@pytest.mark.parametrize(
    ("host", "behind_gate", "is_told"), [("127.0.0.1", False, 0), ("0.0.0.0", False, 1), ("0.0.0.0", True, 0)]
)
def test_who_lets_others_reach_it_is_told_that_tokens_travel_openly(
    start: Callable[..., Any],
    write_bundle: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    behind_gate: bool,
    is_told: int,
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", "0123456789abcdef")
    service = start(write_bundle(), host=host, token="env:TOKEN_OF_THE_TEST", behind_gate=behind_gate)
    service.process.terminate()
    assert service.process.communicate(timeout=START_S)[1].count("speaks plain HTTP") == is_told


def test_it_tells_no_product_and_answers_on_one_connection(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    connection = start(write_bundle()).connect()
    for _ in range(3):
        connection.request("GET", "/health")
        reply = connection.getresponse()
        assert reply.read() == b'{"status":"ok"}'
        assert not reply.getheader("server")


def test_a_connection_takes_one_large_body_after_another(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    connection, body = start(write_bundle()).connect(), json.dumps([row] * 5_000)
    assert len(body) > 2 * MOST_HEAD_BYTES
    for _ in range(3):
        connection.request("POST", "/predict", body, JSON)
        reply = connection.getresponse()
        assert (reply.status, len(json.loads(reply.read())["predictions"])) == (200, 5_000)


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


@pytest.mark.parametrize(("workers", "with_log"), [(1, False), (2, True)])
def test_who_comes_after_a_sigterm_is_turned_away_while_others_are_answered(
    start: Callable[..., Any],
    write_bundle: Callable[..., Path],
    row: dict[str, Any],
    tmp_path: Path,
    workers: int,
    with_log: bool,
) -> None:
    log = {"folder": str(tmp_path / "log")} if with_log else None
    service, body = start(write_bundle(), workers=workers, log=log), json.dumps(row).encode()
    begun = socket.create_connection(("127.0.0.1", service.port), timeout=START_S)
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    begun.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n")
    assert begun.recv(100).startswith(b"HTTP/1.1 100 ")  # so it is in work
    service.process.send_signal(signal.SIGTERM)
    ends = time.monotonic() + 20  # less than a service waits for those that are in work
    while True:
        try:
            socket.create_connection(("127.0.0.1", service.port), timeout=START_S).close()
        except ConnectionRefusedError:
            break
        assert time.monotonic() < ends, "new connections are still taken"
        time.sleep(0.2)
    begun.sendall(body)
    assert begun.recv(100).startswith(b"HTTP/1.1 200 ")
    begun.close()


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


POST = b"POST /predict HTTP/1.1\r\nHost: localhost\r\n"
ODD = {
    "bytes that are no text in the path": b"GET /%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another machine in the path": b"GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.0\r\n\r\n",
    "no host in HTTP/1.1": b"GET /health HTTP/1.1\r\n\r\n",
    "a method of its own": b"FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a length that is no number": POST + b"Content-Length: abc\r\n\r\n",
    "a length beyond measure": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999999\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length below zero": POST + b"Content-Length: -2\r\n\r\n{}",
    "a space behind a header's name": POST + b"Content-Length : 2\r\n\r\n{}",
    "a header over two lines": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "a carriage return in a header": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n",
    "a zero byte in a header": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
    "a coding that is none": POST + b"Transfer-Encoding: xchunked\r\n\r\n{}",
    "chunks that are not last": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /predict HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an address without an end": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "too many headers": b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 101 + b"\r\n",
    "headers of 700 kB": b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    + (b"X: " + b"a" * 7_990 + b"\r\n") * 90
    + b"\r\n",
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


CHUNKS = {
    "no number": b"zz\r\n",
    "a number below zero": b"-1\r\n",
    "another writing of a number": b"0x5\r\nabcde\r\n0\r\n\r\n",
    "a size beyond measure": b"ffffffffffffffffff\r\n",
    "none": b"0\r\n\r\n",
}
CHUNKED = (
    b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
)
HIDDEN = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


def replies_to(service: Any, sent: bytes) -> bytes:
    """All that comes back until the service ends the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as connection:
        connection.sendall(sent)
        found = b""
        while part := connection.recv(65_536):
            found += part
    return found


def test_chunks_that_are_none_are_refused_and_end_the_connection(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    service = start(write_bundle())
    for name, chunk in CHUNKS.items():
        replies = replies_to(service, CHUNKED + b"\r\n" + chunk)
        assert replies.startswith(b"HTTP/1.1 400"), name
        assert b'"code":"bad_request"' in replies, name
    assert service.ask("/health")[0] == 200


@pytest.mark.parametrize(
    "head", [CHUNKED + b"Content-Length: 5\r\n", CHUNKED.replace(b"Host", b"Content-Length: 5\r\nHost")]
)
def test_no_request_hides_behind_one_with_two_lengths(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], head: bytes
) -> None:
    """A proxy that goes by Content-Length sees one request where chunks tell of two, and the other way round."""
    service = start(write_bundle())
    record = json.dumps(row).encode()
    whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(record), record)
    for sent in (b"0\r\n\r\n", whole):
        replies = replies_to(service, head + b"\r\n" + sent + HIDDEN)
        assert replies.startswith(b"HTTP/1.1 400")
        assert replies.count(b"HTTP/1.1 ") == 1
        assert b"mlwright_requests_total" not in replies
    twice = replies_to(service, CHUNKED.replace(b"/predict", b"/") + b"\r\n" + b"0\r\n\r\n" + HIDDEN)
    assert twice.count(b"HTTP/1.1 ") == 1


def test_the_same_length_twice_is_refused(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    body = json.dumps(row).encode()
    length = b"Content-Length: %d\r\n" % len(body)
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + length + length
    replies = replies_to(start(write_bundle()), head + b"\r\n" + body + HIDDEN)
    assert replies.startswith(b"HTTP/1.1 400")
    assert replies.count(b"HTTP/1.1 ") == 1


def test_a_caller_who_never_ends_its_headers_is_let_go(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    service = start(write_bundle(), headers_s=2.0)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: loc")
        while connection.recv(1_000):
            pass
    assert 1.0 < time.monotonic() - began < HEADERS_S
    assert service.ask("/health")[0] == 200


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


def slow_callers(service: Any, n: int, announced: int) -> list[http.client.HTTPConnection]:
    """Callers who send one byte of so many."""
    slow = [service.connect() for _ in range(n)]
    for connection in slow:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(announced))
        connection.endheaders(b"{")
    return slow


def test_callers_who_send_slowly_keep_nobody_waiting(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    slow = slow_callers(service, 300, 1_000)
    assert [service.ask("/predict", row)[0] for _ in range(20)] == [200] * 20
    assert service.ask("/health")[0] == service.ask("/ready")[0] == 200
    for connection in slow:
        connection.close()


def test_long_requests_that_come_slowly_leave_room_for_short_ones(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    long = [row] * 1_000
    slow = slow_callers(service, MOST_LONG + 20, 100_000)
    deadline = time.monotonic() + START_S
    while (answer := service.ask("/predict", long))[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (answer[0], json.loads(answer[1])["error"]["code"]) == (503, "busy")
    assert service.ask("/predict", row)[0] == service.ask("/health")[0] == service.ask("/ready")[0] == 200
    assert b'refusals_total{reason="busy"}' in service.ask("/metrics")[1]
    for connection in slow:
        connection.close()
    while service.ask("/predict", long)[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_proves_a_long_request_is_answered_beside_the_others_or_refused(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service, path = start(write_bundle()), "/v1/models/churn:predict"
    asked = {"instances": [row], "parameters": {"reasons": 2}}
    for _ in range(3):
        status, body = service.ask(path, asked)
        assert status == 200
        assert json.loads(body)["predictions"][0].keys() == {"prediction", "probabilities", "reasons"}
    slow = slow_callers(service, MOST_LONG, 100_000)
    wait_until(lambda: service.ask(path, asked)[0] == 503)
    assert "Too many long requests" in json.loads(service.ask(path, asked)[1])["error"]
    assert service.ask(path, {"instances": [row]})[0] == 200
    for connection in slow:
        connection.close()
    wait_until(lambda: service.ask(path, asked)[0] == 200)


def wait_until(happens: Callable[[], bool]) -> None:
    ends = time.monotonic() + START_S
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_requests_sent_at_once_are_answered_in_their_order(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    """A long request, which another thread answers, is not overtaken by the short ones behind it."""
    service = start(write_bundle())
    sent, records = b"", [[row] * 1_000, row, [row] * 2, row]
    for place, each in enumerate(records):
        body = json.dumps(each).encode()
        head = f"X-Request-ID: r{place}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        sent += POST + head.encode() + body
    replies = replies_to(service, sent + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert replies.count(b"HTTP/1.1 200 OK") == replies.count(b"HTTP/1.1 ") == 5
    places = [replies.index(b"X-Request-ID: r%d\r\n" % place) for place in range(4)]
    assert places == sorted(places)


def test_what_other_programs_say_of_http_is_understood(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    body = json.dumps(row).encode()
    ends = b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    asked = replies_to(service, POST + ends + b"Expect: 100-continue\r\n\r\n" + body)
    assert asked.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK") or asked.startswith(b"HTTP/1.1 200 OK")
    other = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
    content = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    declined = replies_to(service, POST + other + content + body + last.replace(b"close", other[12:-2]) + last)
    assert declined.count(b"HTTP/1.1 200 OK") == declined.count(b"HTTP/1.1 ") == 3
    old = b"POST /predict HTTP/1.0\r\nHost: localhost\r\n"
    for expected in (b"", b"Expect: 100-continue\r\n"):
        assert replies_to(service, old + expected + content + body).startswith(b"HTTP/1.1 200 OK")
    whole = replies_to(service, b"GET http://localhost/health HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
    assert whole.startswith(b"HTTP/1.1 200 OK")
    head = replies_to(service, b"HEAD /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405")
    assert head.endswith(b"\r\n\r\n")


def test_a_header_cannot_pass_for_another(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    body = json.dumps(row).encode()
    head = b"X_Request_ID: mine\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    replies = replies_to(start(write_bundle()), POST + head % len(body) + body)
    assert replies.startswith(b"HTTP/1.1 200")
    assert b"mine" not in replies


def test_what_stands_behind_chunks_is_bounded_and_counts_for_nothing(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    record = json.dumps(row).encode()
    whole = CHUNKED + b"\r\n%x\r\n%s\r\n0\r\n" % (len(record), record)
    replies = replies_to(service, whole + b"X-Request-ID: mine\r\n\r\n" + b"no HTTP at all\r\n\r\n")
    assert replies.startswith(b"HTTP/1.1 200")
    assert replies.count(b"HTTP/1.1 ") == 1
    assert b"mine" not in replies
    endless = replies_to(service, whole + b"X: " + b"a" * 1_000_000)
    assert endless.startswith(b"HTTP/1.1 400")
    tiny = replies_to(service, CHUNKED + b"\r\n" + b"1\r\n{\r\n" * 100_000)
    assert tiny.startswith(b"HTTP/1.1 400")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_caller_who_takes_no_answers_is_let_go_and_fills_no_memory(
    start: Callable[..., Any], write_bundle: Callable[..., Path]
) -> None:
    service = start(write_bundle(), headers_s=5.0)
    assert service.ask("/openapi.json")[0] == 200
    (worker,) = service.workers()
    before = peak_bytes(worker)
    many = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500_000
    caller = socket.create_connection(("127.0.0.1", service.port), timeout=START_S)
    with caller, pytest.raises(ConnectionError):
        caller.sendall(many)
    assert peak_bytes(worker) - before < 45_000_000
    assert service.ask("/health")[0] == 200


@pytest.mark.parametrize(
    "offer", [b"", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"], ids=["", "upgrade"]
)
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_request_in_single_bytes_gets_the_answer_of_one_in_one_piece(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], offer: bytes, chunked: bool
) -> None:
    service = start(write_bundle())
    record = json.dumps(row).encode()
    body = b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (record[:5], len(record) - 5, record[5:]) if chunked else record
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(record)
    kind = b"Content-Type: application/json\r\nX-Request-ID: one\r\n"
    sent = POST + offer + kind + length + b"\r\n\r\n" + body
    answers = []
    for size in (1, len(sent)):
        with socket.create_connection(("127.0.0.1", service.port), timeout=START_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for place in range(0, len(sent), size):
                connection.sendall(sent[place : place + size])
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            answers.append((reply.status, reply.getheader("X-Request-ID"), reply.read()))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (200, "one")

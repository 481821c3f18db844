"""A load test bears on a real service, tells what came of it, and harms nobody else."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlwright.core.errors import SettingsError, StorageError
from mlwright.faces.cli.main import build
from mlwright.faces.loading import started, told
from mlwright.shipping.asking import address_of
from mlwright.shipping.loadtest import Load, load

OLD = Path(__file__).parents[1] / "compat" / "bundle_1"


@pytest.fixture(scope="module")
def url():
    with started(OLD, 1) as address:
        yield address


def test_a_service_is_asked_with_rows_that_it_knows(url: str) -> None:
    done = CliRunner().invoke(
        build(), ["loadtest", url, "--rows", str(OLD), "--requests", "60", "--clients", "3", "--json"]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert set(found["statuses"]) == {"200"}
    assert 60 <= found["n_requests"] <= 63
    assert 0 < found["p50_ms"] <= found["p90_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert sum(count for _, count in found["histogram"]) == found["n_requests"]


def test_without_rows_the_example_of_the_service_is_sent(url: str) -> None:
    done = CliRunner().invoke(build(), ["loadtest", url, "--requests", "20", "--clients", "1", "--records", "5"])
    assert done.exit_code == 0, done.output
    assert "of 5 records" in done.stdout
    assert "every one was answered" in done.stdout
    assert "#" in done.stdout


def test_rows_are_those_of_a_project_too_and_a_token_is_sent(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").write_text(f"{'a' * 32}\n{'b' * 32}\n")
    monkeypatch.setenv("WRONG", "c" * 32)
    words = [sys.executable, "-m", "mlwright", "serve", str(shop), "--port", "0"]
    service = subprocess.Popen([*words, "--token", f"file:{tmp_path / 'tokens'}"], stdout=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        asked = ["loadtest", service.stdout.readline().split()[-1], "--requests", "10", "--clients", "1"]
        with_rows = [*asked, "--rows", str(shop), "--token", f"file:{tmp_path / 'tokens'}"]
        assert "every one was answered" in CliRunner().invoke(build(), with_rows).output
        for more, said in ((), "asks for a token"), (("--token", "env:WRONG"), "does not take this token"):
            refused = CliRunner().invoke(build(), [*asked, *more])
            assert said in str(refused.exception), refused.output
    finally:
        service.terminate()
        service.communicate()


def test_it_ends_when_its_time_is_over(url: str) -> None:
    found = load(address_of(url), [{"wrong": 1}], seconds=0.3, n_clients=2)
    assert set(found.statuses) == {"422"}
    assert found.per_s == 0
    assert 0.3 <= found.seconds < 5
    assert f"{found.n_failed:,} were not answered: {found.n_failed:,} with 422" in told(found)


def test_other_machines_are_left_alone_unless_that_is_said() -> None:
    with pytest.raises(SettingsError, match="is another machine"):
        address_of("http://192.0.2.1:8080")
    assert address_of("http://192.0.2.1:8080", anywhere=True).port == 8080
    with pytest.raises(SettingsError, match="plain HTTP"):
        address_of("https://localhost")


def test_where_nobody_answers_it_gives_up() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = taken.getsockname()[1]
    with pytest.raises(StorageError, match=f"No service answers at 127.0.0.1:{free}"):
        load(address_of(f"http://127.0.0.1:{free}"), [{}], seconds=5)


def test_connections_that_break_are_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once_and_break() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                connection.recv(10_000)
                connection.close()

        threading.Thread(target=answer_once_and_break, daemon=True).start()
        address = address_of(f"http://127.0.0.1:{server.getsockname()[1]}")
        found = load(address, [{}], n_clients=1, most_requests=4, seconds=5)
    assert found.statuses == {"200": 2, "broken": 2}


def test_the_histogram_shows_the_steps_that_occurred() -> None:
    steps = ((0.1, 0), (0.2, 10), (0.3, 0), (0.5, 5), (0.0, 0))
    shown = told(
        Load(
            url="http://127.0.0.1:1/predict",
            n_clients=1,
            n_records=1,
            seconds=1.0,
            n_requests=15,
            statuses={"200": 15},
            per_s=15.0,
            records_per_s=15.0,
            p50_ms=0.2,
            p90_ms=0.4,
            p99_ms=0.5,
            max_ms=0.5,
            histogram=steps,
        )
    )
    assert shown.splitlines()[-3:] == [
        f"{'<= 0.2 ms':>10}  {10:>9}  {'#' * 40}",
        f"{'<= 0.3 ms':>10}  {0:>9}",
        f"{'<= 0.5 ms':>10}  {5:>9}  {'#' * 20}",
    ]

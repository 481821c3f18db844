"""A service goes over to another bundle while it answers."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlwright.core.errors import BundleError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of
from mlwright.shipping.serving.succession import Due, Held, refuse_other_inputs

JSON = {"Content-Type": "application/json"}
PATIENCE_S = 30.0


def until_model(service: Any, row: dict[str, Any], bundle_id: str) -> None:
    """Ask until that bundle answers."""
    ends = time.monotonic() + PATIENCE_S
    while json.loads(service.ask("/predict", row)[1])["model"] != bundle_id:
        assert time.monotonic() < ends, "the service has not gone over"
        time.sleep(0.05)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bundle_that_is_written_anew_takes_over_and_no_request_is_dropped(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], workers: int
) -> None:
    folder = write_bundle()
    old = Bundle.load(folder)
    service = start(folder, workers=workers)
    seen: set[tuple[str, float]] = set()
    failures: list[object] = []
    ended = threading.Event()

    def ask_on() -> None:
        connection, body = service.connect(), json.dumps(row)
        while not ended.is_set():
            try:
                connection.request("POST", "/predict", body, JSON)
                reply = connection.getresponse()
                answer = json.loads(reply.read())
                seen.add((answer["model"], round(answer["probabilities"]["Yes"], 9)))
            except Exception as error:  # noqa: BLE001  every failure counts
                failures.append(error)
                return

    askers = [threading.Thread(target=ask_on) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.5)
    new = Bundle.load(write_bundle(weights={"tenure": 0.03}))
    for _ in range(workers):
        until_model(service, row, new.bundle_id)
    time.sleep(1.0)
    ended.set()
    for asker in askers:
        asker.join()
    assert failures == []
    wanted = {(one.bundle_id, round(float(one.score_records([row])[0, 1]), 9)) for one in (old, new)}
    assert seen == wanted


def test_a_signal_lets_it_load_the_bundle_again(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    folder = write_bundle()
    service = start(folder)
    service.process.send_signal(signal.SIGHUP)
    time.sleep(1.0)
    assert service.ask("/predict", row)[0] == 200
    service.process.terminate()
    assert f"the service answers with the bundle in {folder} now" in service.process.communicate(timeout=PATIENCE_S)[1]


def test_a_bundle_that_is_broken_changes_nothing(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    folder = write_bundle()
    service = start(folder)
    before = service.ask("/predict", row)
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"churned"', b'"chunked"'))
    time.sleep(1.0)
    assert service.ask("/predict", row) == before
    service.process.terminate()
    assert "the service goes on with the model that it has" in service.process.communicate(timeout=PATIENCE_S)[1]


def test_counts_and_the_log_go_on(write_bundle: Callable[..., Path], row: dict[str, Any]) -> None:
    old = create_app(Bundle.load(write_bundle()))
    old.test_client().post("/predict", json=row)
    bundle = Bundle.load(write_bundle(weights={"tenure": 0.03}))
    new = create_app(bundle, before=service_of(old))
    new.test_client().post("/predict", json=row)
    told = new.test_client().get("/metrics").text
    assert "mlwright_rows_total 2" in told
    assert f'mlwright_bundle_info{{bundle="{bundle.bundle_id}",name="churn"}} 1' in told


def test_a_bundle_with_other_inputs_or_classes_is_refused(
    write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    old = Bundle.load(write_bundle()).manifest
    names = [item.name for item in old.inputs[:-1]]
    fewer = Bundle.load(write_bundle(inputs=old.inputs[:-1], row={name: row[name] for name in names})).manifest
    refuse_other_inputs(old, old)
    with pytest.raises(BundleError, match="has not the inputs of bundle"):
        refuse_other_inputs(fewer, old)
    numbers = Bundle.load(write_bundle("regression")).manifest
    with pytest.raises(BundleError, match="has not the classes of bundle"):
        refuse_other_inputs(numbers, old)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and /proc is read")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_loaded_anew_is_shared_again_and_who_is_connected_is_answered(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], workers: int
) -> None:
    service = start(write_bundle(), workers=workers)
    kept = service.connect()
    for _ in range(30):
        assert service.ask("/predict", row)[0] == 200
    before, ends = service.workers(), time.monotonic() + PATIENCE_S
    new = Bundle.load(write_bundle(weights={"tenure": 0.03}))
    while len(now := set(service.workers()) - set(before)) < workers:
        assert time.monotonic() < ends, "no others were forked"
        time.sleep(0.05)
    until_model(service, row, new.bundle_id)
    time.sleep(2.0)  # who has it sees by then that another process has its place
    kept.request("POST", "/predict", json.dumps(row), JSON)
    reply = kept.getresponse()
    assert json.loads(reply.read())["model"] == new.bundle_id
    assert reply.getheader("Connection") == "close"
    while set(service.workers()) != now:
        assert time.monotonic() < ends, "those that were there before have not ended"
        time.sleep(0.05)
    n_answered = int(re.search(rb"\nmlwright_rows_total (\d+)\n", service.ask("/metrics")[1])[1])  # type: ignore[index]
    assert n_answered >= 30  # those of the processes that were there before too
    service.process.terminate()
    assert "ended (" not in service.process.communicate(timeout=PATIENCE_S)[1]


def test_nobody_is_forked_with_a_bundle_before_in_the_name_of_the_one_that_is_due(
    write_bundle: Callable[..., Path],
) -> None:
    folder = write_bundle()
    due = Due(folder)
    held = Held(due, Bundle.load)
    held.share(is_shared=True)
    (before, _), bundle = due.get(), held.bundle
    due.set(folder / "not-there")
    held.look()
    held.share(is_shared=True)
    assert (held.number, held.bundle, due.held) == (before, bundle, before)
    due.set(folder)
    held.look()
    held.share(is_shared=True)
    assert held.number == due.held == due.get()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and /proc is read")
def test_one_that_leaves_asks_for_no_other_in_its_place(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    kept, seen = service.connect(), set(service.workers())
    kept.request("POST", "/predict", json.dumps(row), JSON)
    kept.getresponse().read()
    (first,) = seen
    for weight in (0.03, 0.04):
        ends = time.monotonic() + PATIENCE_S
        before = set(seen)
        write_bundle(weights={"tenure": weight})
        while seen == before:
            assert time.monotonic() < ends, "no other was forked"
            seen |= set(service.workers())
        ends = time.monotonic() + 3.0
        while time.monotonic() < ends:
            seen |= set(service.workers())
            time.sleep(0.02)
    assert first in service.workers()
    assert len(seen) == 3

"""``mlwright deploy --to local`` puts a model to use on this machine: a service that outlives the command."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mlwright import Project
from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.faces.cli.going_back import _own_place
from mlwright.faces.cli.main import build
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST, bundle_files, sealed, write_folder
from mlwright.shipping.serving.lease import Holder, holder
from mlwright.shipping.targets import State, target
from mlwright.shipping.targets.local import Local

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def kept() -> list[tuple[str, bytes]]:
    """Two versions of one model: their names and manifests."""
    manifest = Bundle.load(KEPT).manifest
    return [sealed(manifest.model_copy(update={"learned": learned})) for learned in ("first", "second")]


@pytest.fixture
def two(tmp_path: Path, kept: list[tuple[str, bytes]]) -> Iterator[list[Bundle]]:
    """Both side by side; whatever service was started for them ends after the test."""
    for bundle_id, manifest in kept:
        write_folder({**bundle_files(KEPT), MANIFEST: manifest}, tmp_path / "shop" / bundle_id)
    yield [Bundle.load(tmp_path / "shop" / bundle_id) for bundle_id, _ in kept]
    for lease in tmp_path.rglob("lease"):
        running = holder(lease)
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)
            until(lambda lease=lease: holder(lease) is None)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.02)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit_of_the_page(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "deploy.md").read_text()
    unit = "[Unit]" + page.partition("[Unit]")[2].partition("```")[0]
    (tmp_path / "model.service").write_text(unit.replace("/usr/local/bin/mlwright", sys.executable))
    told = subprocess.run(["systemd-analyze", "verify", tmp_path / "model.service"], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def place(**options: Any) -> Local:
    found = target("local", {"port": 0, **options})
    assert isinstance(found, Local)
    return found


def running(bundle: Bundle) -> Holder | None:
    [folder] = (bundle.folder.parent / "deploy" / "local").iterdir()
    return holder(folder / "lease")


def asked(state: State) -> str:
    """The bundle that answers a record there."""
    connection = http.client.HTTPConnection(state.address.removeprefix("http://"), timeout=PATIENCE_S)
    row = dict(Bundle.load(KEPT).manifest.golden[0].row)
    connection.request("POST", "/predict", json.dumps(row), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    assert reply.status == 200
    found: str = json.loads(reply.read())["model"]
    return found


def test_it_answers_goes_over_comes_back_and_ends(two: list[Bundle]) -> None:
    first, second = two
    place().deploy(first.folder)
    state, process = place().state(first), running(first)
    assert process is not None
    assert (state.ready, state.bundles, state.before) == (True, {first.bundle_id: 1.0}, None)
    assert asked(state) == first.bundle_id
    failures: list[object] = []
    seen: set[str] = set()
    ended = threading.Event()

    def ask_on() -> None:
        try:
            while not ended.is_set():
                seen.add(asked(state))
        except Exception as error:  # noqa: BLE001  every failure counts
            failures.append(error)

    asker = threading.Thread(target=ask_on)
    asker.start()
    for _ in range(2):
        place().deploy(second.folder)
    assert (place().state(second).before, asked(state)) == (first.bundle_id, second.bundle_id)
    place().undo(first.folder)
    until(lambda: seen == {first.bundle_id, second.bundle_id})
    ended.set()
    asker.join()
    assert (failures, asked(state), running(first)) == ([], first.bundle_id, process)
    for _ in range(2):
        place().remove(first.folder)
    assert (running(first), place().state(first).bundles) == (None, {})


def test_one_that_was_killed_is_told_and_started_again_unless_it_cannot_be(two: list[Bundle]) -> None:
    place().deploy(two[0].folder)
    process = running(two[0])
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: running(two[0]) is None)
    state = place().state(two[0])
    assert (state.ready, state.bundles) == (False, {two[0].bundle_id: 1.0})
    assert "The service has ended" in state.sentence
    project = two[1].folder.parent / "mlwright.toml"
    project.write_text('[serve]\ntoken = "env:NOT_SET_ANYWHERE"\n')
    with pytest.raises(DeploymentError, match="NOT_SET_ANYWHERE"):
        place().deploy(two[1].folder)
    assert place().state(two[0]).bundles == {two[0].bundle_id: 1.0}
    project.unlink()
    place().deploy(two[0].folder)
    assert asked(place().state(two[0])) == two[0].bundle_id


def test_a_stranger_with_the_number_of_the_process_is_left_alone(two: list[Bundle]) -> None:
    folder = two[0].folder.parent / "deploy" / "local" / two[0].name
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder.mkdir(parents=True)
    left = Holder(pid=stranger.pid, host=socket.gethostname(), since=0, path="", port=0, workers=1)
    (folder / "lease").write_text(left.model_dump_json())
    place().remove(two[0].folder)
    place().deploy(two[0].folder)
    assert stranger.poll() is None
    stranger.communicate(b"\n", timeout=PATIENCE_S)


def test_for_a_port_that_is_taken_nothing_is_ended(two: list[Bundle]) -> None:
    first, second = two
    place().deploy(first.folder)
    process = running(first)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DeploymentError, match=f"Port {port} of 127.0.0.1 is taken") as refused:
            place(port=port).deploy(second.folder)
    assert f"--set port={port + 1}" in str(refused.value.hint)
    assert (asked(place().state(first)), running(first)) == (first.bundle_id, process)
    with pytest.raises(SettingsError, match="There is no port 70000"):
        place(port=70_000).deploy(second.folder)


def test_after_a_move_it_is_started_again_and_a_bundle_that_is_gone_changes_nothing(
    two: list[Bundle], tmp_path: Path
) -> None:
    place().deploy(two[0].folder)
    (tmp_path / "shop").rename(tmp_path / "store")
    moved = [Bundle.load(tmp_path / "store" / bundle.bundle_id) for bundle in two]
    process = running(moved[0])
    assert process is not None
    place().deploy(moved[1].folder)
    after = running(moved[1])
    assert after is not None
    assert after.pid != process.pid
    assert asked(place().state(moved[1])) == two[1].bundle_id
    shutil.rmtree(moved[0].folder)
    with pytest.raises(DeploymentError, match=f"Bundle {two[0].bundle_id}, which answered before, lies no more"):
        place().undo(moved[1].folder)
    assert asked(place().state(moved[1])) == two[1].bundle_id


def typed(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(build(), [str(word) for word in words])
    return done.exit_code, f"{done.stdout}{done.exception if done.exit_code and done.exception else ''}"


def test_a_deployment_that_was_cut_off_is_told_and_taken_back(two: list[Bundle]) -> None:
    first, second = two
    _, said = typed("deploy", first.folder, "--to", "local", "--set", "port=0")
    assert f"answers at {running(first).url}." in said
    journal = first.folder.parent / "deploy" / "places.jsonl"
    for cut_after in ("before anything was done", "when all was done"):
        noted = journal.read_bytes()
        assert typed("deploy", second.folder, "--to", "local", "--set", "port=0")[0] == 0
        begun = next(line for line in journal.read_bytes()[len(noted) :].splitlines() if b'"begun"' in line)
        journal.write_bytes(noted + begun + b"\n")
        if cut_after == "before anything was done":
            place().undo(first.folder)
        _, said = typed("status", "-p", first.folder)
        assert f"{second.bundle_id}  was being put to use when it was cut off" in said
        for _ in range(2):
            _, said = typed("undo", "-p", first.folder)
            assert place().state(first).bundles == {first.bundle_id: 1.0}, cut_after
        assert "is the first that was put to use at local" in said


def test_the_port_is_that_of_the_project(two: list[Bundle]) -> None:
    place = target("local")
    assert place.plan(two[0]).address == "http://127.0.0.1:8080"
    (two[0].folder.parent / "mlwright.toml").write_text("[serve]\nport = 8399\n")
    plan = place.plan(two[0])
    assert plan.address == "http://127.0.0.1:8399"
    assert "--port 8399" in plan.steps[0].text()
    assert target("local", {"port": "0"}).plan(two[0]).address == "a free port of 127.0.0.1"


def test_the_place_that_a_project_deploys_to_is_asked_too(two: list[Bundle]) -> None:
    home, said = two[0].folder.parent, '[project]\ntarget = "churned"\n[collect]\nsource = "a.csv"\n'
    (home / "mlwright.toml").write_text(f'{said}[deploy]\ntarget = "local"\n')
    assert _own_place(home) == []
    facts = {"manifest": "", "run_id": "2026-01-01-1", "verdict": "deploy", "why": ""}
    Project(home).store.registry.crown(bundle_id=two[0].bundle_id, target="local", **facts)
    assert _own_place(home) == ["local"]
    (home / "mlwright.toml").write_text(said)
    assert _own_place(home) == []


def test_two_commands_at_once_do_not_change_a_place_together(two: list[Bundle], tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from mlwright.shipping.places import Places
with Places(Path(sys.argv[1])).changing():
    print("held", flush=True)
    input()
"""
    words = [sys.executable, "-c", code, str(two[0].folder.parent)]
    other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    for words in (["deploy", str(two[0].folder), "--to", "local"], ["undo", "-p", str(two[0].folder)]):
        status, said = typed(*words)
        assert (status, "Another command changes just now" in said) == (1, True), said
    other.communicate("\n", timeout=PATIENCE_S)

"""Processes that are forked from one that has loaded what they need."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.forked import BORN, Forked, say

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and /proc is read")

PATIENCE_S = 60.0

CODE = """
import multiprocessing, os, signal, sys, threading, time
from pathlib import Path
from mlwright.shipping.serving import processes
from mlwright.shipping.serving.origin import Origin

processes.BESIDE_REST_S = 0.01
told, tell = multiprocessing.Pipe(duplex=False)
said = Path(sys.argv[1])

def say(*what):
    with open(said, "a") as file:
        print(*what, file=file)

class Loaded:
    def __init__(self):
        say("loaded", os.getpid())
        if sys.argv[2] == "with threads":
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        if sys.argv[2] == "dying":
            os.kill(os.getpid(), signal.SIGKILL)
        if sys.argv[2] == "heedless":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def look(self):
        if sys.argv[2] == "with threads later" and len(said.read_text().splitlines()) == 3:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

    def share(self, *, is_shared):
        pass

def work(place, loaded):
    say("works", os.getpid(), "on", place, "with" if loaded else "without")
    tell.send(None)
    time.sleep(60)

origin = Origin(Loaded, work)
processes.Processes(origin.start, 2, told, [origin.begin]).run(lambda: None, origin.end, 5.0)
"""


def eventually(what: Callable[[], Any]) -> Any:
    """What comes of asking until there is something."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return found


class Run:
    """The code above while it runs, and what it has said."""

    def __init__(self, said: Path, how: str) -> None:
        self._said = said
        self.process = subprocess.Popen([sys.executable, "-c", CODE, str(said), how], stderr=subprocess.PIPE, text=True)

    def loaded(self) -> list[int]:
        """Processes that have loaded."""
        return [int(pid) for pid in re.findall(r"^loaded (\d+)$", self._text(), re.M)]

    def works(self, n_starts: int) -> list[tuple[int, int, str]]:
        """Processes that were started to work, their places, and with what, once there were so many."""
        found = eventually(lambda: self._works() if len(self._works()) >= n_starts else None)
        return [(int(pid), int(place), how) for pid, place, how in found]

    def end(self) -> str:
        """End it; what it had to tell."""
        self.process.terminate()
        return self.process.communicate(timeout=PATIENCE_S)[1]

    def _works(self) -> list[tuple[str, str, str]]:
        return re.findall(r"^works (\d+) on (\d) (with|without)$", self._text(), re.M)

    def _text(self) -> str:
        return self._said.read_text() if self._said.exists() else ""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_needed_is_loaded_once_and_a_killed_process_is_forked_again_from_it(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "plainly")
    first = run.works(2)
    assert sorted(place for _, place, _ in first) == [0, 1]
    killed, place, _ = first[0]
    os.kill(killed, signal.SIGKILL)
    again = run.works(3)[-1]
    assert again[1:] == (place, "with")
    assert len(run.loaded()) == 1
    assert run.loaded()[0] not in [pid for pid, *_ in run.works(3)]
    assert "1 process of the service ended (signal 9); it is started again now" in run.end()


def test_the_others_live_on_when_the_one_they_were_forked_from_is_killed(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "plainly")
    first = run.works(2)
    os.kill(run.loaded()[0], signal.SIGKILL)
    eventually(lambda: len(run.loaded()) == 2)
    assert all(is_alive(pid) for pid, *_ in first)
    os.kill(first[1][0], signal.SIGKILL)
    assert run.works(3)[-1][1:] == (first[1][1], "with")
    told = run.end()
    assert "a process beside those that answer ended (signal 9); it is started again" in told
    assert not any(is_alive(pid) for pid, *_ in run.works(3))


def test_nothing_that_runs_threads_is_forked(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "with threads")
    assert {how for *_, how in run.works(2)} == {"without"}
    assert len(run.loaded()) == 1
    assert run.end().count("each process loads the model for itself: its libraries run 1 threads") == 1


def test_nothing_is_forked_any_more_once_it_runs_threads(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "with threads later")
    (first, *_), (second, place, _) = run.works(2)
    time.sleep(2.0)
    os.kill(second, signal.SIGKILL)
    assert run.works(3)[-1][1:] == (place, "without")
    assert is_alive(first)
    assert "each process loads the model for itself" in run.end()


def test_where_none_lives_until_it_has_loaded_each_loads_for_itself(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "dying")
    assert {how for *_, how in run.works(2)} == {"without"}
    assert len(run.loaded()) == 3
    assert "each process loads the model for itself: one that loads it for all ended 3 times" in run.end()


def test_one_that_heeds_no_sigterm_keeps_nothing_from_ending(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "heedless")
    working = [pid for pid, *_ in run.works(2)]
    run.end()
    assert not any(map(is_alive, [*run.loaded(), *working]))


def test_when_the_first_process_is_killed_none_waits_for_those_that_end_later(tmp_path: Path) -> None:
    run = Run(tmp_path / "said", "heedless")
    working, (origin,) = [pid for pid, *_ in run.works(2)], run.loaded()
    run.process.kill()
    eventually(lambda: not is_alive(origin))
    assert all(map(is_alive, working))
    for pid in working:
        os.kill(pid, signal.SIGKILL)
    run.end()


def test_one_that_is_asked_to_end_before_it_has_said_who_it_is_ends_when_it_does() -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    forked = Forked(ours)
    forked.terminate()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    say(theirs, BORN, process.pid)
    assert forked.is_alive()
    assert process.wait(PATIENCE_S) == -signal.SIGTERM


def memory_mb(pid: int) -> dict[str, float]:
    found = re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return {name: int(kilobytes) / 1024 for name, kilobytes in found}


def test_processes_that_answer_share_the_memory_of_what_is_loaded(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle(), workers=3)
    eventually(lambda: len(service.workers()) == 3)
    for _ in range(30):
        assert service.ask("/predict", row)[0] == 200
    for pid in service.workers():
        memory = memory_mb(pid)
        assert memory["Private_Dirty"] < 0.4 * memory["Rss"]


def test_one_that_is_killed_after_a_deployment_is_back_with_the_bundle_that_is_due(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle())
    new = Bundle.load(write_bundle(weights={"tenure": 0.03}))

    def answers_with_new() -> bool:
        try:
            return new.bundle_id.encode() in service.ask("/predict", row)[1]
        except OSError:
            return False

    eventually(answers_with_new)
    time.sleep(1.0)
    before = service.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: set(service.workers()) - set(before))
    eventually(answers_with_new)
    assert service.ask("/ready")[0] == 200


def test_a_killed_origin_is_no_matter_to_callers(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    service = start(write_bundle(), workers=2)
    eventually(lambda: len(service.workers()) == 2)
    connection, (origin,), answering = service.connect(), service.beside(), service.workers()
    os.kill(origin, signal.SIGKILL)
    eventually(lambda: service.beside() not in ([], [origin]))
    assert all(map(is_alive, answering))
    assert service.ask("/predict", row)[0] == 200
    connection.request("GET", "/ready")
    assert connection.getresponse().status == 200
    service.process.terminate()
    assert service.process.wait(PATIENCE_S) == 0
    eventually(lambda: not any(map(is_alive, answering)))


def test_a_killed_origin_ends_no_service_whose_bundle_was_broken_meanwhile(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    folder = write_bundle()
    service = start(folder)
    before = service.ask("/predict", row)
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"churned"', b'"chunked"'))
    (origin,), (answering,) = service.beside(), service.workers()
    os.kill(origin, signal.SIGKILL)
    eventually(lambda: service.beside() not in ([], [origin]))
    time.sleep(5.0)
    assert is_alive(answering)
    assert service.ask("/predict", row) == before
    service.process.terminate()
    assert "the bundle that is due cannot be shared" in service.process.communicate(timeout=PATIENCE_S)[1]


def test_where_processes_cannot_be_forked_each_loads_for_itself(write_bundle: Callable[..., Path]) -> None:
    code = """
import json, multiprocessing, os, signal, sys, threading, urllib.request
from mlwright.shipping.serving import origin, server
from mlwright.shipping.serving.settings import settings_of

origin.Origin.is_possible = staticmethod(lambda: False)
multiprocessing.set_start_method("spawn")

def ask(url):
    print(urllib.request.urlopen(url + "/ready").status, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

def announce(settings, address, tell):
    threading.Thread(target=ask, args=(f"http://127.0.0.1:{settings.port}",)).start()

server._announce = announce
server.serve(sys.argv[1], settings_of({"port": 0, "workers": 2}))
"""
    assert "spawn" in multiprocessing.get_all_start_methods()
    ended = subprocess.run(
        [sys.executable, "-c", code, str(write_bundle())], capture_output=True, text=True, timeout=100, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "200\n"), ended.stderr

"""Processes of a service that end: started again, until none can live."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")

CODE = """
import multiprocessing, os, signal, sys, time
from pathlib import Path
from mlwright.shipping.serving import processes

processes.RESTS_S = (0.0, 0.01)
told, tell = multiprocessing.Pipe(duplex=False)
starts, began = Path(sys.argv[1]), time.monotonic()

def work(place):
    if place == 0 and sys.argv[2] == "one lives":
        tell.send(None)
        time.sleep(60)
    time.sleep(max(0.0, began + processes.AT_ONCE_S + 1.0 - time.monotonic()) if sys.argv[2] == "one lives" else 0.0)
    with open(starts, "a") as file:
        file.write("x")
    if starts.stat().st_size == 8:
        os.kill(os.getppid(), signal.SIGTERM)
        time.sleep(60)

processes.Processes(lambda place: processes.by_itself(work, place), 2, told).run(lambda: None, lambda: None, 5.0)
"""


def run(tmp_path: Path, what: str) -> tuple[int, int, str]:
    """The exit status, how often something was started that ends at once, and what was said."""
    starts = tmp_path / "starts"
    ended = subprocess.run(
        [sys.executable, "-c", CODE, str(starts), what], capture_output=True, text=True, timeout=100, check=False
    )
    return ended.returncode, starts.stat().st_size, ended.stderr


def test_one_that_cannot_live_does_not_end_what_another_answers(tmp_path: Path) -> None:
    assert run(tmp_path, "one lives")[:2] == (0, 8)


def test_where_none_can_live_the_service_ends_and_says_so(tmp_path: Path) -> None:
    status, n_starts, said = run(tmp_path, "none lives")
    assert status == 1
    assert n_starts < 8
    assert "The processes of the service keep ending" in said

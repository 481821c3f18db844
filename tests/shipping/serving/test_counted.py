"""What ended processes have counted stays counted, in one file, however they ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from mlwright.shipping.serving.counted import COUNTS, CountsFolder, Series

ROWS: Series = ("rows_total", ())
PATH: Series = ("requests_total", ("/predict", "200"))


def count(folder: Path, *series: Series) -> None:
    """As a process that ends afterwards."""
    cells = CountsFolder(folder).cells(series)
    for place in range(len(series)):
        cells[place] += 1.0


def n_files(folder: Path) -> int:
    return len(list(folder.glob(f"*{COUNTS}")))


def test_those_that_have_ended_are_folded_and_their_files_go(tmp_path: Path) -> None:
    for _ in range(20):
        count(tmp_path, ROWS)
    for _ in range(5):
        count(tmp_path, PATH, ROWS)
    now = CountsFolder(tmp_path)
    cells = now.cells([ROWS])
    assert n_files(tmp_path) == 1
    cells[0] += 1.0
    assert now.total() == {ROWS: 26.0, PATH: 5.0}


def test_those_that_go_on_are_left_alone(tmp_path: Path) -> None:
    living, other = CountsFolder(tmp_path), CountsFolder(tmp_path)
    cells = living.cells([ROWS])
    other.cells([ROWS])
    other.fold()
    cells[0] += 2.0
    assert n_files(tmp_path) == 2
    assert other.total() == {ROWS: 2.0}


def test_one_that_goes_over_to_other_series_keeps_what_it_has_counted(tmp_path: Path) -> None:
    one = CountsFolder(tmp_path)
    one.cells([ROWS])[0] += 3.0
    one.cells([PATH, ROWS])[1] += 4.0
    assert one.total() == {ROWS: 7.0, PATH: 0.0}
    assert n_files(tmp_path) == 1


def test_a_kill_before_the_files_go_counts_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(self: Path, missing_ok: bool = False) -> None:
        raise Killed

    for _ in range(3):
        count(tmp_path, ROWS)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", die)
        with pytest.raises(Killed):
            CountsFolder(tmp_path).fold()
    assert n_files(tmp_path) > 0
    assert CountsFolder(tmp_path).total() == {ROWS: 3.0}
    CountsFolder(tmp_path).fold()
    assert n_files(tmp_path) == 0
    assert CountsFolder(tmp_path).total() == {ROWS: 3.0}


def _count_and_die(folder: Path) -> None:
    count(folder, ROWS)
    os.kill(os.getpid(), signal.SIGKILL)


def _fold_on(folder: Path) -> None:
    while True:
        CountsFolder(folder).fold()


def test_processes_that_begin_fold_and_are_killed_at_once_lose_nothing(tmp_path: Path) -> None:
    """And who asks meanwhile never sees a count go down."""
    fork = multiprocessing.get_context("fork")
    asking, seen, n_processes = CountsFolder(tmp_path), [0.0], 40
    for _ in range(n_processes // 4):
        folding = [fork.Process(target=_fold_on, args=(tmp_path,)) for _ in range(2)]
        counting = [fork.Process(target=_count_and_die, args=(tmp_path,)) for _ in range(4)]
        for process in (*folding, *counting):
            process.start()
        while any(process.is_alive() for process in counting):
            seen.append(asking.total().get(ROWS, 0.0))
            time.sleep(0.001)
        for process in folding:
            process.kill()
        for process in (*folding, *counting):
            process.join()
    assert seen == sorted(seen)
    asking.fold()
    assert asking.total() == {ROWS: float(n_processes)}
    assert n_files(tmp_path) == 0

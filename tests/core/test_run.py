import threading
import time

import pytest

from mlwright.core.errors import RunCancelled
from mlwright.core.record import Record
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store


class Square(Record):
    value: int


def make_run(folder, **options):
    run = Run("2026-01-01-1", Store(folder), Clock(folder / "cancel", options.pop("budget_s", None)), **options)
    run.stage, run.stage_key = "count", "0" * 64
    return run


def squares(run, numbers, done, **options):
    def work(number):
        done.append(number)
        return Square(value=number * number)

    results = run.each(numbers, work, kind=Square, key=lambda n: n, **options)
    return [result and result.value for result in results]


def test_results_come_in_the_order_of_the_items(tmp_path):
    assert squares(make_run(tmp_path), [3, 1, 2], []) == [9, 1, 4]


def test_nothing_is_done_twice(tmp_path):
    done = []
    squares(make_run(tmp_path), [1, 2], done)
    assert squares(make_run(tmp_path), [1, 2, 3], done) == [1, 4, 9]
    assert done == [1, 2, 3]


def test_fresh_does_it_again(tmp_path):
    done = []
    squares(make_run(tmp_path), [1], done)
    squares(make_run(tmp_path, fresh=True), [1], done)
    assert done == [1, 1]


def test_another_stage_key_shares_nothing(tmp_path):
    done = []
    squares(make_run(tmp_path), [1], done)
    other = make_run(tmp_path)
    other.stage_key = "1" * 64
    squares(other, [1], done)
    assert done == [1, 1]


def test_every_item_is_told_with_how_far_we_are(tmp_path):
    heard = []
    run = make_run(tmp_path, listen=heard.append)
    squares(run, [1, 2], [], label=lambda n: f"number {n}")
    squares(run, [2], [])
    told = [(e["done"], e["total"], e["label"], e["reused"]) for e in heard]
    assert told == [(1, 2, "number 1", False), (2, 2, "number 2", False), (1, 1, "2", True)]


def test_items_may_be_done_side_by_side(tmp_path):
    together = threading.Barrier(2, timeout=10)

    def work(number):
        together.wait()
        return Square(value=number)

    results = make_run(tmp_path).each([1, 2], work, kind=Square, key=lambda n: n, n_jobs=2)
    assert [r.value for r in results] == [1, 2]


def test_what_is_skipped_has_no_result_and_is_not_kept(tmp_path):
    done = []
    assert squares(make_run(tmp_path), [1, 2], done, skip=lambda: len(done) == 1) == [1, None]
    assert squares(make_run(tmp_path), [1, 2], done) == [1, 4]


def test_a_cancel_ends_the_run_between_items_and_keeps_what_is_done(tmp_path):
    done = []

    def work(number):
        done.append(number)
        (tmp_path / "cancel").touch()
        time.sleep(0.25)
        return Square(value=number)

    with pytest.raises(RunCancelled):
        make_run(tmp_path).each([1, 2], work, kind=Square, key=lambda n: n)
    (tmp_path / "cancel").unlink()
    assert squares(make_run(tmp_path), [1], []) == [1]
    assert done == [1]


def test_a_failure_in_one_item_is_not_hidden(tmp_path):
    def work(number):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_run(tmp_path).each([1, 2], work, kind=Square, key=lambda n: n, n_jobs=2)


def test_who_stops_a_run_asks_its_threads_to_end_and_waits_for_them(tmp_path):
    run, ended = make_run(tmp_path), []

    def work(number):
        if number == 0:
            time.sleep(0.05)
            raise KeyboardInterrupt
        while not run.clock.cancelled():
            time.sleep(0.01)
        time.sleep(0.2)
        ended.append(number)
        return Square(value=0)

    with pytest.raises(KeyboardInterrupt):
        run.each([0, 1, 2], work, kind=Square, key=lambda n: n, n_jobs=3)
    assert sorted(ended) == [1, 2]


def test_seeds_depend_on_their_names_and_on_nothing_else(tmp_path):
    one, two = make_run(tmp_path), make_run(tmp_path)
    assert one.seed_for("folds", 1) == two.seed_for("folds", 1) != one.seed_for("folds", 2)
    assert make_run(tmp_path, seed=1).seed_for("folds", 1) != one.seed_for("folds", 1)


def test_the_clock_counts_earlier_attempts(tmp_path):
    clock = Clock(tmp_path / "cancel", 100, spent_s=90)
    assert 89.9 < clock.elapsed_s < 95
    assert 5 < clock.left_s <= 10
    assert Clock(tmp_path / "cancel", None).left_s == float("inf")

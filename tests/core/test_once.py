"""An answer is worked out once for each object, however many threads ask, and goes with it."""

import gc
import threading
import time
import weakref

from mlwright.core.once import once


class Table:
    pass


def test_it_is_worked_out_once_for_all_threads_and_anew_for_another_object():
    asked = []

    @once
    def answer(table, factor):
        asked.append(table)
        time.sleep(0.02)
        return object()

    table, other, found = Table(), Table(), []
    threads = [threading.Thread(target=lambda: found.append(answer(table, 3))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == len(asked) == 1
    assert answer(other, 3) is not found[0]


def test_what_fails_is_tried_again():
    tries = []

    @once
    def answer(table):
        tries.append(table)
        if len(tries) == 1:
            raise ValueError
        return 1

    table = Table()
    try:
        answer(table)
    except ValueError:
        assert answer(table) == 1


def test_the_answer_goes_with_the_object():
    @once
    def answer(table):
        return Table()

    table = Table()
    kept = weakref.ref(answer(table))
    del table
    gc.collect()
    assert kept() is None

"""A ledger shows when an entry was changed, put in, taken out or cut off after it was written."""

import json
import subprocess
import sys

import pytest

from mlwright.core.store.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for place in range(5):
        ledger.append("crowned", bundle_id=f"b{place}", why="größer")
    return ledger


def whole(ledger):
    return [entry.is_whole for entry in ledger.entries()]


def lines(ledger):
    return ledger.path.read_text().splitlines(keepends=True)


def test_untouched_it_is_whole(ledger):
    assert whole(ledger) == [True] * 5


def test_an_entry_that_is_changed_is_known_and_all_behind_it_are_in_doubt(ledger):
    changed = lines(ledger)
    changed[2] = changed[2].replace("b2", "b9")
    ledger.path.write_text("".join(changed))
    assert whole(ledger) == [True, True, False, False, False]


@pytest.mark.parametrize("place", range(4))
def test_an_entry_that_is_taken_out_is_known(ledger, place):
    left = lines(ledger)
    del left[place]
    ledger.path.write_text("".join(left))
    assert whole(ledger) == [True] * place + [False] * (4 - place)


def test_an_entry_that_is_put_in_without_a_seal_or_with_an_old_one_is_known(ledger):
    forged = json.dumps({"t": 1.0, "event": "crowned", "bundle_id": "evil"}) + "\n"
    given = lines(ledger)
    ledger.path.write_text("".join([*given, forged]))
    assert whole(ledger) == [True] * 5 + [False]
    ledger.path.write_text("".join([*given, given[1]]))
    assert whole(ledger) == [True] * 5 + [False]


def test_what_was_cut_off_is_known_by_a_seal_that_was_noted(ledger):
    noted = ledger.last_seal()
    assert ledger.holds(noted[:8])
    ledger.path.write_text("".join(lines(ledger)[:3]))
    assert whole(ledger) == [True] * 3
    assert not ledger.holds(noted)


def test_entries_from_before_there_were_seals_stay_and_new_ones_follow(tmp_path):
    ledger = Ledger(tmp_path / "old.jsonl")
    ledger.path.write_text('{"t":1.0,"event":"crowned","bundle_id":"a"}\n')
    ledger.append("crowned", bundle_id="b")
    assert whole(ledger) == [True, True]


def test_an_entry_that_a_kill_has_cut_short_harms_no_other(ledger):
    with open(ledger.path, "ab") as file:
        file.write(b'{"t":1.0,"event":"crow')
    ledger.append("crowned", bundle_id="after")
    assert whole(ledger) == [True] * 6


def test_two_processes_seal_one_after_the_other(tmp_path):
    path = tmp_path / "shared.jsonl"
    code = (
        "import sys; from pathlib import Path; from mlwright.core.store.ledger import Ledger\n"
        "for place in range(20): Ledger(Path(sys.argv[1])).append('crowned', bundle_id=str(place))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, path]) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert whole(Ledger(path)) == [True] * 40

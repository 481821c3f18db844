"""What a run has done is told by its journal alone."""

import pytest

from mlwright.core.history import replay


def began(t, at, **fields):
    return {"t": t, "event": "attempt_started", "began": at, **fields}


def stage(t, name, *, seconds=None, reused=False):
    if seconds is None:
        return {"t": t, "event": "stage_started", "stage": name, "reused": reused}
    return {"t": t, "event": "stage_done", "stage": name, "seconds": seconds, "reused": reused, "key": f"key of {name}"}


FIRST = [began(101.0, 100.0, pipeline="build"), stage(102.0, "collect"), stage(105.0, "collect", seconds=3.0)]
KILLED = [*FIRST, stage(106.0, "train")]


def test_a_run_without_events_has_not_begun():
    state = replay("r-1", [], alive=False)
    assert (state.started_at, state.seconds, state.n_attempts, state.stages) == (0.0, 0.0, 0, ())


def test_a_run_that_ended_without_a_word_was_interrupted_unless_somebody_works_on_it():
    assert replay("r-1", KILLED, alive=False).status == "interrupted"
    assert replay("r-1", KILLED, alive=True).status == "running"


@pytest.mark.parametrize("ending", ["finished", "failed", "cancelled"])
def test_a_run_ended_as_its_last_word_says(ending):
    state = replay("r-1", [*KILLED, {"t": 109.0, "event": ending, "error": "the disk is full"}], alive=False)
    assert (state.status, state.error, state.seconds) == (ending, "the disk is full", 9.0)


def test_stages_are_done_running_or_not_there_yet():
    state = replay("r-1", KILLED, alive=True)
    assert [(each.name, each.status, each.seconds) for each in state.stages] == [
        ("collect", "done", 3.0),
        ("train", "running", 0.0),
    ]
    assert state.stage("collect").key == "key of collect"
    assert [state.has_done(name) for name in ("collect", "train", "pack")] == [True, False, False]
    assert state.stage("pack") is None


def test_time_between_attempts_does_not_count_and_a_new_attempt_forgets_how_the_one_before_ended():
    failed = {"t": 107.0, "event": "failed", "error": "no memory"}
    again = [began(1_001.0, 1_000.0, pipeline="build"), stage(1_002.5, "collect", seconds=0.0, reused=True)]
    state = replay("r-1", [*KILLED, failed, *again], alive=False)
    assert (state.status, state.error, state.n_attempts) == ("interrupted", None, 2)
    assert (state.started_at, state.seconds) == (100.0, 7.0 + 2.5)
    assert [(each.name, each.reused) for each in state.stages] == [("collect", True)]


def test_a_trial_is_set_aside_until_it_comes_to_a_decision():
    trial = [began(1.0, 0.0, pipeline="build", parent="r-0"), stage(2.0, "train", seconds=1.0)]
    assert replay("r-1", trial, alive=False).is_set_aside
    assert not replay("r-1", [*trial, stage(3.0, "decide", seconds=1.0)], alive=False).is_set_aside
    assert not replay("r-1", FIRST, alive=False).is_set_aside

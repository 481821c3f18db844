"""Old runs can be let go, and what another run needs stays."""

import json

import pytest

from mlwright.core.store import Store
from mlwright.core.store.space import let_go, reached


@pytest.fixture
def store(tmp_path):
    """Two runs: both have read the same rows, each has a model of its own; a trial of the old one is kept."""
    store = Store(tmp_path)
    rows = store.blobs.put(b"rows of both")
    for run_id in ("2026-01-01-1", "2026-02-01-1"):
        model = store.blobs.put(f"model of {run_id}".encode())
        record = store.blobs.put(json.dumps({"rows": rows, "model": model}).encode())
        store.journal(run_id).append("stage_done", stage="train", key=record)
    old = store.blobs.put(b"model of 2026-01-01-1")
    trial = store.places_of("ab" * 32)[1]
    trial.parent.mkdir(parents=True)
    trial.write_text(json.dumps({"model": old}))
    return store


def blobs(store):
    return sorted(path.read_bytes() for path in store.blobs.folder.rglob("*") if path.is_file() and path.stat().st_size)


def test_a_run_reaches_its_journal_its_record_and_what_that_names(store):
    assert len(reached(store, ["2026-01-01-1"])) == 4


def test_letting_go_frees_what_no_other_run_needs_and_nothing_else(store):
    mine = set(reached(store, ["2026-01-01-1"])) - set(reached(store, ["2026-02-01-1"]))
    before = sum(path.stat().st_size for path in mine)
    assert let_go(store, ["2026-01-01-1"]) > before
    assert store.run_ids() == ["2026-02-01-1"]
    assert b"rows of both" in blobs(store)
    assert b"model of 2026-01-01-1" not in blobs(store)
    assert b"model of 2026-02-01-1" in blobs(store)


def test_what_was_kept_of_a_single_trial_goes_with_the_model_it_names(store):
    let_go(store, ["2026-01-01-1"])
    assert not store.places_of("ab" * 32)[1].exists()


def test_what_the_registry_names_stays(store):
    model = store.blobs.put(b"model of 2026-01-01-1")
    store.registry.crown(
        bundle_id="a", manifest=model, run_id="r", verdict="deploy", target="local", why="it pays", by="ann"
    )
    let_go(store, ["2026-01-01-1"])
    assert b"model of 2026-01-01-1" in blobs(store)

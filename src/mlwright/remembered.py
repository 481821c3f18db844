"""What was looked at before with a model: the memory that the last finished look of it has left."""

from __future__ import annotations

from mlwright.core.history import replay
from mlwright.core.store import Store
from mlwright.records.looks import Looks
from mlwright.records.watch import Comparison


def looks_before(store: Store, bundle_id: str) -> Looks:
    """The looks that were kept of a bundle; none where it was never watched.

    A look that was killed has left no comparison, and is as if it had never been: the next one counts its rows once.
    """
    for run_id in reversed(store.run_ids()):
        state = replay(run_id, store.journal(run_id), alive=False)
        done = state.stage("compare")
        if state.status != "finished" or done is None or not done.key:
            continue
        found = store.kept(done.key, Comparison)
        if found is not None and found.memory is not None and found.memory.bundle_id == bundle_id:
            return found.memory
    return Looks(bundle_id=bundle_id)

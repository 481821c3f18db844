"""Holds new data to the contract of a project or of a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from mlwright.core.history import RunState, replay
from mlwright.core.record import Record, Settings
from mlwright.core.store import Store
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.delivery import Delivery, Promise
from mlwright.records.profile import Profile
from mlwright.records.settings import ContractSettings, WatchSettings
from mlwright.records.trials import Training
from mlwright.records.watch import Window
from mlwright.running import Attempt, next_id, outcome

R = TypeVar("R", bound=Record)
MOST_REMEMBERED = 100
"""Runs that are gone through for deliveries before."""


def promise_of_run(contract: Contract, profile: Profile, snapshot: Snapshot, training: Training | None) -> Promise:
    """What a delivery is held to by a project: by what a run has found out; the training where there was one."""
    return Promise(
        source=snapshot.lineage.location,
        contract=contract,
        columns=profile.columns,
        importance={} if training is None else training.importance,
        snapshot=snapshot,
        details=snapshot.lineage.details,
    )


def promise_of_bundle(manifest: Manifest) -> Promise:
    """What a delivery is held to by a bundle, which knows figures of its inputs and no rows."""
    return Promise(
        source=f"bundle {manifest.bundle_id} of {manifest.name}",
        contract=manifest.contract,
        columns=manifest.reference,
        details=manifest.lineage.details,
    )


def received(store: Store, promise: Promise, given: tuple[Settings, ...], *, seed: int = 0, **attempt: Any) -> Delivery:
    """Read new data into a store, and hold it to a promise.

    Parameters
    ----------
    store : Store
    promise : Promise
    given : tuple of Settings
        ``[watch]``, whose source is read, and ``[contract]``.
    seed : int
    **attempt
        See `running.Attempt`: `began` and `listen`.
    """
    promise = promise.model_copy(update={"earlier": tuple(deliveries_before(store))})
    carried = Attempt(next_id(store), "receive", seed=seed, **attempt)
    return outcome(store, carried, (*given, promise), Delivery)


def deliveries_before(store: Store) -> Iterator[Snapshot]:
    """The latest new data that a project has looked at and not refused, oldest first."""
    for run_id in store.run_ids()[-MOST_REMEMBERED:]:
        state = replay(run_id, store.journal(run_id), alive=False)
        window, delivery = _made(store, state, "observe", Window), _made(store, state, "receive", Delivery)
        was_taken = state.status == "finished" and (delivery is None or delivery.verdict != "refuse")
        if window is not None and was_taken:
            yield window.snapshot


def _made(store: Store, state: RunState, stage: str, kind: type[R]) -> R | None:
    done = state.stage(stage)
    return store.kept(done.key, kind) if done is not None and done.key else None


def received_by_bundle(manifest: Manifest, data: str, query: str | None = None, **attempt: Any) -> Delivery:
    """Hold new data to the contract of a bundle; nothing is kept.

    Parameters
    ----------
    manifest : Manifest
    data : str
        A file or the URL of a database, as seen from anywhere.
    query : str, optional
        For databases: the name of a table, or a ``select``.
    **attempt
        See `running.Attempt`: `began` and `listen`.
    """
    with TemporaryDirectory(prefix="mlwright-") as folder:
        given = (WatchSettings(source=data, query=query, decimal=manifest.lineage.decimal), ContractSettings())
        return received(Store(Path(folder)), promise_of_bundle(manifest), given, **attempt)

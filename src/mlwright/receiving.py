"""Holds new data to the contract of a project or of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlwright.core.record import Record, Settings
from mlwright.core.store import Store
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.delivery import Delivery, Promise
from mlwright.records.profile import Profile
from mlwright.records.settings import ContractSettings, WatchSettings
from mlwright.records.trials import Training
from mlwright.running import Attempt, carry_out, next_id


def promise_of_run(contract: Record, profile: Record, snapshot: Record, training: Record | None) -> Promise:
    """What a delivery is held to by a project: by what a run has found out; the training where there was one."""
    assert isinstance(contract, Contract)
    assert isinstance(profile, Profile)
    assert isinstance(snapshot, Snapshot)
    return Promise(
        source=snapshot.lineage.location,
        contract=contract,
        columns=profile.columns,
        importance=training.importance if isinstance(training, Training) else {},
        snapshot=snapshot,
        encoding=snapshot.lineage.details.get("encoding", ""),
    )


def promise_of_bundle(manifest: Manifest) -> Promise:
    """What a delivery is held to by a bundle, which knows figures of its inputs and no rows."""
    return Promise(
        source=f"bundle {manifest.bundle_id} of {manifest.name}",
        contract=manifest.contract,
        columns=manifest.reference,
        encoding=manifest.lineage.details.get("encoding", ""),
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
    results: dict[str, Record] = {}

    def finish(made: Mapping[str, Record]) -> None:
        results.update(made)

    carry_out(store, Attempt(next_id(store), "receive", seed=seed, **attempt), (*given, promise), finish=finish)
    delivery = results["receive"]
    assert isinstance(delivery, Delivery)
    return delivery


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
        given = (WatchSettings(source=data, query=query), ContractSettings())
        return received(Store(Path(folder)), promise_of_bundle(manifest), given, **attempt)

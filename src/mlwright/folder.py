"""A project folder as it is read: its settings, its runs, and what they made."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlwright.config import FILE_NAME, read_settings
from mlwright.core.errors import NothingToShow, SettingsError
from mlwright.core.history import RunState, replay
from mlwright.core.record import Record
from mlwright.core.store import Store
from mlwright.core.store.journal import Event
from mlwright.core.store.registry import Champion
from mlwright.overrides import at_home
from mlwright.pipeline import Settings
from mlwright.receiving import promise_of_run
from mlwright.records.bundle import Manifest, Packed
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.delivery import Promise
from mlwright.records.profile import Profile
from mlwright.records.trials import Training
from mlwright.records.watch import ModelInUse
from mlwright.scoring.folder import MANIFEST
from mlwright.shown import how_to_make, made_by, name_of, stage_of

if TYPE_CHECKING:
    from mlwright.records.portable import PortableProfile
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.targets import Target

R = TypeVar("R", bound=Record)


class ProjectFolder:
    """What a project folder holds.

    Holds a path and nothing else: every answer is read from the folder, so that several processes may look at
    one project at the same time.

    Parameters
    ----------
    path : path-like, default="."
        The folder with ``mlwright.toml``, or the file itself.
    """

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        given = Path(path)
        self.path = (given.parent if given.name == FILE_NAME else given).resolve()
        self.store = Store(self.path / ".mlwright")

    def settings(self) -> Settings:
        """What ``mlwright.toml`` says now."""
        return at_home(read_settings(self.path / FILE_NAME), self.path)

    def runs(self) -> list[RunState]:
        """All runs, oldest first."""
        holder = self.store.holder()
        return [
            replay(run_id, self.store.journal(run_id), alive=holder is not None and holder.get("run") == run_id)
            for run_id in self.store.run_ids()
        ]

    def events(self, run_id: str | None = None, *, follow: bool = False) -> Iterator[Event]:
        """The events of a run, oldest first; with `follow`, on until the run has ended.

        Raises
        ------
        NothingToShow
            If there has been no run.
        """
        run_id = run_id or self._latest()
        journal, offset = self.store.journal(run_id), 0
        while True:
            working = follow and (self.store.holder() or {}).get("run") == run_id
            for event, position in journal.read_from(offset):
                offset = position
                yield event
            if not working:
                return
            time.sleep(0.2)

    def show(self, what: str, run_id: str | None = None) -> Record:
        """One of the records of a run; see `mlwright.shown.SHOWN` for the names.

        Parameters
        ----------
        what : str
        run_id : str, optional
            Default: the latest run that made it.

        Raises
        ------
        NothingToShow
            If there is no such record (yet).
        """
        stage = stage_of(what)
        for state in reversed(self.runs()):
            if state.run_id == run_id or (run_id is None and not state.is_set_aside):
                record = made_by(self.store, state, stage)
                if record is not None:
                    return record
        raise NothingToShow(f"No {what} has been made in {self.path} yet.", how_to_make(stage))

    def record(self, kind: type[R], run_id: str | None = None) -> R:
        """The record of a kind, as `show` finds it."""
        found = self.show(name_of(kind), run_id)
        assert isinstance(found, kind)
        return found

    def portable_profile(self) -> PortableProfile:
        """The profile of the latest look in a form that merges with those of other parts of the data.

        Raises
        ------
        SettingsError
            If the rows are a sample of a table that stays where it is: its parts would not add up.
        """
        from mlwright.data.portable import portable

        snapshot, profile = self.record(Snapshot), self.record(Profile)
        if snapshot.n_rows_there is not None:
            raise SettingsError(
                f"{snapshot.n_rows:,} of {snapshot.n_rows_there:,} rows were fetched; a profile that merges needs all.",
                "Read a part of the table with a query, and take collect.sample_rows out.",
            )
        file = self.store.blobs.path(snapshot.blob)
        return portable(file, profile, snapshot.lineage.location, int(snapshot.blob[:12], 16))

    def contract(self) -> Contract:
        """What later data is held to, as ``[contract]`` of ``mlwright.toml`` wants it now."""
        from mlwright.data.clauses.edits import amended

        return amended(self.promise().contract, self.settings().contract)

    def promise(self) -> Promise:
        """The contract, as it was learned, of the data of the model in use (else of the latest run), and its figures.

        Raises
        ------
        NothingToShow
            If no run has come to the contract yet.
        """
        run_id = self._run_in_use()
        try:
            training = self.record(Training, run_id)
        except NothingToShow:
            training = None
        found = self.record(Contract, run_id), self.record(Profile, run_id), self.record(Snapshot, run_id)
        return promise_of_run(*found, training)

    def current(self) -> Champion | None:
        """The bundle that is in use, or None."""
        return self.store.registry.now()

    def in_use(self) -> ModelInUse:
        """The champion; where there is none, the latest bundle."""
        champion = self.current()
        if champion is not None:
            return _in_use(champion)
        packed = self.record(Packed)
        manifest = self.manifest(packed)
        return ModelInUse(
            bundle_id=packed.bundle_id, manifest=packed.files[MANIFEST], run_id=manifest.run_id, is_champion=False
        )

    def trained(self) -> ModelInUse:
        """The model in use as it was trained: without what touched its answers up since."""
        champion = self.store.registry.trained()
        return self.in_use() if champion is None else _in_use(champion)

    def model_path(self) -> Path:
        """The folder of the bundle that is in use, or of the latest one; see `in_use`."""
        model = self.in_use()
        return self.written(model.bundle_id, model.manifest)

    def bundle_path(self, run_id: str | None = None) -> Path:
        """The folder of the bundle that a run has packed."""
        packed = self.record(Packed, run_id)
        return self.written(packed.bundle_id, packed.files[MANIFEST])

    def bundle(self, run_id: str | None = None) -> Bundle:
        """The model that a run has packed, ready to answer."""
        from mlwright.scoring.bundle import Bundle

        return Bundle.load(self.bundle_path(run_id))

    def manifest(self, packed: Packed) -> Manifest:
        """What a bundle says of itself."""
        return Manifest.model_validate_json(self.store.blobs.get(packed.files[MANIFEST]))

    def written(self, bundle_id: str, manifest: str) -> Path:
        """The folder of a bundle, written anew from the store if it is not there.

        Parameters
        ----------
        bundle_id : str
        manifest : str
            Blob: its manifest.
        """
        from mlwright.shipping.writing import write_bundle

        folder = self.path / "bundles" / bundle_id
        if not folder.exists():
            write_bundle(manifest, self.store.blobs.get, folder)
        return folder

    def write_out(self, results: Mapping[str, Record]) -> None:
        """Write the folder of the bundle that is among the records of a run, where it has come that far."""
        packed = results.get("pack")
        if isinstance(packed, Packed):
            self.written(packed.bundle_id, packed.files[MANIFEST])

    def target(self, name: str | None = None) -> Target:
        """A place where models answer, with the options of ``[deploy]`` where they are meant for it.

        Parameters
        ----------
        name : str, optional
            Default: the place of ``[deploy]``.

        Raises
        ------
        MemberUnknown
            If there is no such place.
        SettingsError
            If an option is unknown or unusable.
        """
        from mlwright.shipping.targets import target

        settings = self.settings().deploy
        chosen = name or settings.target
        return target(chosen, settings.options if chosen == settings.target else {})

    def _run_in_use(self) -> str | None:
        """The run that made the model in use; None where there is no model yet."""
        try:
            return self.in_use().run_id
        except NothingToShow:
            return None

    def _latest(self) -> str:
        ids = self.store.run_ids()
        if not ids:
            raise NothingToShow(f"Nothing has been run in {self.path} yet.", "mlwright run")
        return ids[-1]


def _in_use(champion: Champion) -> ModelInUse:
    return ModelInUse(**champion.model_dump(include={"bundle_id", "manifest", "run_id", "base"}), is_champion=True)

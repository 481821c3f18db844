"""The Python API: a project folder, and what can be done with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlwright import succession
from mlwright.config import FILE_NAME, check_members, read_settings, write_settings
from mlwright.core.engine import Stage
from mlwright.core.errors import NothingToShow, SettingsError, StorageError, nearest
from mlwright.core.history import RunState, replay
from mlwright.core.record import Record
from mlwright.core.store import Store
from mlwright.core.store.journal import Event
from mlwright.core.store.registry import Challenger, Champion
from mlwright.overrides import (
    at_home,
    check_stage,
    last_stage,
    with_budget,
    with_history,
    with_moments,
    with_new_rows,
    with_preference,
)
from mlwright.pipeline import BUILD, RECEIVE, REPLAY, RETRAIN, TRIAL, WATCH, Settings
from mlwright.receiving import promise_of_run, received
from mlwright.records.bundle import Manifest, Packed
from mlwright.records.contest import Trial
from mlwright.records.contract import Contract
from mlwright.records.decision import Decision
from mlwright.records.delivery import Delivery, Promise
from mlwright.records.replay import Replayed, ReplayPlan
from mlwright.records.watch import ModelInUse, Response
from mlwright.remembered import looks_before
from mlwright.running import Attempt, cancel_file, carry_out, next_id
from mlwright.scoring.folder import MANIFEST

if TYPE_CHECKING:
    from mlwright.records.improvement import Improvement
    from mlwright.records.portable import PortableProfile
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.targets import Target

SHOWN = {
    "snapshot": "collect",
    "profile": "profile",
    "split": "split",
    "findings": "check",
    "contract": "contract",
    "exploration": "explore",
    "leaderboard": "train",
    "evaluation": "evaluate",
    "robustness": "probe",
    "understanding": "explain",
    "diagnosis": "diagnose",
    "decision": "decide",
    "challenge": "challenge",
    "bundle": "pack",
    "deployment": "deploy",
    "comparison": "compare",
    "watch": "respond",
    "delivery": "receive",
    "shadow": "shadow",
    "window": "observe",
    "replay": "replay",
}
"""What can be shown of a run, and the stage that makes it."""

INSTEAD = {"collect": "gather"}
"""Stages in the place of which another one makes the same record in some pipelines."""


class Project:
    """A project folder: settings, runs and what they made.

    Holds a path and nothing else: every answer is read from the folder, so that several processes may look at
    one project at the same time.

    Parameters
    ----------
    path : path-like, default="."
        The folder with ``mlwright.toml``, or the file itself.

    Examples
    --------
    >>> project = Project("churn/")                          # doctest: +SKIP
    >>> project.run(until="decide").status                   # doctest: +SKIP
    'finished'
    >>> project.show("decision").verdict                     # doctest: +SKIP
    'deploy'
    """

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        given = Path(path)
        self.path = (given.parent if given.name == FILE_NAME else given).resolve()
        self.store = Store(self.path / ".mlwright")

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        sections: Mapping[str, Mapping[str, Any]],
        comments: Mapping[str, str] | None = None,
    ) -> Project:
        """Make a project folder with a new ``mlwright.toml``.

        Parameters
        ----------
        path : path-like
            The folder; made if it is not there.
        sections : mapping
            Settings by section and key.
        comments : mapping, optional
            A comment for ``section.key``.

        Raises
        ------
        SettingsError
            If the folder holds a project already.
        """
        project = cls(path)
        file = project.path / FILE_NAME
        if file.exists():
            raise SettingsError(f"{project.path} holds a project already.", f"Edit {file}, or choose another folder.")
        try:
            write_settings(file, sections, comments or {})
            project.settings()
        except OSError as error:
            raise StorageError(f"{file} cannot be written ({error.strerror}).", "Choose another folder.") from error
        except SettingsError:
            file.unlink()
            raise
        return project

    def settings(self) -> Settings:
        """What ``mlwright.toml`` says now."""
        return at_home(read_settings(self.path / FILE_NAME), self.path)

    def run(
        self,
        *,
        until: str | None = None,
        only_needed: bool = False,
        start_from: str | None = None,
        resume: bool = False,
        fresh: bool = False,
        budget: str | float | None = None,
        prefer: str | None = None,
        n_jobs: int | None = None,
        began: float | None = None,
        listen: Callable[[Event], None] | None = None,
    ) -> RunState:
        """Do the whole job, or a part of it.

        What an earlier run has done with the same data and the same settings is not done again.

        Parameters
        ----------
        until : str, optional
            The last stage; default: all of them, or `explore` where nothing is predicted.
        only_needed : bool, default=False
            Whether stages are left out that the last one does not need.
        start_from : str, optional
            The first stage that is done anew even if nothing has changed.
        resume : bool, default=False
            Go on with the last run that did not come to its end, with the data that it collected.
        fresh : bool, default=False
            Do everything anew.
        budget : str or float, optional
            Wall clock for the whole run, ``"5m"`` or seconds; default: `train.budget` of the settings.
        prefer : str, optional
            ``accuracy``, ``speed`` or ``simple``; default: `train.prefer` of the settings.
        n_jobs : int, optional
            Fits at the same time; default: the processors that this process may use.
        began : float, optional
            When the clock of the budget started, in seconds since 1970; default: now.
        listen : callable, optional
            Called with every event.

        Returns
        -------
        RunState
            How it ended.

        Raises
        ------
        MlwrightError
            What stopped it; what was done until then is kept.
        """
        began = time.time() if began is None else began
        settings = with_preference(with_budget(self.settings(), budget), prefer)
        check_members(settings)
        for name in (until, start_from):
            check_stage(name)
        until = last_stage(settings, until)
        attempt = Attempt(
            self._unfinished() if resume else next_id(self.store),
            "build",
            seed=settings.project.seed,
            budget_s=None if settings.train.candidates else settings.train.budget,
            n_jobs=n_jobs,
            fresh=fresh,
            only_needed=only_needed,
            began=began,
            listen=listen,
        )

        def finish(results: Mapping[str, Record]) -> None:
            if "pack" in results:
                self.bundle_path(attempt.run_id)

        return carry_out(self.store, attempt, settings.sections(), until=until, start_from=start_from, finish=finish)

    def improve(
        self, run_id: str | None = None, *, attempt: bool = False, listen: Callable[[Event], None] | None = None
    ) -> Improvement:
        """What to do next after a run, by what it is likely to bring.

        Parameters
        ----------
        run_id : str, optional
            Default: the latest run that has come to a decision.
        attempt : bool, default=False
            Whether steps that need nobody are tried, each as a run of its own that names its parent.
        listen : callable, optional
            Called with every event of those runs.

        Raises
        ------
        NothingToShow
            If no run has come to a decision.
        """
        from mlwright.improving import improvement_of, tried

        done = [state for state in self.runs() if run_id in (None, state.run_id) and state.has_done("decide")]
        if not done:
            raise NothingToShow(f"No run in {self.path} has come to a decision yet.", "mlwright run")
        found = improvement_of(self, done[-1])
        return tried(self, found, listen) if attempt else found

    def watch(
        self,
        data: str | os.PathLike[str] | None = None,
        *,
        query: str | None = None,
        run_id: str | None = None,
        n_jobs: int | None = None,
        began: float | None = None,
        listen: Callable[[Event], None] | None = None,
    ) -> Response:
        """Compare new rows with what the model in use has learned from, and say what to do.

        Parameters
        ----------
        data : path or URL, optional
            The new rows, with or without the target; default: `watch.source` of the settings.
        query : str, optional
            For databases: the name of a table, or a ``select``.
        run_id : str, optional
            A look of that name that was begun before goes on where it ended; default: a new one.
        n_jobs : int, optional
        began : float, optional
        listen : callable, optional
            As for `run`.

        Raises
        ------
        NothingToShow
            If there is no model yet.
        TableError
            If the rows lack an input of the model.
        """
        settings = with_moments(with_new_rows(self.settings(), data, query))
        model = self.in_use()
        began = time.time() if began is None else began
        run_id, seed = run_id or next_id(self.store), settings.project.seed
        attempt = Attempt(run_id, "watch", seed=seed, n_jobs=n_jobs, began=began, listen=listen)
        results: dict[str, Record] = {}
        memory = looks_before(self.store, model.bundle_id)
        carry_out(self.store, attempt, (*settings.sections(), model, memory), finish=results.update)
        response = results["respond"]
        assert isinstance(response, Response)
        return response

    def replay(
        self,
        data: str | os.PathLike[str] | None = None,
        *,
        time: str | None = None,
        plan: ReplayPlan | None = None,
        began: float | None = None,
        listen: Callable[[Event], None] | None = None,
    ) -> Replayed:
        """Play a history as if it were live, and say what would have been done and what it would be worth.

        Parameters
        ----------
        data : path or URL, optional
            Rows with the target; default: those of `collect.source`.
        time : str, optional
            The column that tells the time; default: `collect.time`.
        plan : ReplayPlan, optional
            Periods, and policies that are compared.
        began : float, optional
        listen : callable, optional
            As for `run`.

        Raises
        ------
        SettingsError
            If no column tells the time.
        SourceEmpty
            If the history is too short.
        """
        settings = with_history(self.settings(), data, time)
        attempt = Attempt(
            next_id(self.store), "replay", seed=settings.project.seed, began=began or _now(), listen=listen
        )
        results: dict[str, Record] = {}
        carry_out(self.store, attempt, (*settings.sections(), plan or ReplayPlan()), finish=results.update)
        replayed = results["replay"]
        assert isinstance(replayed, Replayed)
        return replayed

    def check_delivery(
        self,
        data: str | os.PathLike[str],
        *,
        query: str | None = None,
        began: float | None = None,
        listen: Callable[[Event], None] | None = None,
    ) -> Delivery:
        """Hold new data to the contract of the data that the model in use has learned from.

        Parameters
        ----------
        data : path or URL
            The new rows, with or without the target.
        query : str, optional
            For databases: the name of a table, or a ``select``.
        began : float, optional
        listen : callable, optional
            As for `run`.

        Raises
        ------
        NothingToShow
            If no run has come to the contract yet.
        TableError
            If the data has none of the columns of the contract.
        """
        settings = with_new_rows(self.settings(), data, query)
        began = time.time() if began is None else began
        return received(
            self.store,
            self.promise(),
            (settings.watch, settings.contract),
            seed=settings.project.seed,
            began=began,
            listen=listen,
        )

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
        contract, profile, snapshot = (self.show(what, run_id) for what in ("contract", "profile", "snapshot"))
        try:
            training = self.show("leaderboard", run_id)
        except NothingToShow:
            training = None
        return promise_of_run(contract, profile, snapshot, training)

    def show(self, what: str, run_id: str | None = None) -> Record:
        """One of the records of a run; see `SHOWN` for the names.

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
        if what not in SHOWN:
            offers = nearest(what, SHOWN) or SHOWN
            raise NothingToShow(f"There is nothing called {what!r}.", f"mlwright show {' | '.join(offers)}")
        stage = _stage(SHOWN[what])
        for state in reversed(self.runs()):
            done = state.stage(stage.name) or state.stage(INSTEAD.get(stage.name, stage.name))
            wanted = state.run_id == run_id or (run_id is None and not state.is_set_aside)
            if wanted and done is not None and done.key:
                record = self.store.kept(done.key, stage.makes)
                if record is not None:
                    return record
        raise NothingToShow(f"No {what} has been made in {self.path} yet.", _how_to_make(stage))

    def portable_profile(self) -> PortableProfile:
        """The profile of the latest look in a form that merges with those of other parts of the data.

        Raises
        ------
        SettingsError
            If the rows are a sample of a table that stays where it is: its parts would not add up.
        """
        from mlwright.data.portable import portable
        from mlwright.records.data import Snapshot
        from mlwright.records.profile import Profile

        snapshot, profile = self.show("snapshot"), self.show("profile")
        assert isinstance(snapshot, Snapshot)
        assert isinstance(profile, Profile)
        if snapshot.n_rows_there is not None:
            raise SettingsError(
                f"{snapshot.n_rows:,} of {snapshot.n_rows_there:,} rows were fetched; a profile that merges needs all.",
                "Read a part of the table with a query, and take collect.sample_rows out.",
            )
        file = self.store.blobs.path(snapshot.blob)
        return portable(file, profile, snapshot.lineage.location, int(snapshot.blob[:12], 16))

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

    def cancel(self) -> str:
        """Ask the run that works now to end, and return its name.

        Raises
        ------
        NothingToShow
            If no run works now.
        """
        holder = self.store.holder()
        if not holder or "run" not in holder:
            raise NothingToShow(f"No run works in {self.path} now.", "mlwright runs")
        run_id = str(holder["run"])
        cancel_file(self.store, run_id).touch()
        return run_id

    def bundle_path(self, run_id: str | None = None) -> Path:
        """The folder of the bundle that a run has packed."""
        packed = self.show("bundle", run_id)
        assert isinstance(packed, Packed)
        return self.written(packed.bundle_id, packed.files[MANIFEST])

    def current(self) -> Champion | None:
        """The bundle that is in use, or None."""
        return self.store.registry.now()

    def in_use(self) -> ModelInUse:
        """The champion; where there is none, the latest bundle."""
        champion = self.current()
        if champion is not None:
            return ModelInUse(**champion.model_dump(include={"bundle_id", "manifest", "run_id"}), is_champion=True)
        packed = self.show("bundle")
        assert isinstance(packed, Packed)
        manifest = packed.files[MANIFEST]
        run_id = Manifest.model_validate_json(self.store.blobs.get(manifest)).run_id
        return ModelInUse(bundle_id=packed.bundle_id, manifest=manifest, run_id=run_id, is_champion=False)

    def model_path(self) -> Path:
        """The folder of the bundle that is in use, or of the latest one; see `in_use`."""
        model = self.in_use()
        return self.written(model.bundle_id, model.manifest)

    def approve(self, why: str, run_id: str | None = None) -> Champion:
        """Put the bundle of a run to use on a person's word, whatever its verdict; the reason is kept.

        Parameters
        ----------
        why : str
        run_id : str, optional
            Default: the latest run that packed a bundle.

        Raises
        ------
        NothingToShow
            If no run has packed a bundle.
        SettingsError
            If there is no reason.
        """
        reason = succession.with_reason(why)
        packed, decision = self.show("bundle", run_id), self.show("decision", run_id)
        assert isinstance(packed, Packed)
        assert isinstance(decision, Decision)
        manifest, target = packed.files[MANIFEST], self.settings().deploy.target
        self.target(target).deploy(self.written(packed.bundle_id, manifest))
        return self.store.registry.crown(
            bundle_id=packed.bundle_id,
            manifest=manifest,
            run_id=Manifest.model_validate_json(self.store.blobs.get(manifest)).run_id,
            verdict=decision.verdict,
            target=target,
            why=f"approved: {reason}",
        )

    def rollback(self, why: str = "", *, to: str | None = None) -> Champion:
        """Put a bundle that was in use before back to use, and return it; nothing is deleted.

        Parameters
        ----------
        why : str
        to : str, optional
            The bundle; default: the one just before.

        Raises
        ------
        NothingToShow
            If there has been none before, or not that one.
        """
        return succession.roll_back(self, why, to)

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

    def trials(self) -> tuple[Trial, ...]:
        """How those that are compared with the bundle in use stood after the last look."""
        return succession.trials(self)

    def promote(self, bundle_id: str | None = None, *, why: str) -> Champion:
        """Put a challenger to use on a person's word.

        Parameters
        ----------
        bundle_id : str, optional
            Default: the latest that challenges.
        why : str

        Raises
        ------
        NothingToShow
            If it does not challenge.
        SettingsError
            If there is no reason.
        """
        return succession.promote(self, bundle_id, f"promoted: {succession.with_reason(why)}")

    def reject(self, bundle_id: str | None = None, *, why: str) -> Challenger:
        """Turn a challenger down on a person's word; as for `promote`."""
        return succession.reject(self, bundle_id, succession.with_reason(why))

    def bundle(self, run_id: str | None = None) -> Bundle:
        """The model that a run has packed, ready to answer."""
        from mlwright.scoring.bundle import Bundle

        return Bundle.load(self.bundle_path(run_id))

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

    def _unfinished(self) -> str:
        for state in reversed(self.runs()):
            if state.pipeline == "build" and state.status in ("interrupted", "failed", "cancelled", "running"):
                return state.run_id
        raise NothingToShow(f"No run in {self.path} waits to be resumed.", "mlwright run")


def _now() -> float:
    """For where `time` is the name of a column."""
    return time.time()


def _stage(name: str) -> Stage:
    return next(stage for stage in (*BUILD, *WATCH, *RECEIVE, *RETRAIN, *TRIAL, *REPLAY) if stage.name == name)


def _how_to_make(stage: Stage) -> str:
    """What to type so that a stage makes its record."""
    if stage in BUILD:
        return f"mlwright run --until {stage.name}"
    others = {
        RECEIVE[-1]: "mlwright check NEW_DATA --against PROJECT",
        TRIAL[-1]: "mlwright operate",
        REPLAY[-1]: "mlwright replay",
    }
    return others.get(stage, "mlwright watch --data NEW_DATA")

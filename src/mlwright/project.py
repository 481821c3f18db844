"""The Python API: what can be done with a project folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import time as now
from typing import TYPE_CHECKING, Any

from mlwright import succession
from mlwright.config import FILE_NAME, check_members, write_settings
from mlwright.core.errors import NothingToShow, SettingsError, StorageError
from mlwright.core.history import RunState
from mlwright.core.store.journal import Event
from mlwright.core.store.registry import Challenger, Champion
from mlwright.folder import ProjectFolder
from mlwright.overrides import (
    check_stage,
    last_stage,
    length_of,
    said_instead,
    said_of,
    with_decimal,
    with_history,
    with_moments,
    with_new_rows,
)
from mlwright.receiving import received
from mlwright.records.contest import Trial
from mlwright.records.delivery import Delivery
from mlwright.records.replay import Replayed, ReplayPlan
from mlwright.records.space import Space
from mlwright.records.watch import Response
from mlwright.remembered import looks_before
from mlwright.running import Attempt, cancel_file, carry_out, next_id, outcome

if TYPE_CHECKING:
    from mlwright.records.improvement import Improvement


class Project(ProjectFolder):
    """A project folder: settings, runs and what they made, and all that can be done with them.

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
            Go on with the last run that did not come to its end, with the data that it collected and what was said
            for it. A budget that is said now only moves its end: all fits are kept, and where it has passed already the
            model is made of them at once.
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
        began = began or now()
        said, before = said_of(budget, prefer), self._unfinished() if resume else None
        if before is not None:  # what its fits were planned for stays, so that they are kept; the clock may change
            said = {**before.said, **{key: value for key, value in said.items() if key != "budget"}}
        settings = said_instead(self.settings(), said)
        check_members(settings)
        limit_s = settings.train.limit_s
        if before is not None and budget is not None:
            limit_s = length_of(budget, "The budget")
        for name in (until, start_from):
            check_stage(name)
        until = last_stage(settings, until)
        attempt = Attempt(
            next_id(self.store) if before is None else before.run_id,
            "build",
            seed=settings.project.seed,
            budget_s=limit_s,
            n_jobs=n_jobs,
            fresh=fresh,
            only_needed=only_needed,
            began=began,
            listen=listen,
            said=said,
            is_apart=limit_s != settings.train.limit_s,
        )
        return carry_out(
            self.store, attempt, settings.sections(), until=until, start_from=start_from, finish=self.write_out
        )

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
        settings, model = with_moments(with_new_rows(self.settings(), data, query)), self.in_use()
        settings = with_decimal(settings, self.promise().details)
        attempt = Attempt(
            run_id or next_id(self.store),
            "watch",
            seed=settings.project.seed,
            n_jobs=n_jobs,
            began=began or now(),
            listen=listen,
        )
        memory = looks_before(self.store, model.trained)
        return outcome(self.store, attempt, (*settings.sections(), model, memory), Response)

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
            next_id(self.store), "replay", seed=settings.project.seed, began=began or now(), listen=listen
        )
        return outcome(self.store, attempt, (*settings.sections(), plan or ReplayPlan()), Replayed)

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
        promise = self.promise()
        settings = with_decimal(with_new_rows(self.settings(), data, query), promise.details)
        return received(
            self.store,
            promise,
            (settings.watch, settings.contract),
            seed=settings.project.seed,
            began=began or now(),
            listen=listen,
        )

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
        return succession.approve(self, run_id, f"approved: {succession.with_reason(why)}")

    def undo(self, why: str = "", *, to: str | None = None) -> Champion:
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

    def space(self, *, free: bool = False, older_days: float = 90.0) -> Space:
        """What the project takes on disk, run by run; with `free`, after old runs that nothing needs were let go.

        Runs whose bundle was in use or may come to be, the latest of each sort, and what came since the model in use
        was made always stay.

        Parameters
        ----------
        free : bool, default=False
        older_days : float, default=90
            Runs that began before so many days are old.
        """
        from mlwright.spacing import freed, space_of

        return (freed if free else space_of)(self, older_days)

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

    def _unfinished(self) -> RunState:
        for state in reversed(self.runs()):
            if state.pipeline == "build" and state.status in ("interrupted", "failed", "cancelled", "running"):
                return state
        raise NothingToShow(f"No run in {self.path} waits to be resumed.", "mlwright run")

"""Carries a pipeline out in a store: one at a time, against the clock, with a journal that tells how it ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from mlwright.core.engine import execute
from mlwright.core.errors import MlwrightError, RunCancelled, StorageError
from mlwright.core.history import RunState, replay
from mlwright.core.machine import processors
from mlwright.core.record import Record, Settings
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.core.store.journal import Event
from mlwright.pipeline import PIPELINES

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Attempt:
    """How a pipeline is carried out.

    Parameters
    ----------
    run_id : str
        A run that was attempted before goes on where it ended.
    pipeline : str
    seed : int
    budget_s : float or None
        Wall clock for the run, over all its attempts.
    n_jobs : int or None
        Things done at the same time; None: the processors that this process may use.
    fresh, only_needed : bool
        Whether what is kept already is done anew.
    began : float
        When the clock started, in seconds since 1970.
    listen : callable or None
        Called with every event.
    parent : str or None
        The run that this one tries to be better than; it does not count as the latest unless it comes to a decision.
    said : dict
        What is said for this run alone, in place of the settings; see `RunState`.
    is_apart : bool
        Whether the clock is another one than the settings say: no other run finds what this attempt makes.
    """

    run_id: str
    pipeline: Literal["build", "watch", "receive", "retrain", "trial", "touch", "replay"]
    seed: int = 0
    budget_s: float | None = None
    n_jobs: int | None = None
    fresh: bool = False
    only_needed: bool = False
    began: float = field(default_factory=time.time)
    listen: Callable[[Event], None] | None = None
    parent: str | None = None
    said: Mapping[str, float | str] = field(default_factory=dict)
    is_apart: bool = False


def carry_out(
    store: Store,
    attempt: Attempt,
    given: Sequence[Settings | Record],
    *,
    until: str | None = None,
    start_from: str | None = None,
    finish: Callable[[Mapping[str, Record]], object] = lambda results: None,
) -> RunState:
    """Run a pipeline, or a part of it, and say how it ended.

    Parameters
    ----------
    store : Store
    attempt : Attempt
    given : sequence of Settings or Record
        What the stages get besides the records of those before them.
    until, start_from : str, optional
        The last stage, and the first one that is done anew.
    finish : callable
        Gets the records by stage name; part of the run.
    """
    with store.hold(attempt.run_id):
        store.sweep()
        run = Run(
            attempt.run_id,
            store,
            _clock(store, attempt),
            seed=attempt.seed,
            n_jobs=attempt.n_jobs or processors(),
            fresh=attempt.fresh,
            is_apart=attempt.is_apart,
            listen=attempt.listen,
        )
        began = round(attempt.began, 3)
        run.tell(
            "attempt_started",
            pipeline=attempt.pipeline,
            began=began,
            pid=os.getpid(),
            until=until,
            parent=attempt.parent,
            said=dict(attempt.said),
        )
        try:
            stages, lean = PIPELINES[attempt.pipeline], attempt.only_needed
            finish(execute(stages, given, run, until=until, fresh_from=start_from, only_needed=lean))
        except BaseException as error:
            _tell_the_end(run, error)
            raise
        finally:
            store.sweep()
        run.tell("finished")
        return replay(run.run_id, store.journal(run.run_id), alive=False)


def outcome(store: Store, attempt: Attempt, given: Sequence[Settings | Record], kind: type[R]) -> R:
    """Run a pipeline, and return the record that it is run for: that of its last stage."""
    results: dict[str, Record] = {}
    carry_out(store, attempt, given, finish=results.update)
    record = results[PIPELINES[attempt.pipeline][-1].name]
    assert isinstance(record, kind)
    return record


def next_id(store: Store) -> str:
    """The name of a new run: the day and a number."""
    today = time.strftime("%Y-%m-%d")
    counts = [int(run_id.rpartition("-")[2]) for run_id in store.run_ids() if run_id.startswith(today)]
    return f"{today}-{max(counts, default=0) + 1}"


def cancel_file(store: Store, run_id: str) -> Path:
    """The file whose presence asks a run to end."""
    return store.run_folder(run_id) / "cancel"


def _clock(store: Store, attempt: Attempt) -> Clock:
    """The clock of a run, with the time of its earlier attempts and of starting up on it.

    A budget that these have passed is as long as they took: the run ends with what it has.
    """
    file = cancel_file(store, attempt.run_id)
    file.unlink(missing_ok=True)
    earlier = replay(attempt.run_id, store.journal(attempt.run_id), alive=True)
    budget_s = None if attempt.budget_s is None else max(attempt.budget_s, earlier.seconds)
    return Clock(file, budget_s, earlier.seconds + time.time() - attempt.began)


def _tell_the_end(run: Run, error: BaseException) -> None:
    """Write why the run ended; a disk that is full does not hide the error itself."""
    kind = "cancelled" if isinstance(error, RunCancelled | KeyboardInterrupt) else "failed"
    code = error.code if isinstance(error, MlwrightError) else type(error).__name__
    try:
        run.tell(kind, code=code, error=str(error) or type(error).__name__)
    except (StorageError, OSError):
        return

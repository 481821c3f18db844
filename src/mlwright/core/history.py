"""What a run has done: a replay of its journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mlwright.core.record import Record
from mlwright.core.store.journal import Event

Status = Literal["running", "finished", "failed", "cancelled", "interrupted"]


class StageState(Record):
    """One stage of a run: ``done``, ``running`` or not there yet."""

    name: str
    status: Literal["running", "done"]
    seconds: float = 0.0
    reused: bool = False
    key: str = ""


class RunState(Record):
    """A run as its journal tells it.

    Parameters
    ----------
    run_id : str
    pipeline : str
        The name of what it runs: ``build``, ``watch``, ``retrain`` and so on.
    status : str
        ``interrupted``: it ended without a word, by a kill or a power cut.
    started_at : float
        Seconds since 1970.
    seconds : float
        Time of all its attempts.
    n_attempts : int
    stages : tuple of StageState
    error : str or None
        Why it failed, with the hint.
    parent : str or None
        The run that it tries to be better than.
    said : dict
        What was said for this run alone, in place of what ``mlwright.toml`` says; it holds when the run goes on.
    """

    run_id: str
    pipeline: str = "build"
    status: Status
    started_at: float
    seconds: float
    n_attempts: int
    stages: tuple[StageState, ...]
    error: str | None = None
    parent: str | None = None
    said: dict[str, float | str] = {}

    def stage(self, name: str) -> StageState | None:
        """One stage, or None if the run has not come to it."""
        return next((stage for stage in self.stages if stage.name == name), None)

    @property
    def is_set_aside(self) -> bool:
        """Whether it tried to be better than another run and was not kept."""
        return self.parent is not None and not self.has_done("decide")

    def has_done(self, name: str) -> bool:
        """Whether the run has brought a stage to its end."""
        stage = self.stage(name)
        return stage is not None and stage.status == "done"


_ENDINGS: dict[str, Status] = {"finished": "finished", "failed": "failed", "cancelled": "cancelled"}


def replay(run_id: str, events: Iterable[Event], *, alive: bool) -> RunState:
    """The state of a run from its events; `alive` says whether a process works on it now."""
    stages: dict[str, StageState] = {}
    status: Status | None = None
    error: str | None = None
    attempts: list[tuple[float, float]] = []
    pipeline, parent = "build", None
    said: dict[str, float | str] = {}
    for event in events:
        kind, now = event["event"], float(event["t"])
        if kind == "attempt_started":
            attempts.append((float(event["began"]), now))
            pipeline, parent, said = event.get("pipeline", pipeline), event.get("parent"), event.get("said", {})
            stages, status, error = {}, None, None
        elif attempts:
            attempts[-1] = (attempts[-1][0], now)
        if kind == "stage_started":
            stages[event["stage"]] = StageState(name=event["stage"], status="running")
        elif kind == "stage_done":
            stages[event["stage"]] = StageState(
                name=event["stage"], status="done", seconds=event["seconds"], reused=event["reused"], key=event["key"]
            )
        elif kind in _ENDINGS:
            status, error = _ENDINGS[kind], event.get("error")
    return RunState(
        run_id=run_id,
        pipeline=pipeline,
        status=status or ("running" if alive else "interrupted"),
        started_at=attempts[0][0] if attempts else 0.0,
        seconds=round(sum(end - start for start, end in attempts), 3),
        n_attempts=len(attempts),
        stages=tuple(stages.values()),
        error=error,
        parent=parent,
        said=said,
    )

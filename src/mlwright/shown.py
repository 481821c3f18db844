"""What can be shown of a run: the names of its records, the stages that make them, and what to type so that they do."""

from __future__ import annotations

from mlwright.core.engine import Stage
from mlwright.core.errors import NothingToShow, nearest
from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.core.store import Store
from mlwright.pipeline import BUILD, PIPELINES, RECEIVE, REPLAY, TOUCH, TRIAL

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
    "touch-up": "touch_up",
    "window": "observe",
    "replay": "replay",
}
"""What can be shown of a run, and the stage that makes it."""

INSTEAD = {"collect": "gather"}
"""Stages in the place of which another one makes the same record in some pipelines."""


def stage_of(what: str) -> Stage:
    """The stage that makes what can be shown under a name.

    Raises
    ------
    NothingToShow
        If nothing can be shown under it; the nearest names are offered.
    """
    if what not in SHOWN:
        offers = nearest(what, SHOWN) or SHOWN
        raise NothingToShow(f"There is nothing called {what!r}.", f"mlwright show {' | '.join(offers)}")
    return next(stage for stages in PIPELINES.values() for stage in stages if stage.name == SHOWN[what])


def name_of(kind: type[Record]) -> str:
    """The name under which a kind of record is shown."""
    return next(name for name in SHOWN if stage_of(name).makes is kind)


def made_by(store: Store, state: RunState, stage: Stage) -> Record | None:
    """What a stage has made in a run; None where the run has not come to it."""
    done = state.stage(stage.name) or state.stage(INSTEAD.get(stage.name, stage.name))
    return store.kept(done.key, stage.makes) if done is not None and done.key else None


def how_to_make(stage: Stage) -> str:
    """What to type so that a stage makes its record."""
    if stage in BUILD:
        return f"mlwright run --until {stage.name}"
    others = {
        RECEIVE[-1]: "mlwright check NEW_DATA --against PROJECT",
        TRIAL[-1]: "mlwright operate",
        TOUCH[0]: "mlwright operate",
        REPLAY[-1]: "mlwright replay",
    }
    return others.get(stage, "mlwright watch --data NEW_DATA")

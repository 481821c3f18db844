"""What takes space in a project, and letting go of old runs that nothing needs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mlwright.core.history import RunState
from mlwright.core.store.space import let_go, reached
from mlwright.folder import ProjectFolder
from mlwright.records.space import RunSpace, Space

DAY_S = 86_400.0


def space_of(project: ProjectFolder, older_days: float) -> Space:
    """What the project takes on disk, run by run.

    Parameters
    ----------
    project : ProjectFolder
    older_days : float
        Runs that began before so many days may be let go, if nothing needs them.
    """
    states = project.runs()
    files = {state.run_id: reached(project.store, [state.run_id]) for state in states}
    holders = Counter(path for own in files.values() for path in own)
    needed = _needed(project, states, older_days)
    runs = tuple(
        RunSpace(
            run_id=state.run_id,
            pipeline=state.pipeline,
            size_bytes=sum(files[state.run_id].values()),
            alone_bytes=sum(size for path, size in files[state.run_id].items() if holders[path] == 1),
            needed=needed.get(state.run_id, ""),
        )
        for state in states
    )
    parts = [_size(folder) for folder in (project.store.folder, project.path / "bundles", project.path / "reports")]
    return Space(
        total_bytes=sum(parts), store_bytes=parts[0], bundles_bytes=parts[1], reports_bytes=parts[2], runs=runs
    )


def freed(project: ProjectFolder, older_days: float) -> Space:
    """Let go of the runs that nothing needs, and say what the project takes then."""
    with project.store.hold("space"):
        gone = tuple(run.run_id for run in space_of(project, older_days).runs if not run.needed)
        freed_bytes = let_go(project.store, gone)
    return space_of(project, older_days).model_copy(update={"freed_bytes": freed_bytes, "gone": gone})


def _needed(project: ProjectFolder, states: list[RunState], older_days: float) -> dict[str, str]:
    """Why runs stay: by what was in use or may be, by their age, and the latest of each sort."""
    found: dict[str, str] = {}
    latest: Mapping[str, str] = {state.pipeline: state.run_id for state in states}
    told = "".join(path.read_text(errors="replace") for path in project.store.folder.glob("*.jsonl"))
    champion = project.current()
    since = next((state.started_at for state in states if champion and state.run_id == champion.run_id), None)
    for state in states:
        if state.started_at > time.time() - older_days * DAY_S:
            found[state.run_id] = f"it is younger than {older_days:g} days"
        if latest[state.pipeline] == state.run_id:
            found[state.run_id] = "it is the latest of its sort"
        if since is not None and state.pipeline in ("watch", "retrain", "trial") and state.started_at > since:
            found[state.run_id] = "a new training wants what came since the model in use was made"
        if f'"{state.run_id}"' in told:
            found[state.run_id] = "its bundle was in use, or may come to be"
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0

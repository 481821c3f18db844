"""Touches the answers of the model in use up after a look: a step of the loop between two trainings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlwright import succession
from mlwright.operating.diary import Diary
from mlwright.operating.telling import say
from mlwright.project import Project
from mlwright.records.data import Snapshot
from mlwright.records.settings import OperateSettings
from mlwright.records.touched import Touched

FEWEST = 30
"""New labelled rows from which the answers are touched up anew."""


def touch_up(
    project: Project,
    diary: Diary,
    settings: OperateSettings,
    windows: list[Snapshot],
    *,
    by: str,
    tell: Callable[[str], object],
) -> None:
    """Touch the answers up once for each look, and put them to use where that helps; nothing where it is not wanted.

    A model that came into use after the look is touched up too, as what did well for the one before is likely to do so
    for it.

    Parameters
    ----------
    project : Project
    diary : Diary
    settings : OperateSettings
    windows : list of Snapshot
        All that was looked at.
    by : str
        Who does it, for the history.
    tell : callable
    """
    looked, last = diary.last("looked"), last_touch(diary)
    champion = project.current()
    if champion is None or not looked or not is_wanted(project, settings, by):
        return
    is_new = looked["champion"] != champion.trained
    n_fresh = 0 if is_new else looked["n_fresh"]
    n_before = last.get("n_fresh", 0) if last.get("champion") == champion.trained else 0
    key = f"{looked['run_id']}:{champion.trained}"
    if (not last if is_new else n_fresh - n_before < FEWEST) or diary.is_done("touch", key):
        return
    run_id = diary.begin("touch", key, champion=champion.trained, n_fresh=n_fresh)
    touched, packed = succession.touch_up(project, run_id, windows, touched_before(project, diary))
    used = succession.use_touched(project, touched, packed, by)
    if used is not None:
        tell(f"Bundle {used.bundle_id} answers now. {touched.sentence}")
        if touched.helps:
            text = f"{touched.sentence}\nTo leave the model as it was trained: mlwright undo --why REASON"
            say(diary, "touched_up", champion.trained, "The newest outcomes touch the answers up", text)
    diary.end("touch", key, run_id=run_id, champion=champion.trained, n_fresh=n_fresh)


def is_wanted(project: Project, settings: OperateSettings, by: str) -> bool:
    """Whether answers may be touched up: the settings, and people who took that back, decide."""
    champion = project.current()
    if champion is None or settings.touch_up == "never" or "promote" in settings.approve:
        return False
    return not project.store.registry.is_left_as_it_is(champion.trained, by)


def last_touch(diary: Diary) -> Mapping[str, Any]:
    """The last time that answers were touched up; nothing before the first."""
    return next((event for event in reversed(diary.events("done")) if event["what"] == "touch"), {})


def touched_before(project: Project, diary: Diary) -> Touched | None:
    """How touched-up answers stood after the last look that brought any."""
    last = last_touch(diary)
    return project.record(Touched, str(last["run_id"])) if last else None

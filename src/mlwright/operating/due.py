"""Whether there is anything new to look at, and whether training again pays now."""

from __future__ import annotations

from pathlib import Path

from mlwright.core.record import digest
from mlwright.core.store.journal import Event
from mlwright.data.words import counted, figure
from mlwright.operating.diary import Diary
from mlwright.records.settings import OperateSettings
from mlwright.watching.timing import Pace, has_saved_up, next_pace


def why_to_train(diary: Diary, settings: OperateSettings, rows: int, *, is_waiting: bool) -> str:
    """Why training again pays now, as a sentence; empty if it does not.

    It takes `rows` labelled rows that are new to the model in use and came since the last training, and
    either a model that is worse (`is_worse`) or the wait that `timing` works out. While a challenger waits for its
    verdict, half as many rows again have to come first. In the mean there is one training for
    `settings.looks_per_training` looks that brought outcomes.

    Parameters
    ----------
    diary : Diary
    settings : OperateSettings
    rows : int
        See `timing.rows_that_tell`.
    is_waiting : bool
        Whether a challenger waits for its verdict.
    """
    looked, begun = diary.last("looked"), diary.last("begun")
    trained = diary.begun_trainings()
    n_before = trained[-1]["n_fresh"] if trained and trained[-1]["champion"] == looked.get("champion") else 0
    n_new = looked.get("n_fresh", 0) - n_before
    pace = pace_of(diary, settings, rows)
    needed = max(rows, 1.5 * pace.rows) if is_waiting else rows
    if not begun or n_new < needed or not has_saved_up(*diary.looks_and_trainings(), settings.looks_per_training):
        return ""
    if is_worse(looked):
        said = "is worse than promised" if looked["action"] == "retrain" else "loses more of late than its test said"
        return f"The model {said}, and {counted(n_new, 'labelled row')} came since it was trained."
    if n_new >= pace.rows:
        return (
            f"{counted(n_new, 'labelled row')} came since the last training; from {figure(round(pace.rows))} on the "
            "next one pays for itself."
        )
    return ""


def is_worse(looked: Event) -> bool:
    """Whether a look has found the model worse than promised, or losing more of late than its test said."""
    return bool(looked.get("action") == "retrain" or looked.get("is_stale"))


def pace_of(diary: Diary, settings: OperateSettings, rows: int) -> Pace:
    """How long to wait between trainings, as the gains of those before have shown; anew where a model was worse."""
    pace, begun = Pace(float(rows)), {e["key"]: e for e in diary.events("begun") if e["what"] == "training"}
    for event in diary.trainings():
        if begun[event["key"]].get("is_worse"):
            pace = Pace(float(rows))
        elif event.get("gain_share") is not None:
            age = float(begun[event["key"]]["n_fresh"]) - event.get("n_apart", 0)
            pace = next_pace(pace, age, event["gain_share"], settings.training_cost * rows, rows)
    return pace


def mark_of(source: str | None) -> str | None:
    """What tells whether a file, or a folder of files, is what it was; None for other sources."""
    if source is None or not Path(source).exists():
        return None
    files = [Path(source), *sorted(Path(source).rglob("*"))] if Path(source).is_dir() else [Path(source)]
    facts = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    return digest(facts)[:16]

"""The stage that lets others answer beside the champion, and says who is better."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import MlwrightError
from mlwright.core.run import Run
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.row_keys import Keys, are_in, collected_by, row_keys
from mlwright.data.words import counted, figure
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores, kept_target
from mlwright.records.bundle import Manifest
from mlwright.records.contest import Contender, Contest, Outcome, Shadow, Trial
from mlwright.records.settings import OperateSettings
from mlwright.records.watch import ModelInUse, Window
from mlwright.scoring.matching import same_classes, scores_as
from mlwright.scoring.model import Model
from mlwright.statistics.sequential import Gathered, lower_bound, upper_bound

USUAL = 0.98
"""Losses above this quantile of the champion's losses on its test rows count as it."""

Array = NDArray[np.float64]


class _Labelled(NamedTuple):
    """Rows with a true outcome: the table, their positions in it, their outcomes as places in `classes`, their keys."""

    table: Table
    positions: NDArray[np.int64]
    target: Array
    classes: tuple[str, ...]
    keys: Keys
    names: list[str]


def shadow(window: Window, model: ModelInUse, contest: Contest, settings: OperateSettings, run: Run) -> Shadow:
    """Count every contender's losses against the champion's on the labelled rows of a window that are new to both.

    A row counts once, when its outcome is first known. Which model is better is asked after every window, with a chance
    of at most `operate.error` over all of them that a contender is called better while, over the rows of the trial, the
    champion was expected to lose no more (see `statistics.sequential`); that holds however the rows hang together and
    whatever the world does meanwhile.
    """
    manifest = Manifest.model_validate_json(run.get(model.manifest))
    table = open_snapshot(window.snapshot, run)
    if manifest.target not in table.columns:
        n_fresh = len(_keys(contest.fresh, run))
        return Shadow(champion=model.bundle_id, trials=contest.before, fresh=contest.fresh, n_fresh=n_fresh)
    labelled = _labelled(table, manifest)
    own = collected_by(model.run_id, run)
    seen = np.zeros(len(labelled.keys), bool) if own is None else are_in(labelled.keys, labelled.names, own, run)
    before = {(trial.champion, trial.contender, trial.part): trial for trial in contest.before}
    trials = []
    for contender in contest.contenders:
        known = before.get((model.bundle_id, contender.bundle_id, contender.part)) or _fresh(
            model, manifest, contender, settings, run
        )
        trials.append(known if is_over(known) else _gone_on(known, contender, manifest, labelled, seen, run))
    fresh = np.union1d(_keys(contest.fresh, run), labelled.keys[~seen])
    return Shadow(
        champion=model.bundle_id,
        trials=tuple(_judged(trial, settings) for trial in trials),
        n_labelled=len(labelled.positions),
        fresh=run.put(fresh.tobytes()),
        n_fresh=len(fresh),
    )


def is_over(trial: Trial) -> bool:
    """Whether a trial has ended; one against the predecessor goes on as long as that is no better."""
    return trial.outcome not in ("undecided", "no_better" if trial.part == "predecessor" else "undecided")


def _keys(blob: str, run: Run) -> Keys:
    return np.frombuffer(run.get(blob), np.uint64) if blob else np.empty(0, np.uint64)


def _labelled(table: Table, manifest: Manifest) -> _Labelled:
    truth = table.arrow([manifest.target])[manifest.target]
    classes = manifest.model.classes
    target = TASKS.get(manifest.model.task)().target(truth, classes, ())
    positions = np.flatnonzero(~np.isnan(target))
    names = sorted({column.name for column in manifest.reference} | {manifest.target})
    keys = row_keys(table.arrow(names, positions), names)
    _, first = np.unique(keys, return_index=True)
    first.sort()
    return _Labelled(table, positions[first], target[positions][first], classes, keys[first], names)


def _fresh(model: ModelInUse, manifest: Manifest, contender: Contender, settings: OperateSettings, run: Run) -> Trial:
    """A trial before its first row; what it will count is fixed here."""
    evaluation, task = manifest.evaluation, TASKS.get(manifest.model.task)()
    losses = task.row_loss(
        kept_target(evaluation.truth, run), kept_scores(evaluation.predictions, evaluation.n_rows, run)
    )
    ceiling = max(float(np.quantile(losses, USUAL)), np.finfo(float).tiny)
    return Trial(
        champion=model.bundle_id,
        contender=contender.bundle_id,
        part=contender.part,
        loss="squared error" if manifest.model.task == "regression" else "log loss",
        ceiling=ceiling,
        error=settings.error,
        least_gain=0.0
        if contender.part == "predecessor"
        else settings.least_gain * float(np.minimum(losses, ceiling).mean()),
    )


def _gone_on(
    trial: Trial, contender: Contender, manifest: Manifest, labelled: _Labelled, seen: NDArray[np.bool_], run: Run
) -> Trial:
    """The trial with the rows that are new to it and to both models."""
    counted_keys = _keys(trial.counted, run)
    other = Manifest.model_validate_json(run.get(contender.manifest))
    theirs = collected_by(contender.run_id, run)
    known = seen | np.isin(labelled.keys, counted_keys)
    if theirs is not None and set(labelled.names) <= set(theirs.column_names):
        known |= are_in(labelled.keys, labelled.names, theirs, run)
    fresh = np.flatnonzero(~known)
    if not len(fresh):
        return trial
    try:
        champion, contending = (_losses(each, labelled, fresh, trial.ceiling, run) for each in (manifest, other))
    except MlwrightError as error:
        return trial.model_copy(update={"outcome": "undecidable", "sentence": error.message})
    gathered = Gathered(trial.n, trial.total, trial.spread).adding(champion - contending)
    return trial.model_copy(
        update={
            **gathered._asdict(),
            "champion_loss": trial.champion_loss + float(champion.sum()),
            "counted": run.put(np.sort(np.concatenate([counted_keys, labelled.keys[fresh]])).tobytes()),
        }
    )


def _losses(manifest: Manifest, labelled: _Labelled, fresh: NDArray[np.int64], ceiling: float, run: Run) -> Array:
    """Losses of a model on some of the rows, none above the ceiling."""
    inputs = [clause.name for clause in manifest.inputs]
    if missing := sorted(set(inputs) - set(labelled.table.columns)):
        raise MlwrightError(f"Bundle {manifest.bundle_id} needs the column {missing[0]!r}, which new rows do not have.")
    if not same_classes(manifest.model.classes, labelled.classes):
        raise MlwrightError(f"Bundle {manifest.bundle_id} answers with other classes.")
    rows = labelled.table.arrow(inputs, labelled.positions[fresh])
    said = scores_as(Model.load(manifest.model, run.get).scores(rows), manifest.model.classes, labelled.classes)
    losses = TASKS.get(manifest.model.task)().row_loss(labelled.target[fresh], said)
    return np.minimum(losses, ceiling)


def _judged(trial: Trial, settings: OperateSettings) -> Trial:
    """The trial with its bounds, and what follows."""
    if is_over(trial):
        return trial
    gathered = Gathered(trial.n, trial.total, trial.spread)
    low, high = (bound(gathered, 2 * trial.ceiling, trial.error) for bound in (lower_bound, upper_bound))
    outcome: Outcome = "undecided"
    if low > trial.least_gain:
        outcome = "better"
    elif high <= trial.least_gain:
        outcome = "no_better"
    elif trial.n >= settings.patience and trial.part == "challenger":
        outcome = "too_small"
    found = trial.model_copy(update={"low": low, "high": high, "outcome": outcome})
    return found.model_copy(update={"sentence": _sentence(found)})


def _sentence(trial: Trial) -> str:
    if not trial.n:
        return "No row with a true outcome has come yet that is new to both."
    champion = trial.champion_loss / trial.n
    start = (
        f"On {counted(trial.n, 'new row')} its {trial.loss} is {figure(champion - trial.gain)}, and {figure(champion)} "
        f"that of bundle {trial.champion}, which is in use: "
    )
    bounds = f"the gain of a row is above {_bound(trial.low)} and below {_bound(trial.high)}"
    end = {
        "better": f"proved to be better; {bounds}.",
        "no_better": f"proved not to be better by more than {figure(trial.least_gain)}; {bounds}.",
        "too_small": f"not told apart after so many rows; {bounds}.",
        "undecided": f"not decided yet; {bounds}.",
        "undecidable": "it cannot answer these rows.",
    }
    return start + end[trial.outcome]


def _bound(value: float) -> str:
    return figure(value) if math.isfinite(value) else "anything"

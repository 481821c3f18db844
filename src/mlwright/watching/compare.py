"""The stage that compares new rows with what the model learned from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.core.run import Run
from mlwright.data.cells import DAY_S
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored
from mlwright.records.bundle import Manifest
from mlwright.records.looks import Looks
from mlwright.records.model import ModelSpec
from mlwright.records.outcomes import Option, Outcomes, Performance
from mlwright.records.served import OUTCOME_AT
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import Comparison, LeftOut, ModelInUse, Window
from mlwright.scoring.columns import missing_columns
from mlwright.scoring.deciding import Decisive, decisive, usually_decisive
from mlwright.scoring.model import Model
from mlwright.scoring.moments import to_moment_array
from mlwright.watching.alerting import with_alerts
from mlwright.watching.alone import columns_now, corrected_together
from mlwright.watching.apart import with_told_apart
from mlwright.watching.fairness import outcomes_of
from mlwright.watching.looking import left_out, looks_of, places_of_rows, windows_of
from mlwright.watching.options import options_of
from mlwright.watching.performance import labels_needed, performance

Array = NDArray[np.float64]


def compare(window: Window, model: ModelInUse, memory: Looks, settings: WatchSettings, run: Run) -> Comparison:
    """Compare every input, the model's answers and, where the true outcome is known, how good it is.

    What is an alarm is decided by the evidence of all looks together, within `settings.budget` false alarms a year; see
    `statistics.changes`. Beside it stands what these rows say alone: the chances of all tests are corrected together
    (Holm), so that something seems to have moved in at most a share `settings.alarms` of all windows, however many
    columns there are. Rows must not hang together: a window of a few households, each with many rows, looks like a
    shift.

    Raises
    ------
    TableError
        If the window lacks an input of the model.
    BundleError
        If the bundle does not say what its reference was made of.
    """
    manifest = Manifest.model_validate_json(run.get(model.manifest))
    if not manifest.n_reference:
        raise BundleError(
            f"Bundle {model.bundle_id} does not say how many rows it learned from.", "mlwright run --from pack"
        )
    table = open_snapshot(window.snapshot, run)
    inputs = [column.name for column in manifest.reference]
    if not set(inputs) <= set(table.columns):
        raise missing_columns(inputs, table.columns)
    answering = Model.load(manifest.model, run.get)
    prediction = answering.scores(table.arrow(inputs))
    columns, measured = corrected_together(
        columns_now(table, prediction, manifest, run), _performance(table, prediction, manifest, run)
    )
    alone = Comparison(
        bundle_id=model.bundle_id,
        n_rows=window.snapshot.n_rows,
        n_reference=manifest.n_reference,
        target=manifest.target,
        columns=columns,
        performance=measured,
        labels_needed=labels_needed(manifest),
        alarms=settings.alarms,
        n_tests=sum(len(column.movements) for column in columns) + (measured is not None),
    )
    if manifest.baseline is None:
        return alone
    memory = memory.model_copy(update={"bundle_id": model.trained})
    looked, left = _looks(table, prediction, manifest, (window, memory, settings), run)
    alerted = with_alerts(alone, manifest.baseline, looked, settings)
    options = _options(table, prediction, manifest, answering, settings, run)
    outcomes = _outcomes(table, prediction, manifest, settings)
    return alerted.model_copy(update={"options": options, "outcomes": outcomes, "left_out": left})


def _outcomes(table: Table, prediction: Array, manifest: Manifest, settings: WatchSettings) -> Outcomes | None:
    """Of which rows the true outcome is known; None where none is."""
    assert manifest.baseline is not None
    if manifest.target not in table.columns:
        return None
    time = settings.time if settings.time in table.columns else None
    rows = table.arrow([manifest.target, *([time] if time else [])])
    truth = TASKS.get(manifest.model.task)().target(rows[manifest.target], manifest.model.classes, ())
    days = np.floor(to_moment_array(rows[time]) / DAY_S) if time else np.zeros(len(truth))
    return outcomes_of(~np.isnan(truth), prediction, np.nan_to_num(days, nan=-1.0), manifest.baseline)


def _options(
    table: Table, prediction: Array, manifest: Manifest, model: Model, settings: WatchSettings, run: Run
) -> tuple[Option, ...]:
    """What could be done about the model, judged on the rows with a true outcome, from the oldest to the newest."""
    if manifest.target not in table.columns:
        return ()
    names = [name for name in (*model.encoder.inputs, settings.time) if name is not None and name in table.columns]
    rows = table.arrow(list(dict.fromkeys([*names, manifest.target])))
    truth = np.asarray(TASKS.get(manifest.model.task)().target(rows[manifest.target], manifest.model.classes, ()))
    if settings.time in names:
        order = np.argsort(to_moment_array(rows[settings.time]), kind="stable")
        rows, truth, prediction = rows.take(pa.array(order)), truth[order], prediction[order]
    return options_of(rows, truth, prediction, manifest, model, run.seed_for("compare", "options"))


def _looks(
    table: Table, prediction: Array, manifest: Manifest, given: tuple[Window, Looks, WatchSettings], run: Run
) -> tuple[Looks, LeftOut | None]:
    """The rows as looks beside those before; what was looked at before is left out, and told."""
    window, memory, settings = given
    baseline = manifest.baseline
    assert baseline is not None
    time = settings.time if settings.time in table.columns else None
    named = (name for column in baseline.columns for name in column.cells.of)
    wanted = dict.fromkeys([*named, manifest.target, time, OUTCOME_AT])
    rows = table.arrow([name for name in wanted if name is not None and name in table.columns])
    windows = windows_of(rows, time, window.snapshot.lineage.read_at, memory, settings)
    places = places_of_rows(rows, prediction, baseline, manifest.model.classes)
    looked = looks_of(rows, prediction, manifest, places, windows, memory)
    left = left_out(windows, memory, looked, is_log=OUTCOME_AT in rows.column_names)
    return with_told_apart(looked, memory, places, windows, baseline, run), left


def _performance(table: Table, prediction: Array, manifest: Manifest, run: Run) -> Performance | None:
    if manifest.target not in table.columns:
        return None
    truth = table.arrow([manifest.target])[0]
    return performance(
        truth, Scored(prediction, _decides(table, manifest.model)), manifest, run.seed_for("compare", "performance")
    )


def _decides(table: Table, model: ModelSpec) -> Decisive:
    """What decides the answers to a window; usual amounts where their columns did not come along."""
    names = list(model.amounts.usual) if model.amounts is not None else []
    if not set(names) <= set(table.columns):
        return usually_decisive(model)
    return decisive(model, table.arrow(names) if names else None)

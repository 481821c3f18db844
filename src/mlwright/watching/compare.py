"""The stage that compares new rows with what the model learned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.cells import DAY_S
from mlwright.data.compute.lots import each_column
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.drifts import DRIFTS, Current, DriftTest, Reference
from mlwright.data.two_tables.reference import current_of, reference_of, unknown_names
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores
from mlwright.learning.yardstick import Scored
from mlwright.records.bundle import Manifest
from mlwright.records.looks import ANSWERS, Looks
from mlwright.records.model import ModelSpec
from mlwright.records.outcomes import Option, Outcomes, Performance
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile
from mlwright.records.served import OUTCOME_AT
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import ColumnThenNow, Comparison, LeftOut, ModelInUse, Movement, Window
from mlwright.scoring.columns import missing_columns
from mlwright.scoring.deciding import Decisive, decisive, usually_decisive
from mlwright.scoring.model import Model
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import canonical, spelled
from mlwright.statistics.several import holm
from mlwright.watching.alerting import with_alerts
from mlwright.watching.apart import with_told_apart
from mlwright.watching.fairness import outcomes_of
from mlwright.watching.looking import left_out, looks_of, places_of_rows, windows_of
from mlwright.watching.options import options_of
from mlwright.watching.performance import labels_needed, performance

SHOWN_NAMES = 5
FEWEST_ALIKE = 20
"""Rows with the same value before it is told that all have it."""

Array = NDArray[np.float64]
Tests = Mapping[str, DriftTest]


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
    tests = {name: test() for name, test in DRIFTS}
    values = each_column(table, inputs)
    columns = [
        _input(own, column, manifest, tests) for column, (_, own) in zip(manifest.reference, values, strict=True)
    ]
    answering = Model.load(manifest.model, run.get)
    prediction = answering.scores(table.arrow(inputs))
    found = _performance(table, prediction, manifest, run)
    columns += _answers(prediction, manifest, tests, run)
    alone = _corrected(window, model, manifest, settings, (columns, found))
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
    places = places_of_rows(rows, prediction, baseline)
    looked = looks_of(rows, prediction, manifest, places, windows, memory)
    left = left_out(windows, memory, looked, is_log=OUTCOME_AT in rows.column_names)
    return with_told_apart(looked, memory, places, windows, baseline, run), left


def _input(values: pa.ChunkedArray, column: ColumnProfile, manifest: Manifest, tests: Tests) -> ColumnThenNow:
    reference = reference_of(column, manifest.contract.clause(column.name), manifest.n_reference)
    current = current_of(values, reference)
    unknown = unknown_names(current, reference)
    n_there = max(1, int((~current.missing).sum()))
    return _then_now(reference, current, tests).model_copy(
        update={
            "new_share": sum(unknown.values()) / n_there,
            "new_names": tuple(unknown)[:SHOWN_NAMES],
            "only": _only(values, current, column),
        }
    )


def _only(values: pa.ChunkedArray, current: Current, column: ColumnProfile) -> str:
    """The one value that all rows hold that have any, where chance does not explain it."""
    if column.n_distinct < 2 or (~current.missing).sum() < FEWEST_ALIKE:
        return ""
    distinct = values.filter(pa.array(~current.missing)).unique()
    return canonical(distinct[0].as_py()) or "" if len(distinct) == 1 else ""


def _then_now(reference: Reference, current: Current, tests: Tests) -> ColumnThenNow:
    """A column with the answers of all tests; chances are not corrected yet."""
    movements, reasons = [], {}
    for name, test in tests.items():
        try:
            shift = test.compare(reference, current)
        except NotApplicable as refusal:
            reasons[name] = refusal.reason
            continue
        movements.append(
            Movement(
                test=name, p_value=shift.p_value, corrected=shift.p_value, size=shift.size, sentence=shift.sentence
            )
        )
    compared = {movement.test for movement in movements} - {"missing_share"}
    return ColumnThenNow(
        name=reference.profile.name,
        kind=reference.profile.kind,
        missing_then=reference.profile.n_missing / reference.n_rows,
        missing_now=float(current.missing.mean()),
        movements=tuple(movements),
        untested="" if compared else _why_untested(reference, reasons),
    )


def _why_untested(reference: Reference, reasons: dict[str, str]) -> str:
    kind = reference.profile.kind
    if kind == "date":
        return "dates move on by themselves"
    if kind == "text":
        return "the bundle holds no figures of what texts say"
    return reasons["quantile_bins" if kind == "number" and not reference.levels else "level_shares"]


def _answers(prediction: Array, manifest: Manifest, tests: Tests, run: Run) -> list[ColumnThenNow]:
    """The model's answers to the window against its answers to the test rows, if those are in this store."""
    evaluation, classes = manifest.evaluation, manifest.model.classes
    if not run.store.blobs.has(evaluation.predictions):
        return []
    then = kept_scores(evaluation.predictions, evaluation.n_rows, run)
    nothing = np.zeros(len(prediction), dtype=np.bool_)
    profile = ColumnProfile(
        name=ANSWERS, type="double", kind="number", reason="", n_missing=0, n_distinct=len(np.unique(then)),
        quantiles=tuple(float(value) for value in np.quantile(then[:, -1], QUANTILE_LEVELS)),
    )  # fmt: skip
    if prediction.shape[1] == 1:
        now = prediction[:, 0].astype(np.float32).astype(np.float64)
        found = _then_now(Reference(profile, evaluation.n_rows), Current(nothing, now), tests)
    else:
        counts = np.bincount(then.argmax(axis=1), minlength=len(classes))
        levels = {name: int(count) for name, count in zip(classes, counts, strict=True)}
        names = spelled(pa.array(np.array(classes)[prediction.argmax(axis=1)]))
        found = _then_now(Reference(profile, evaluation.n_rows, levels), Current(nothing, names=names), tests)
    return [found.model_copy(update={"kind": "answers"})]


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


def _corrected(
    window: Window,
    model: ModelInUse,
    manifest: Manifest,
    settings: WatchSettings,
    found: tuple[Sequence[ColumnThenNow], Performance | None],
) -> Comparison:
    """The comparison, with the chances of all its tests corrected together."""
    columns, measured = found
    chances = [movement.p_value for column in columns for movement in column.movements]
    corrected = iter(holm(np.array([*chances, *([measured.p_value] if measured else [])])).tolist())
    done = [_with_chances(column, corrected) for column in columns]
    return Comparison(
        bundle_id=model.bundle_id,
        n_rows=window.snapshot.n_rows,
        n_reference=manifest.n_reference,
        target=manifest.target,
        columns=tuple(sorted(done, key=lambda column: (_least_chance(column), column.name))),
        performance=measured and measured.model_copy(update={"corrected": next(corrected)}),
        labels_needed=labels_needed(manifest),
        alarms=settings.alarms,
        n_tests=len(chances) + (measured is not None),
    )


def _with_chances(column: ColumnThenNow, corrected: Iterator[float]) -> ColumnThenNow:
    movements = [movement.model_copy(update={"corrected": next(corrected)}) for movement in column.movements]
    return column.model_copy(update={"movements": tuple(sorted(movements, key=lambda movement: movement.corrected))})


def _least_chance(column: ColumnThenNow) -> float:
    return min((movement.corrected for movement in column.movements), default=1.0)

"""What the rows of a window say alone: each column and the model's answers beside those of training, by every test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.lots import each_column
from mlwright.data.compute.table import Table
from mlwright.data.drifts import DRIFTS, Current, DriftTest, Reference
from mlwright.data.two_tables.reference import current_of, reference_of, unknown_names
from mlwright.learning.unseen import kept_scores
from mlwright.records.bundle import Manifest
from mlwright.records.looks import ANSWERS
from mlwright.records.outcomes import Performance
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile
from mlwright.records.watch import ColumnThenNow, Movement
from mlwright.scoring.spelling import canonical, spelled
from mlwright.statistics.several import holm

SHOWN_NAMES = 5
FEWEST_ALIKE = 20
"""Rows with the same value before it is told that all have it."""

Array = NDArray[np.float64]
Tests = Mapping[str, DriftTest]


def columns_now(table: Table, prediction: Array, manifest: Manifest, run: Run) -> list[ColumnThenNow]:
    """The inputs and the answers with what every test says of them; chances are not corrected yet.

    Parameters
    ----------
    table : Table
        The window.
    prediction : array, shape (n_rows, n_outputs)
        What the model says of it.
    manifest : Manifest
    run : Run
    """
    tests = {name: test() for name, test in DRIFTS}
    values = each_column(table, [column.name for column in manifest.reference])
    columns = [
        _input(own, column, manifest, tests) for column, (_, own) in zip(manifest.reference, values, strict=True)
    ]
    return columns + _answers(prediction, manifest, tests, run)


def corrected_together(
    columns: Sequence[ColumnThenNow], measured: Performance | None
) -> tuple[tuple[ColumnThenNow, ...], Performance | None]:
    """The same with the chances of all tests, that of the performance too, corrected together (Holm).

    What moved most surely comes first.
    """
    chances = [movement.p_value for column in columns for movement in column.movements]
    corrected = iter(holm(np.array([*chances, *([measured.p_value] if measured else [])])).tolist())
    done = [_with_chances(column, corrected) for column in columns]
    done.sort(key=lambda column: (_least_chance(column), column.name))
    return tuple(done), measured and measured.model_copy(update={"corrected": next(corrected)})


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


def _with_chances(column: ColumnThenNow, corrected: Iterator[float]) -> ColumnThenNow:
    movements = [movement.model_copy(update={"corrected": next(corrected)}) for movement in column.movements]
    return column.model_copy(update={"movements": tuple(sorted(movements, key=lambda movement: movement.corrected))})


def _least_chance(column: ColumnThenNow) -> float:
    return min((movement.corrected for movement in column.movements), default=1.0)

"""The leaderboard, the metrics and the findings as an Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from mlwright.faces.render.facts import Facts
from mlwright.faces.render.visible import visible
from mlwright.records.evaluation import Evaluation
from mlwright.records.findings import Findings
from mlwright.records.trials import Training

Cell = str | int | float | None

WIDEST = 80
MOST_LETTERS = 32_000
"""A cell of Excel holds 32,767 letters."""


def workbook(facts: Facts) -> bytes:
    """An xlsx file with the sheets ``leaderboard``, ``metrics`` and ``findings``."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "mlwright"
    for name, heads, rows in (
        ("leaderboard", LEADERBOARD, _leaderboard_rows(facts.leaderboard)),
        ("metrics", METRICS, _metric_rows(facts.evaluation)),
        ("findings", FINDINGS, _finding_rows(facts.findings)),
    ):
        _fill(book.create_sheet(name), heads, rows)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


LEADERBOARD = (
    "model", "family", "metric", "score", "standard error", "folds", "comparable", "fitting, s", "a row, ms",
    "weight", "fate",
)  # fmt: skip


def _leaderboard_rows(training: Training) -> Iterator[tuple[Cell, ...]]:
    for row in training.leaderboard:
        comparable = "yes" if training.is_comparable(row) else "no"
        yield (
            *(row.name, row.family, training.metric, row.score, row.score_error, row.n_folds, comparable),
            *(row.fit_s, row.predict_ms, row.weight, row.fate),
        )


METRICS = (
    "metric", "better", "model", "low", "high", "level", "simple model", "no model", "gain over no model", "gain low",
    "gain high", "gain over the simple model", "gain over simple low", "gain over simple high",
)  # fmt: skip


def _metric_rows(evaluation: Evaluation) -> Iterator[tuple[Cell, ...]]:
    for metric in evaluation.metrics:
        model, gain, over_simple = metric.model, metric.gain_over_baseline, metric.gain_over_simple
        yield (
            *(metric.title, "more" if metric.greater_is_better else "less", model.value, model.low, model.high),
            *(model.level, metric.simple.value, metric.baseline.value, gain.value, gain.low, gain.high),
            *(over_simple.value, over_simple.low, over_simple.high),
        )


FINDINGS = ("severity", "finding", "columns", "what was found", "what to do", "check", "examples")


def _finding_rows(findings: Findings) -> Iterator[tuple[Cell, ...]]:
    for found in findings.findings:
        columns, examples = ", ".join(found.columns), "; ".join(found.examples)
        yield found.severity, found.title, columns, found.sentence, found.action, found.check, examples


def _fill(sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    for y, row in enumerate([heads, *rows], start=1):
        for x, value in enumerate(row, start=1):
            _write(sheet, y, x, value)
    for place in range(1, len(heads) + 1):
        sheet.cell(1, place).font = Font(bold=True)
        letters = [len(str(cell.value or "")) for cell in sheet[get_column_letter(place)]]
        sheet.column_dimensions[get_column_letter(place)].width = min(WIDEST, max(letters) + 2)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _write(sheet: Worksheet, y: int, x: int, value: Cell) -> None:
    """Write one value; text is never taken for a formula."""
    cell = sheet.cell(y, x)
    if isinstance(value, str) and value:
        cell.value = visible(value)[:MOST_LETTERS]
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=len(value) > WIDEST, vertical="top")
    elif isinstance(value, int | float) and math.isfinite(value):
        cell.value = value
        cell.alignment = Alignment(vertical="top")

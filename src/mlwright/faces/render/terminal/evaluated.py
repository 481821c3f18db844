"""How a model did on rows that it had never seen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlwright.data.words import percent
from mlwright.faces.render.numbers import alike, short, with_interval
from mlwright.faces.render.telling import told_coverage, told_tenths
from mlwright.faces.render.terminal.tables import said, table
from mlwright.learning.footing import told_pieces, told_rows
from mlwright.records.evaluation import Confusion, Evaluation, MetricResult, Tenth


def evaluation_shown(record: Evaluation) -> list[RenderableType]:
    """The metrics, right and wrong answers, how often intervals hold, and weak segments."""
    heads = ("metric", "model", "simple model", "dummy", "gain over the dummy")
    level = record.metrics[0].model.level if record.metrics else 0.95
    title = f"On {told_rows(record)} ({level:.0%} intervals)"
    shown: list[RenderableType] = [
        table(title, heads, [_metric_row(metric) for metric in record.metrics], right=(2, 3))
    ]
    if pieces := told_pieces(record.footing):
        shown += [Text(), said(pieces)]
    if record.confusion is not None:
        shown += [Text(), _confusion_table(record.confusion)]
    shown += [Text(), *map(said, told_coverage(record))] if record.coverage else []
    shown += [Text(), _tenths_table(record.tenths), said(told_tenths(record))] if record.tenths else []
    if record.segments:
        weak = [
            (s.description, f"{s.n_rows:,}", with_interval(s.loss), short(s.loss_elsewhere)) for s in record.segments
        ]
        shown += [Text(), table("Weak segments", ("where", "rows", "loss", "elsewhere"), weak, right=(1,))]
    return shown


def _metric_row(metric: MetricResult) -> tuple[str, ...]:
    beside = (alike(estimate.value, metric.model) for estimate in (metric.simple, metric.baseline))
    return (metric.title, with_interval(metric.model), *beside, with_interval(metric.gain_over_baseline))


def _tenths_table(tenths: Sequence[Tenth]) -> Table:
    heads = ["rows", "from", "said", "happened"]
    if tenths[0].found is None:
        rows = [(f"{t.n_rows:,}", short(t.least), short(t.said), with_interval(t.happened)) for t in tenths]
        return table("The rows with the highest answers first, part by part", heads, rows, right=(0, 1, 2))
    shares = [
        (
            f"{t.n_rows:,}",
            percent(t.least),
            percent(t.said),
            percent(t.happened.value),
            percent(t.found or 0.0),
            f"{t.lift or 0.0:.2f}",
        )
        for t in tenths
    ]
    heads += ["found so far", "lift"]
    return table("The surest rows first, part by part (gains and lift)", heads, shares, right=range(6))


def _confusion_table(confusion: Confusion) -> Table:
    rows = [
        (f"in truth {name}", *[f"{count:,}" for count in counts])
        for name, counts in zip(confusion.classes, confusion.counts, strict=True)
    ]
    heads = ("", *[f"answered {name}" for name in confusion.classes])
    return table("Right and wrong answers", heads, rows, right=range(1, len(heads)))

"""What lies behind the figures, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import percent, shortened
from mlwright.faces.render.numbers import NONE, with_interval
from mlwright.faces.render.tables import said, table
from mlwright.records.diagnosis import Diagnosis, Groups
from mlwright.records.evaluation import Estimate

TITLES = {
    "base_rate": "positive in truth",
    "selection_rate": "answered positive",
    "true_positive_rate": "found",
    "false_positive_rate": "false alarms",
    "accuracy": "right",
    "log_loss": "log loss",
    "mean_error": "prediction less truth",
    "mean_absolute_error": "distance from the truth",
    "worth": "worth per 1,000",
}
SHARES = frozenset({"base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "accuracy"})


def diagnosis_shown(record: Diagnosis) -> list[RenderableType]:
    """Groups and how far they are apart."""
    if not record.groups:
        return [said('No groups are named: [evaluate] groups = ["COLUMN"] in mlwright.toml compares them.')]
    return [part for groups in record.groups for part in _groups_shown(groups)]


def _groups_shown(groups: Groups) -> Iterator[RenderableType]:
    names = list(dict.fromkeys(name for group in groups.groups for name in group.figures))
    heads = (groups.column, "rows", *(TITLES.get(name, name.replace("_", " ")) for name in names))
    rows = [
        (shortened(group.name), f"{group.n_rows:,}", *(_cell(name, group.figures.get(name)) for name in names))
        for group in groups.groups
        if not group.too_small
    ]
    yield table(f"Groups of {groups.column}", heads, rows, right=(1,))
    yield Text()
    for disparity in groups.disparities:
        yield said(f"{disparity.name.replace('_', ' ')}: {disparity.sentence}")
    yield said(groups.sentence, "bold")
    yield Text()


def _cell(name: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return NONE
    if name not in SHARES:
        return with_interval(estimate)
    return f"{percent(estimate.value)} ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"

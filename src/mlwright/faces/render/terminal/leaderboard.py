"""The leaderboard."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import counted, percent, told_size
from mlwright.faces.render.numbers import duration
from mlwright.faces.render.summary import composition, corrected_figure, told_score, why_ended
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.trials import LeaderboardRow, Training

MOST_IMPORTANT = 8


def leaderboard_shown(record: Training) -> list[RenderableType]:
    """What was tried and how it fared, and what is to be said of the choice."""
    better = "greater is better" if record.greater_is_better else "smaller is better"
    heads = ("model", record.metric.replace("_", " "), "tied", "folds", "fitting", "weight", "fate")
    rows = [_leaderboard_row(row, record) for row in record.leaderboard]
    title = f"Leaderboard ({better}; {record.n_folds} folds)"
    return [table(title, heads, rows, right=(1, 3, 4, 5), whole=range(6)), Text(), *_remarks(record)]


def _leaderboard_row(row: LeaderboardRow, training: Training) -> tuple[str | Text, ...]:
    score, error = told_score(row, training)
    return (
        said(row.name, "bold" if row is training.chosen else ""),
        said(f"{score} ± {error}" if error else score, "" if training.is_comparable(row) else "dim"),
        "yes" if row.tied else "",
        str(row.n_folds),
        duration(row.fit_s),
        f"{row.weight:.0%}" if row.weight else "",
        row.fate,
    )


def _remarks(training: Training) -> Iterator[Text]:
    yield said(f"Chosen: {composition(training)}{_demands(training.chosen)}.")
    if any(row.score is not None and not training.is_comparable(row) for row in training.leaderboard):
        yield said(
            f"Only rows with {counted(training.chosen.n_folds, 'fold')} can be compared with it: others were scored on "
            "other rows."
        )
    if any(row.tied for row in training.leaderboard):
        yield said(
            "Where it says tied, the data cannot tell the model from the best: in 95 of 100 cases the one that is best "
            "in truth is among them (paired on the same rows)."
        )
    if training.corrected is not None:
        yield said(corrected_figure(training.metric, training.corrected))
    yield said(why_ended(training))
    if training.importance:
        ranked = [f"{name} ({percent(value)})" for name, value in list(training.importance.items())[:MOST_IMPORTANT]]
        yield said(f"What the model relies on, by the share of its gain that is lost without: {', '.join(ranked)}.")


def _demands(row: LeaderboardRow) -> str:
    """How long one row takes and how large the model is, as far as that was measured."""
    time_taken = "" if row.row_ms is None else f"; one row takes {row.row_ms:.2g} ms"
    return time_taken + ("" if row.size_bytes is None else f"; {told_size(row.size_bytes)}")

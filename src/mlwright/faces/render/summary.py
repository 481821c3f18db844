"""What a stage has made, in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import singledispatch

from mlwright.core.record import Record
from mlwright.faces.render.numbers import short, with_interval
from mlwright.pipeline import BUILD, WATCH
from mlwright.project import Project
from mlwright.records.bundle import Packed
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.deployment import Deployment
from mlwright.records.evaluation import Evaluation
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.records.watch import Comparison, Response, Window


def summary_of(project: Project) -> Callable[[str, str], str]:
    """A function from a stage's name and the key of its record to a line about the record."""
    kinds = {stage.name: stage.makes for stage in (*BUILD, *WATCH)}

    def say(stage: str, key: str) -> str:
        record = project.store.kept(key, kinds[stage])
        return "" if record is None else summary(record)

    return say


@singledispatch
def summary(record: Record) -> str:
    """A line about a record."""
    return type(record).__name__


@summary.register
def _(record: Snapshot) -> str:
    return f"{record.n_rows:,} rows, {len(record.fields)} columns from {record.lineage.location}"


@summary.register
def _(record: Profile) -> str:
    kinds = Counter(column.kind for column in record.columns)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{record.roles.task} on {record.roles.target!r}; {counted}"


@summary.register
def _(record: Split) -> str:
    return f"{record.n_train:,} rows to learn from, {record.n_test:,} set aside ({record.method.replace('_', ' ')})"


@summary.register
def _(record: Findings) -> str:
    counts = Counter(finding.severity for finding in record.findings)
    found = ", ".join(f"{counts[level]} {level}" for level in ("critical", "warning", "note") if counts[level])
    return f"{found or 'nothing found'}; {len(record.quiet)} checks were quiet"


@summary.register
def _(record: Exploration) -> str:
    return f"{len(record.drawings)} pictures"


@summary.register
def _(record: Training) -> str:
    best = record.leaderboard[0]
    scored = "no score" if best.score is None else f"{record.metric} {short(best.score)}"
    return f"{len(record.leaderboard)} on the leaderboard, best {best.name}: {scored}; {record.stopped}"


@summary.register
def _(record: Evaluation) -> str:
    first = record.metrics[0]
    return f"{first.title} {with_interval(first.model)} on {record.n_rows:,} unseen rows"


@summary.register
def _(record: Robustness) -> str:
    if not record.results:
        return "nothing could be disturbed"
    worst = record.results[0]
    return f"{len(record.results)} disturbances; worst: {worst.title} loses {worst.lost_share:.0%} of the gain"


@summary.register
def _(record: Decision) -> str:
    return f"{record.verdict.replace('_', ' ').upper()}: {record.headline}"


@summary.register
def _(record: Packed) -> str:
    return f"bundle {record.bundle_id}, {record.size_bytes / 1e6:.1f} MB, one row in {record.single_row_ms:.2f} ms"


@summary.register
def _(record: Deployment) -> str:
    return record.sentence


@summary.register
def _(record: Window) -> str:
    return f"{record.snapshot.n_rows:,} new rows from {record.snapshot.lineage.location}"


@summary.register
def _(record: Comparison) -> str:
    moved = {column.name for column, _ in record.moved()}
    return f"{len(moved)} of {len(record.columns)} moved beyond chance"


@summary.register
def _(record: Response) -> str:
    return f"{record.action.replace('_', ' ').upper()}: {record.headline}"

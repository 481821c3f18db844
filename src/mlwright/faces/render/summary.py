"""What a stage has made, in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import singledispatch

from mlwright.core.record import Record
from mlwright.data.words import counted, percent
from mlwright.faces.render.numbers import NONE, alike, duration, short, two_errors, with_interval
from mlwright.learning.footing import told_folds, told_pieces
from mlwright.pipeline import PIPELINES
from mlwright.project import Project
from mlwright.records.bundle import Packed
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Shadow
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.delivery import Delivery
from mlwright.records.deployment import Deployment
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation, Footing
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings
from mlwright.records.finished import Finished
from mlwright.records.profile import Profile
from mlwright.records.replay import Replayed
from mlwright.records.robustness import Robustness
from mlwright.records.split import Split
from mlwright.records.touched import Touched
from mlwright.records.trials import Corrected, LeaderboardRow, Training
from mlwright.records.understanding import Understanding
from mlwright.records.watch import Comparison, Response, Window


def summary_of(project: Project) -> Callable[[str, str], str]:
    """A function from a stage's name and the key of its record to a line about the record."""
    kinds = {stage.name: stage.makes for stages in PIPELINES.values() for stage in stages}

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
    return f"{counted(record.n_rows, 'row')}, {counted(len(record.fields), 'column')} from {record.lineage.location}"


@summary.register
def _(record: Profile) -> str:
    kinds = Counter(column.kind for column in record.columns)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    asked = record.roles.asked
    return f"{asked.task} on {asked.target!r}; {told}" if asked else told


@summary.register
def _(record: Split) -> str:
    if record.method == "none":
        return f"{counted(record.n_train, 'row')} to look at"
    told = f"{record.n_train:,} rows to learn from, {record.n_test:,} set aside ({record.method.replace('_', ' ')})"
    return f"{told}; {record.n_left_out:,} left out: {record.left_out_reason}" if record.n_left_out else told


@summary.register
def _(record: Findings) -> str:
    counts = Counter(finding.severity for finding in record.findings)
    found = ", ".join(f"{counts[level]} {level}" for level in ("critical", "warning", "note") if counts[level])
    unasked = record.n_late
    hurried = f"; for {unasked} there was no time: a longer budget asks them too" if unasked else ""
    return f"{found or 'nothing found'}; {len(record.quiet)} checks were quiet{hurried}"


@summary.register
def _(record: Contract) -> str:
    key = f", key {record.key!r}" if record.key else ""
    return f"{counted(len(record.columns), 'column')}, learned from {counted(record.n_rows, 'row')}{key}"


@summary.register
def _(record: Exploration) -> str:
    hurried = "; there was no time for all" if record.cut_short else ""
    return f"{counted(len(record.insights), 'insight')}, {counted(len(record.drawings), 'picture')}{hurried}"


@summary.register
def _(record: Training) -> str:
    chosen = record.chosen
    scored = "no score" if chosen.score is None else f"{record.metric.replace('_', ' ')} {short(chosen.score)}"
    return f"{scored} by {composition(record)}; {record.n_tried} candidates, {record.stopped}"


def time_left(training: Training) -> str:
    """How much of its time a search left that ended before it was up, as a sentence after another; else nothing."""
    left_s = (training.budget_s or 0.0) - training.used_s
    if training.stopped == "time was up" or left_s < 1:
        return ""
    return f" {duration(left_s)} of {duration(training.budget_s or 0.0)} were not needed for it."


def composition(training: Training) -> str:
    """What the chosen model is made of, in words."""
    members = sorted(training.model.members, key=lambda member: -member.weight)
    if len(members) == 1:
        return f"{members[0].candidate} alone"
    return " + ".join(f"{member.weight:.0%} {member.candidate}" for member in members)


def why_ended(training: Training) -> str:
    """When and why the search ended, and how much of the time that leaves, in sentences."""
    told = f"The search ended after {duration(training.used_s)}: {training.stopped}."
    told += f" {brought_lately(training)}" if training.lately else ""
    return told + time_left(training)


def brought_lately(training: Training) -> str:
    """What the latest candidates of a search brought that ended for that; empty for others."""
    lately = training.lately
    if lately is None:
        return ""
    latest = counted(lately.n_candidates, "candidate")
    if lately.error is None:
        return f"The model gains nothing over the dummy, and {latest} more would take longer than a change is worth."
    brought = f"The latest {latest} brought {percent(lately.gain)} ± {percent(lately.error)} of what the"
    if training.stopped == "further gain is not worth it":
        return f"{brought} model gains over the dummy; train.least_gain asks for more."
    return (
        f"{brought} model gains over the dummy. By that, and by other tables, as many again are expected to bring "
        f"{percent(lately.expected)}; to be worth their time they would have to bring {percent(lately.worth)}."
    )


def corrected_figure(metric: str, found: Corrected) -> str:
    """What the packed model is worth on new rows by what the folds held out, in a sentence."""
    rows = "later rows, if these are like the ones so far," if found.in_time_order else "new rows"
    told = (
        f"By the {counted(found.n_rows, 'row')} that the folds held out{told_folds(found.footing)}, its "
        f"{metric.replace('_', ' ')} on {rows} is {with_interval(found.model)}, corrected for having been chosen and "
        "stopped by them."
    )
    return f"{told} {told_pieces(found.footing)}".rstrip()


def told_score(row: LeaderboardRow, training: Training) -> tuple[str, str]:
    """The score of a row and its standard error, with as many digits as that of the chosen model."""
    chosen = training.chosen
    if row.score is None:
        return NONE, ""
    like = two_errors(chosen.score or 0.0, chosen.score_error or 0.0)
    return alike(row.score, like), "" if row.score_error is None else alike(row.score_error, like)


@summary.register
def _(record: Evaluation) -> str:
    first = record.metrics[0]
    rows = "unseen rows" if record.rests_on == "test rows" else "rows, each by cores that had not seen it, corrected"
    return f"{first.title} {with_interval(first.model)} on {record.n_rows:,} {rows}{_pieces(record.footing)}"


def _pieces(footing: Footing | None) -> str:
    """How many pieces of evidence they are, where that is not the number of rows."""
    if footing is None or footing.piece == "row":
        return ""
    return f" ({counted(footing.n_pieces, 'piece')} of evidence)"


@summary.register
def _(record: Robustness) -> str:
    if not record.results:
        return "nothing could be disturbed"
    worst = record.results[0]
    return f"{len(record.results)} disturbances; worst: {worst.title}, which takes {_told_loss(worst.lost_share)}"


@summary.register
def _(record: Understanding) -> str:
    if not record.reliance:
        return "nothing that the model relies on"
    first = record.reliance[0]
    return f"it relies most on {first.input}, which carries {_told_loss(first.lost.value)}"


def _told_loss(share: float) -> str:
    """What is lost of the gain over no model; nobody can lose more than all of it.

    >>> _told_loss(0.31), _told_loss(3.7)
    ('31 % of what the model is good for', 'all that the model is good for')
    """
    return "all that the model is good for" if share >= 1 else f"{percent(share)} of what the model is good for"


@summary.register
def _(record: Diagnosis) -> str:
    named = ", ".join(groups.column for groups in record.groups)
    compared = f"; groups of {named} compared" if named else ""
    return f"{counted(len(record.mistakes), 'kind')} of mistakes with a remedy{compared}"


@summary.register
def _(record: Decision) -> str:
    return f"{record.verdict.replace('_', ' ').upper()}: {record.headline}"


@summary.register
def _(record: Challenge | Finished | Deployment | Touched) -> str:
    return record.sentence


@summary.register
def _(record: Packed) -> str:
    return f"bundle {record.bundle_id}, {record.size_bytes / 1e6:.1f} MB, one row in {record.single_row_ms:.2f} ms"


@summary.register
def _(record: Window) -> str:
    new = record.snapshot
    return f"{new.n_rows:,} new rows, {len(new.fields)} columns, from {new.lineage.location}"


@summary.register
def _(record: Delivery) -> str:
    return f"{record.verdict.upper()}: {record.headline}"


@summary.register
def _(record: Comparison) -> str:
    moved = {column.name for column, _ in record.moved()}
    alone = f"{len(moved)} of {counted(len(record.columns), 'column')} moved beyond chance"
    if record.memory is None:
        return alone
    return f"{counted(len(record.alerts), 'alarm')} from all looks; in these rows alone, as if days were alike, {alone}"


@summary.register
def _(record: Response) -> str:
    return f"{record.action.replace('_', ' ').upper()}: {record.headline}"


@summary.register
def _(record: Shadow) -> str:
    told = [f"{trial.contender}: {trial.sentence}" for trial in record.trials]
    return (
        " ".join(told) or f"{counted(record.n_fresh, 'labelled row')} new to the model in use; nobody to compare with"
    )


@summary.register
def _(record: Replayed) -> str:
    return record.sentence

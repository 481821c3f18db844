"""Records as tables and sentences for a terminal."""

from __future__ import annotations

from collections.abc import Collection
from functools import singledispatch

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlwright.core.record import Record
from mlwright.data.clauses.wording import told_clause
from mlwright.data.words import counted, percent
from mlwright.faces.render.cleaning import headline, told_steps
from mlwright.faces.render.insights import how_sure, left_aside, told
from mlwright.faces.render.learned import percent_interval, told_along, told_effect, told_together
from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.summary import summary
from mlwright.faces.render.telling import worth_notes
from mlwright.faces.render.terminal.alerts import alerts_shown
from mlwright.faces.render.terminal.cleaning import steps_table
from mlwright.faces.render.terminal.diagnosis import diagnosis_shown
from mlwright.faces.render.terminal.evaluated import evaluation_shown
from mlwright.faces.render.terminal.findings import findings_table, quiet_line
from mlwright.faces.render.terminal.improvement import improvement_shown
from mlwright.faces.render.terminal.leaderboard import leaderboard_shown
from mlwright.faces.render.terminal.panel import decision_panel
from mlwright.faces.render.terminal.profiles import portable_shown, profile_shown
from mlwright.faces.render.terminal.replays import replay_shown
from mlwright.faces.render.terminal.tables import coloured, said, table
from mlwright.faces.render.unjudged import by_reason
from mlwright.records.bundle import Packed
from mlwright.records.cleaning import Cleaning
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.delivery import Delivery
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings, Skipped
from mlwright.records.improvement import Improvement
from mlwright.records.portable import PortableProfile
from mlwright.records.profile import Profile
from mlwright.records.replay import Replayed
from mlwright.records.robustness import ProbeResult, Robustness
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.records.understanding import Understanding
from mlwright.records.watch import ColumnThenNow, Comparison, Response

Shown = list[RenderableType]


@singledispatch
def render(record: Record) -> Shown:
    """What to print for a record."""
    return [said(summary(record))]


render.register(Profile, profile_shown)
render.register(PortableProfile, portable_shown)
render.register(Training, leaderboard_shown)
render.register(Evaluation, evaluation_shown)
render.register(Improvement, improvement_shown)
render.register(Diagnosis, diagnosis_shown)
render.register(Replayed, replay_shown)


@render.register
def _(record: Snapshot) -> Shown:
    lineage = record.lineage
    facts = [("source", f"{lineage.location} ({lineage.source})"), ("read", lineage.read_at)]
    facts += [(key.replace("_", " "), value) for key, value in lineage.details.items()]
    facts += [("query", lineage.query)] if lineage.query else []
    facts += [("kept as", f"{record.size_bytes / 1e6:.1f} MB of Parquet, SHA-256 {record.blob}")]
    facts += [("notice", notice) for notice in record.notices]
    title = f"{counted(record.n_rows, 'row')}, {counted(len(record.fields), 'column')}"
    fields = [(field.name, field.type) for field in record.fields]
    return [table(title, ("", ""), facts), Text(), table("Columns as they are stored", ("column", "type"), fields)]


@render.register
def _(record: Cleaning) -> Shown:
    repeats = record.plan.repeats
    steps = steps_table(record) if told_steps(record) else said(headline(record))
    return [*map(said, record.notices), steps, *([said(repeats.reason)] if repeats else [])]


@render.register
def _(record: Split) -> Shown:
    facts = [("method", f"{record.method.replace('_', ' ')}. {record.reason}")]
    facts += [("to learn from", f"{record.n_train:,} rows"), ("set aside for the test", f"{record.n_test:,} rows")]
    facts += [("left out", f"{record.n_left_out:,} rows: {record.left_out_reason}")] if record.n_left_out else []
    return [table("Which rows are for what", ("", ""), facts)]


@render.register
def _(record: Findings) -> Shown:
    failed = [item for item in record.skipped if item.failed]
    return [findings_table(record), Text(), quiet_line(record), *_skipped("Could not judge", failed)]


def _skipped(title: str, skipped: Collection[Skipped]) -> Shown:
    rows = [(one.names, one.reason) for one in by_reason(skipped)]
    return [Text(), table(title, ("", "why"), rows)] if rows else []


@render.register
def _(record: Contract) -> Shown:
    rows = [(clause.name, clause.part, told_clause(clause, record.n_rows)) for clause in record.columns]
    facts = [("learned from", counted(record.n_rows, "row"))]
    facts += [("key", record.key)] if record.key else []
    facts += [("equal rows", f"{record.n_repeated:,}" if record.may_repeat else "none allowed")]
    facts += [("at least", counted(record.least_rows, "row"))]
    title = "What later data is held to"
    return [table(title, ("", ""), facts), Text(), table("Columns", ("column", "part", "what it keeps"), rows)]


@render.register
def _(record: Exploration) -> Shown:
    rows = [(drawing.title, drawing.sentence) for drawing in record.drawings]
    pictures = table("Pictures (drawn on the page)", ("picture", "what there is to see"), rows)
    return [*insights_shown(record), Text(), pictures, *_skipped("Not drawn or looked for", record.skipped)]


def insights_shown(record: Exploration, limit: int | None = None) -> Shown:
    """The facts in sentences, and how sure they are."""
    shown: Shown = []
    if record.insights:
        facts = [(f"{place}.", told(insight)) for place, insight in enumerate(record.insights[:limit], start=1)]
        shown += [table("What there is to know", ("", ""), facts), Text(), said(how_sure(record), "dim")]
    else:
        shown.append(said(f"Nothing stands out beyond chance. {how_sure(record)}"))
    if record.giveaways:
        shown += [Text(), said(left_aside(record))]
    return shown


@render.register
def _(record: Robustness) -> Shown:
    heads = ("gain lost", "answers changed", "what was done, and what came of it")
    rows = [_probe_row(result) for result in record.results]
    title = "How well it holds up if the data is not as it was"
    title += "" if record.n_rows is None else f" ({counted(record.n_rows, 'row')} disturbed)"
    return [table(title, heads, rows, right=(0, 1)), *_skipped("Could not be tried", record.skipped)]


def _probe_row(result: ProbeResult) -> tuple[str | Text, ...]:
    style = "red" if result.lost_share > 0.5 else "yellow" if result.lost_share > 0.2 else ""
    return (Text(f"{result.lost_share:.0%}", style), f"{result.answers_changed:.0%}", result.sentence)


@render.register
def _(record: Understanding) -> Shown:
    relied = [(one.input, percent_interval(one.lost)) for one in record.reliance]
    title = f"What the model relies on: share of its gain that is lost without, on {record.n_rows:,} test rows"
    shown: Shown = [table(title, ("input", "lost"), relied)]
    effects = [told_effect(effect, record.of_what) for effect in record.effects]
    pairs = [told_together(pair) for pair in record.together]
    shown += [Text(), *map(said, [*effects, *pairs])]
    along = [(one.column, told_along(one, record.of_what)) for one in record.along]
    shown += [Text(), table("Said and happened, column by column", ("column", ""), along)] if along else []
    cases = [
        (c.title, c.answer, c.truth, "; ".join(r.sentence for r in c.reasons[:3]), f"{c.row:,}") for c in record.cases
    ]
    heads = ("single rows", "answer", "in truth", "because", "row")
    return [*shown, Text(), table("Single rows, and why", heads, cases, right=(4,))] if cases else shown


@render.register
def _(record: Decision) -> Shown:
    rulings = [(coloured(r.outcome), r.title, "must" if r.required else "", r.sentence) for r in record.rulings]
    worth = record.worth
    rows = [
        ("the model", with_interval(worth.model)),
        (f"today ({worth.today_is})", with_interval(worth.today)),
        ("gain", with_interval(worth.gain)),
    ]
    rows += [(f"  over: {one.what}", with_interval(one.gain)) for one in worth.compared if len(worth.compared) > 1]
    title = f"Worth per 1,000 cases ({worth.unit}{', assumed' if worth.assumed else ''})"
    limits = [("-", limit) for limit in record.limits]
    shown: Shown = [decision_panel(record), table("Rules", ("", "rule", "", "evidence"), rulings), Text()]
    shown += [table(title, ("", ""), rows), *[said(note) for note in worth_notes(worth)]]
    return [*shown, Text(), table("Limits", ("", ""), limits)] if limits else shown


@render.register
def _(record: Packed) -> Shown:
    facts = [("bundle", record.bundle_id), ("size", f"{record.size_bytes / 1e6:.1f} MB")]
    facts += [("one row is scored in", f"{record.single_row_ms:.2f} ms")]
    files = [(name, blob[:12]) for name, blob in sorted(record.files.items())]
    return [table("Bundle", ("", ""), facts), Text(), table("Files", ("file", "SHA-256"), files)]


@render.register
def _(record: Response) -> Shown:
    moved = {column.name for column, _ in record.comparison.moved()}
    is_alone = moved and record.comparison.memory is None
    shown: Shown = [comparison_table(record.comparison, moved), Text()] if is_alone else []
    shown += alerts_shown(record.comparison)
    shown.append(Text.assemble(coloured(record.action), said(f": {record.headline}")))
    shown += [said(f"- {reason}") for reason in record.reasons]
    return [*shown, *[said(f"  -> {step}") for step in record.next_steps]]


@render.register
def _(record: Delivery) -> Shown:
    findings = record.findings
    title = f"{record.now} ({counted(record.n_now, 'row')}) beside {record.then} ({counted(record.n_then, 'row')})"
    rows = [(coloured(f.severity), f.title, f"{f.sentence} {f.action}") for f in findings.findings]
    shown: Shown = [table(title, ("", "finding", "what and what to do"), rows), Text()] if rows else [said(title)]
    shown.append(Text.assemble(coloured(record.verdict), said(f": {record.headline}")))
    quiet = said(f"\nQuiet: {', '.join(findings.quiet) or 'none'}", "dim")
    return [*shown, quiet, *_skipped("Could not judge", findings.skipped)]


@render.register
def _(record: Comparison) -> Shown:
    return [comparison_table(record, {column.name for column in record.columns}), Text(), *alerts_shown(record)]


def comparison_table(comparison: Comparison, names: Collection[str]) -> Table:
    """Some of the inputs then and now, those that moved most first."""
    heads = ("column", "missing then", "now", "new names", "moved", "chance", "in words")
    rows = [_column_then_now(column, comparison.alarms) for column in comparison.columns if column.name in names]
    title = f"{comparison.n_rows:,} new rows against {comparison.n_reference:,} that the model knows"
    return table(title, heads, rows, right=(1, 2, 4, 5))


def _column_then_now(column: ColumnThenNow, alarms: float) -> tuple[str | Text, ...]:
    most = column.movements[0] if column.movements else None
    beyond = most is not None and most.corrected <= alarms
    new = f"{percent(column.new_share)}: {', '.join(column.new_names)}" if column.new_names else ""
    words = most.sentence if most is not None and beyond else column.untested and f"Not compared: {column.untested}."
    return (
        said(column.name, "yellow" if beyond else ""),
        percent(column.missing_then) if column.missing_then else "",
        percent(column.missing_now) if column.missing_now else "",
        new[:40],
        percent(most.size) if most else "",
        f"{most.corrected:.2g}" if most else "",
        words,
    )

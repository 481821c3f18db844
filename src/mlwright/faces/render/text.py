"""Records as tables and sentences for a terminal."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from functools import singledispatch
from typing import Any

from rich.table import Table
from rich.text import Text

from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.core.store.registry import Champion
from mlwright.faces.render.numbers import duration, share, short, with_interval
from mlwright.faces.render.summary import summary
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Confusion, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.records.robustness import Robustness
from mlwright.records.trials import Training
from mlwright.records.watch import ColumnThenNow, Comparison, Response

COLOURS = {
    "critical": "red",
    "warning": "yellow",
    "note": "cyan",
    "deploy": "green",
    "pilot": "yellow",
    "collect_more": "yellow",
    "stop": "red",
    "kept": "green",
    "broken": "red",
    "unclear": "yellow",
    "not_applicable": "dim",
    "nothing": "green",
    "ask_for_labels": "yellow",
    "retrain": "red",
}
LEVELS = ("critical", "warning", "note")


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str | Text]], right: Sequence[int] = ()) -> Table:
    """A table with a title; the columns of which the places are in `right` are aligned to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        made.add_column(head, justify="right" if place in right else "left", overflow="fold", header_style="dim")
    for row in rows:
        made.add_row(*[cell if isinstance(cell, Text) else Text(cell) for cell in row])
    return made


def coloured(word: str) -> Text:
    """A severity, a verdict or an outcome in its colour."""
    return Text(word.replace("_", " "), style=COLOURS.get(word, ""))


@singledispatch
def render(record: Record) -> list[Any]:
    """What to print for a record."""
    return [Text(summary(record))]


@render.register
def _(record: Findings) -> list[Any]:
    skipped = [(item.name, item.reason) for item in record.skipped]
    quiet = Text(f"\nQuiet: {', '.join(record.quiet) or 'none'}", style="dim")
    shown: list[Any] = [findings_table(record), quiet]
    return [*shown, table("\nCould not judge", ("check", "why"), skipped)] if skipped else shown


def findings_table(findings: Findings, least: str = "note") -> Table | Text:
    """The findings that are at least this severe."""
    wanted = [f for f in findings.findings if LEVELS.index(f.severity) <= LEVELS.index(least)]
    if not wanted:
        return Text("Nothing was found in the data that stands in the way.", style="green")
    rows = [(coloured(f.severity), f.title, f"{f.sentence} {f.action}") for f in wanted]
    return table("What was found in the data", ("", "finding", "what and what to do"), rows)


@render.register
def _(record: Profile) -> list[Any]:
    return profile_tables(record)


def profile_tables(profile: Profile) -> list[Any]:
    """The question, the columns and the reasons."""
    roles = profile.roles
    facts = [("predict", f"{roles.target}: {roles.task}. {roles.task_reason}")]
    facts += [
        ("time", f"{roles.time or 'none'}. {roles.time_reason}"),
        ("group", f"{roles.group or 'none'}. {roles.group_reason}"),
    ]
    facts += [(f"without {name}", reason) for name, reason in roles.left_out.items()]
    columns = [_column_row(column, profile.n_rows) for column in profile.columns]
    heads = ("column", "kind", "missing", "distinct", "typical", "why")
    return [
        table(f"{profile.n_rows:,} rows, {len(columns)} columns", ("", ""), facts),
        Text(),
        table("Columns", heads, columns, right=(2, 3)),
    ]


def _column_row(column: ColumnProfile, n_rows: int) -> tuple[str, ...]:
    if column.quantiles and column.kind == "number":
        typical = f"{short(column.quantiles[1])} ... {short(column.quantiles[-2])}"
    else:
        typical = ", ".join(top.value for top in column.top[:3])[:40]
    missing = share(column.n_missing / max(n_rows, 1)) if column.n_missing else ""
    distinct = f"{column.n_distinct:,}" if column.distinct_is_exact else f"~{column.n_distinct:,}"
    return (column.name, column.kind, missing, distinct, typical, column.reason)


@render.register
def _(record: Training) -> list[Any]:
    rows = [
        (
            row.name,
            "-" if row.score is None else short(row.score),
            "" if row.score_error is None else f"± {short(row.score_error)}",
            str(row.n_folds),
            duration(row.fit_s),
            "" if row.predict_ms is None else f"{row.predict_ms:.3f} ms",
            f"{row.weight:.0%}" if row.weight else "",
            row.fate,
        )
        for row in record.leaderboard
    ]
    better = "greater is better" if record.greater_is_better else "smaller is better"
    heads = ("model", record.metric, "", "folds", "fitting", "a row", "weight", "fate")
    important = ", ".join(f"{name} ({share(value)})" for name, value in list(record.importance.items())[:8])
    return [
        table(f"Leaderboard ({better}; {record.n_folds} folds)", heads, rows, right=(1, 3, 4, 5, 6)),
        Text(f"\nThe search ended after {duration(record.used_s)}: {record.stopped}."),
        Text(f"What the model relies on: {important}." if important else ""),
    ]


@render.register
def _(record: Evaluation) -> list[Any]:
    rows = [
        (
            m.title,
            with_interval(m.model),
            short(m.simple.value),
            short(m.baseline.value),
            with_interval(m.gain_over_baseline),
        )
        for m in record.metrics
    ]
    heads = ("metric", "model", "simple model", "dummy", "gain over the dummy")
    level = record.metrics[0].model.level if record.metrics else 0.95
    shown: list[Any] = [
        table(f"On {record.n_rows:,} rows that the model had never seen ({level:.0%} intervals)", heads, rows)
    ]
    if record.confusion is not None:
        shown += [Text(), _confusion_table(record.confusion)]
    if record.segments:
        weak = [
            (s.description, f"{s.n_rows:,}", with_interval(s.loss), short(s.loss_elsewhere)) for s in record.segments
        ]
        shown += [Text(), table("Weak segments", ("where", "rows", "loss", "elsewhere"), weak, right=(1,))]
    return shown


def _confusion_table(confusion: Confusion) -> Table:
    rows = [
        (f"in truth {name}", *[f"{count:,}" for count in counts])
        for name, counts in zip(confusion.classes, confusion.counts, strict=True)
    ]
    heads = ("", *[f"answered {name}" for name in confusion.classes])
    return table("Right and wrong answers", heads, rows, right=range(1, len(heads)))


@render.register
def _(record: Robustness) -> list[Any]:
    rows = [
        (
            r.title,
            f"{r.strength:g}",
            with_interval(r.metric),
            f"{r.lost_share:.0%}",
            f"{r.answers_changed:.0%}",
            r.sentence,
        )
        for r in record.results
    ]
    heads = ("disturbance", "strength", record.metric, "gain lost", "answers changed", "in words")
    shown: list[Any] = [table("How well it holds up", heads, rows, right=(1, 3, 4))]
    if record.skipped:
        shown += [Text(), table("Could not be tried", ("probe", "why"), [(s.name, s.reason) for s in record.skipped])]
    return shown


@render.register
def _(record: Decision) -> list[Any]:
    from mlwright.faces.render.closing import decision_panel

    rulings = [(coloured(r.outcome), r.title, "must" if r.required else "", r.sentence) for r in record.rulings]
    worth = record.worth
    rows = [
        ("the model", with_interval(worth.model)),
        (f"today ({worth.today_is})", with_interval(worth.today)),
        ("gain", with_interval(worth.gain)),
    ]
    shown: list[Any] = [decision_panel(record), table("Rules", ("", "rule", "", "evidence"), rulings), Text()]
    shown.append(table(f"Worth per 1,000 cases ({worth.unit}{', assumed' if worth.assumed else ''})", ("", ""), rows))
    return [*shown, *[Text(f"Limit: {limit}") for limit in record.limits]]


@render.register
def _(record: Response) -> list[Any]:
    moved = {column.name for column, _ in record.comparison.moved()}
    shown: list[Any] = [comparison_table(record.comparison, moved), Text()] if moved else []
    shown.append(Text.assemble(coloured(record.action), f": {record.headline}"))
    shown += [Text(f"- {reason}") for reason in record.reasons]
    return [*shown, *[Text(f"  -> {step}") for step in record.next_steps]]


@render.register
def _(record: Comparison) -> list[Any]:
    return [comparison_table(record, {column.name for column in record.columns})]


def comparison_table(comparison: Comparison, names: Collection[str]) -> Table:
    """Some of the inputs then and now, those that moved most first."""
    heads = ("column", "missing then", "now", "new names", "moved", "chance", "in words")
    rows = [_column_then_now(column, comparison.alarms) for column in comparison.columns if column.name in names]
    title = f"{comparison.n_rows:,} new rows against {comparison.n_reference:,} that the model knows"
    return table(title, heads, rows, right=(1, 2, 4, 5))


def _column_then_now(column: ColumnThenNow, alarms: float) -> tuple[str | Text, ...]:
    most = column.movements[0] if column.movements else None
    beyond = most is not None and most.corrected <= alarms
    new = f"{share(column.new_share)}: {', '.join(column.new_names)}" if column.new_names else ""
    words = most.sentence if most is not None and beyond else column.untested and f"Not compared: {column.untested}."
    return (
        Text(column.name, "yellow" if beyond else ""),
        share(column.missing_then) if column.missing_then else "",
        share(column.missing_now) if column.missing_now else "",
        new[:40],
        share(most.size) if most else "",
        f"{most.corrected:.2g}" if most else "",
        words,
    )


def champions_table(reign: Sequence[Champion]) -> Table | Text:
    """The champion and those that were before it."""
    if not reign:
        return Text("No bundle is in use yet: no run has come to the verdict 'deploy'.\n  -> mlwright show decision")
    rows = [
        (
            Text("in use", "green") if champion is reign[-1] else "before",
            champion.bundle_id,
            champion.run_id,
            coloured(champion.verdict),
            champion.since_text,
            champion.by,
            champion.why,
        )
        for champion in reversed(reign)
    ]
    return table("Bundles", ("", "bundle", "run", "verdict", "since", "by", "why"), rows)


def runs_table(states: Sequence[RunState]) -> Table | Text:
    """The runs of a project."""
    if not states:
        return Text("Nothing has been run yet.\n  -> mlwright run")
    rows = [
        (
            state.run_id,
            state.pipeline,
            state.status,
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(state.started_at)),
            duration(state.seconds),
            ", ".join(stage.name for stage in state.stages if stage.status == "done"),
            (state.error or "").split("\n")[0],
        )
        for state in states
    ]
    return table("Runs", ("run", "", "status", "began", "took", "done", "error"), rows, right=(4,))


def diagnosis_tables(facts: dict[str, Any]) -> list[Any]:
    """What `faces.diagnosis.diagnose` has found."""
    machine = [(key, str(value)) for key, value in facts.items() if not isinstance(value, list)]
    packages = [
        (
            p["name"],
            p["found"] or "missing",
            p["wanted"],
            Text("fits", "green") if p["fits"] else Text("does not fit", "red"),
        )
        for p in facts["packages"]
    ]
    extras = [
        (
            e["name"],
            e["purpose"],
            f"missing: {', '.join(e['missing'])}" if e["missing"] else "installed",
            e["install"] if e["missing"] else "",
        )
        for e in facts["extras"]
    ]
    return [
        table("This installation", ("", ""), machine),
        Text(),
        table("Packages", ("package", "found", "wanted", ""), packages),
        Text(),
        table("Extras", ("extra", "to", "", "how to get it"), extras),
    ]

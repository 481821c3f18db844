"""The card of a bundle: for people who meet the model without having made it.

Markdown behind a YAML header that model hubs read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.decision import Verdict
from mlwright.records.evaluation import Estimate, MetricResult
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Task

SHOWN_LEVELS = 8

VERDICTS: dict[Verdict, str] = {
    "deploy": "Use it.",
    "pilot": "Try it on a part of the cases first.",
    "collect_more": "Collect more data before using it.",
    "stop": "Do not use it.",
}
PIPELINES: dict[Task, str] = {
    "binary": "tabular-classification",
    "multiclass": "tabular-classification",
    "regression": "tabular-regression",
}


def write_card(manifest: Manifest) -> str:
    """The card of a bundle, in Markdown."""
    sections = [_header(manifest), _summary(manifest), _evaluation(manifest), _decision(manifest), _limits(manifest)]
    sections += [_inputs(manifest), _data(manifest), _usage(manifest), _model(manifest.model)]
    return "\n".join(section for section in sections if section)


def _header(manifest: Manifest) -> str:
    """YAML; every string is written as JSON, which YAML contains."""
    pipeline = PIPELINES[manifest.model.task]
    lines = ["---", "library_name: mlwright", f"pipeline_tag: {pipeline}", "tags:", "- tabular", "- mlwright"]
    lines += [
        "model-index:",
        f"- name: {json.dumps(manifest.name)}",
        "  results:",
        "  - task:",
        f"      type: {pipeline}",
    ]
    lines += ["    dataset:", "      type: tabular", f"      name: {json.dumps(manifest.lineage.location)}"]
    lines += ["    metrics:"]
    for metric in (metric for metric in manifest.evaluation.metrics if math.isfinite(metric.model.value)):
        lines += [f"    - type: {json.dumps(metric.name)}", f"      name: {json.dumps(metric.title)}"]
        lines += [f"      value: {metric.model.value:.6g}"]
    return "\n".join([*lines, "---", ""])


def _summary(manifest: Manifest) -> str:
    spec = manifest.model
    what = f"`{manifest.target}`, a number" if spec.task == "regression" else f"`{manifest.target}`"
    classes = f", one of {_listed(spec.classes)}" if spec.classes else ""
    text = f"Predicts {what}{classes}, from {len(manifest.inputs)} inputs.\n"
    if spec.threshold is not None:
        text += f"\nThe answer is {_code(spec.classes[-1])} from a probability of {spec.threshold:.3g} on.\n"
    return f"# {_plain(manifest.name)}\n\n{text}"


def _evaluation(manifest: Manifest) -> str:
    evaluation = manifest.evaluation
    rows = [
        [_plain(metric.title), *(_interval(found) for found in (metric.model, metric.simple, metric.baseline))]
        for metric in evaluation.metrics
    ]
    note = (
        f"On {evaluation.n_rows:,} rows that were set aside before training and used once{_level(evaluation.metrics)}."
    )
    if manifest.learned:
        note += f" {manifest.learned}"
    table = _table(["", "this model", "simple model", "no model"], rows)
    return f"## How good it is\n\n{note}\n\n{table}"


def _decision(manifest: Manifest) -> str:
    decision = manifest.decision
    reasons = _bullets(decision.reasons)
    return f"## Verdict\n\n**{VERDICTS[decision.verdict]}** {_plain(decision.headline)}\n\n{reasons}"


def _limits(manifest: Manifest) -> str:
    limits = [*manifest.decision.limits]
    limits += [
        f"Weak where {segment.description} ({segment.n_rows:,} test rows)." for segment in manifest.evaluation.segments
    ]
    return f"## Limits\n\n{_bullets(limits)}" if limits else ""


def _inputs(manifest: Manifest) -> str:
    rows = [
        [_code(field.name), field.kind, _values(field), "yes" if field.optional else "no", _code(field.example)]
        for field in manifest.inputs
    ]
    table = _table(["name", "kind", "seen in training", "may be missing", "example"], rows)
    return f"## Inputs\n\n{table}{_cleaned(manifest.model)}"


def _cleaned(spec: ModelSpec) -> str:
    """What is done to the inputs before the model sees them; empty if nothing is."""
    if spec.plan.cleaning is None:
        return ""
    lines = [f"- {_code(step.column)}: {_plain(step.reason)}" for step in spec.plan.cleaning.steps]
    return "\nCleaned in training and in every request:\n\n" + "\n".join(lines) + "\n"


def _data(manifest: Manifest) -> str:
    lineage = manifest.lineage
    query = f", query {_code(lineage.query)}" if lineage.query else ""
    return f"## Data\n\n{_code(lineage.location)} ({lineage.source}{query}).\n"


def _usage(manifest: Manifest) -> str:
    lines = ["import mlwright", "", 'bundle = mlwright.load("path/to/this/folder")', "bundle.predict(rows)"]
    lines += ["bundle.predict_proba(rows)"] if manifest.model.classes else []
    code = "\n".join(lines)
    return (
        f"## Use\n\n```python\n{code}\n```\n\n"
        "`rows` is a pandas, polars or Arrow table, a dict of columns, or a list of records. "
        "As a service: `mlwright serve path/to/this/folder`.\n"
    )


def _model(spec: ModelSpec) -> str:
    rows = [[_plain(member.candidate), f"{member.weight:.2f}", f"{len(member.cores)}"] for member in spec.members]
    return f"## What it is made of\n\n{_table(['model', 'weight', 'copies'], rows)}"


def _values(field: Clause) -> str:
    if field.levels:
        more = ", ..." if len(field.levels) > SHOWN_LEVELS else ""
        return _listed(field.levels[:SHOWN_LEVELS]) + more
    if field.kind == "number" and field.low is not None and field.high is not None:
        return f"{field.low:.6g} to {field.high:.6g}"
    return ""


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g})"


def _level(metrics: Sequence[MetricResult]) -> str:
    return f"; in brackets the {metrics[0].model.level:.0%} interval" if metrics else ""


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _bullets(sentences: Iterable[str]) -> str:
    return "".join(f"- {_plain(sentence)}\n" for sentence in sentences)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _code(text: str) -> str:
    """Text as code, which no character of it can end."""
    one_line = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{one_line}`" if one_line else ""


def _plain(text: str) -> str:
    """Text on one line that is no markup."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")

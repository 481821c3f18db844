"""The card of a bundle: for people who meet the model without having made it.

Markdown behind a YAML header that model hubs read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from mlwright.learning.footing import told_pieces, told_rows
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.decision import Verdict
from mlwright.records.evaluation import Estimate, MetricResult
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Task

SHOWN_LEVELS = 8
OWED = "*To be stated by a person:*"
"""What no run can know stands behind it."""
HUB_METRICS = {"brier": "brier_score", "r2": "r_squared"}
"""What the hub calls metrics, where it has another name for them."""

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
    """The card of a bundle, in Markdown, with the sections of the hub's own template."""
    sections = [_header(manifest), _summary(manifest), _details(manifest), _uses(manifest), _limits(manifest)]
    sections += [_usage(manifest), _data(manifest), _making(manifest), _evaluation(manifest), _model(manifest.model)]
    return "\n".join(section for section in sections if section)


def _header(manifest: Manifest) -> str:
    """YAML by the hub's specification; every string is written as JSON, which YAML contains.

    The licence is left out: only a person can state it, and the hub refuses one that it does not know.
    """
    pipeline = PIPELINES[manifest.model.task]
    scored = [metric for metric in manifest.evaluation.metrics if math.isfinite(metric.model.value)]
    names = [HUB_METRICS.get(metric.name, metric.name) for metric in scored]
    split = "test" if manifest.evaluation.rests_on == "test rows" else "train"
    lines = ["---", "library_name: mlwright", f"pipeline_tag: {pipeline}", "tags:", "- tabular", f"- {pipeline}"]
    lines += ["- mlwright", "metrics:", *(f"- {name}" for name in names)]
    lines += ["model-index:", f"- name: {json.dumps(manifest.name)}", "  results:", "  - task:"]
    lines += [f"      type: {pipeline}", "      name: Tabular data", "    dataset:", "      type: tabular"]
    lines += [f"      name: {json.dumps(_file_name(manifest))}", f"      split: {split}", "    metrics:"]
    for name, metric in zip(names, scored, strict=True):
        lines += [f"    - type: {name}", f"      name: {json.dumps(metric.title)}"]
        lines += [f"      value: {metric.model.value:.6g}", "      verified: false"]
    return "\n".join([*lines, "---", ""])


def _file_name(manifest: Manifest) -> str:
    """Where the data came from, without the folders of the machine that made the model."""
    return manifest.lineage.location.rstrip("/").rsplit("/", 1)[-1] or "data"


def _summary(manifest: Manifest) -> str:
    spec = manifest.model
    what = f"`{manifest.target}`, a number" if spec.task == "regression" else f"`{manifest.target}`"
    classes = f", one of {_listed(spec.classes)}" if spec.classes else ""
    text = f"Predicts {what}{classes}, from {len(manifest.inputs)} inputs.\n"
    if spec.amounts is not None:
        names = ", ".join(map(_code, spec.amounts.usual))
        text += f"\nThe answer is {_code(spec.classes[-1])} where that is worth more, by each case's own {names}.\n"
    elif spec.worth:
        text += "\nThe answer is the one of which most is expected, by what each mistake costs.\n"
    elif spec.threshold is not None:
        what = _code(spec.classes[-1]) if spec.classes else "to act"
        from_on = "a probability" if spec.classes else "a predicted number"
        text += f"\nThe answer is {what} from {from_on} of {spec.threshold:.6g} on.\n"
    return f"# {_plain(manifest.name)}\n\n{text}"


def _evaluation(manifest: Manifest) -> str:
    evaluation = manifest.evaluation
    rows = [
        [_plain(metric.title), *(_interval(found) for found in (metric.model, metric.simple, metric.baseline))]
        for metric in evaluation.metrics
    ]
    told = (told_pieces(evaluation.footing), manifest.learned)
    note = " ".join([f"On {told_rows(evaluation)}{_level(evaluation.metrics)}.", *filter(None, map(_plain, told))])
    table = _table(["", "this model", "simple model", "no model"], rows)
    return f"## Evaluation\n\n{note}\n\n{table}"


def _details(manifest: Manifest) -> str:
    making = manifest.making
    kind = ", ".join(f"{100 * member.weight:.0f} % {_plain(member.candidate)}" for member in manifest.model.members)
    lines = [f"- **Model type:** {manifest.model.task}: {kind}", "- **Version:** `bundle_id` in `manifest.json`"]
    lines += [f"- **Made by:** {_plain(manifest.made_by)}"]
    lines += [f"- **Python:** {making.python}, {_plain(making.machine)}"] if making else []
    lines += [
        f"- **Developed by:** {OWED} who.",
        f"- **License:** {OWED} which.",
        f"- **Contact:** {OWED} whom to ask.",
    ]
    return "## Model details\n\n" + "\n".join(lines) + "\n"


def _uses(manifest: Manifest) -> str:
    decision = manifest.decision
    reasons = _bullets(decision.reasons)
    return (
        f"## Uses\n\n**{VERDICTS[decision.verdict]}** {_plain(decision.headline)}\n\n{reasons}\n### Direct use\n\n"
        f"{OWED} which decisions it is meant for, about whom, and by whom.\n\n### Out-of-scope use\n\n"
        "Cases of another kind than those of the training data; the service marks what is unlike anything seen.\n\n"
        f"{OWED} what it must not be used for.\n"
    )


def _limits(manifest: Manifest) -> str:
    limits = [*manifest.decision.limits]
    limits += [
        f"Weak where {segment.description} ({segment.n_rows:,} test rows)." for segment in manifest.evaluation.segments
    ]
    told = _bullets(limits) if limits else "None was found by the run.\n"
    return f"## Bias, risks, and limitations\n\n{told}\n{OWED} for whom a wrong answer is harmful, and how.\n"


def _inputs(manifest: Manifest) -> str:
    rows = [
        [_code(field.name), field.kind, _values(field), "yes" if field.optional else "no", _code(field.example)]
        for field in manifest.inputs
    ]
    table = _table(["name", "kind", "seen in training", "may be missing", "example"], rows)
    return f"### Inputs\n\n{table}{_cleaned(manifest.model)}"


def _cleaned(spec: ModelSpec) -> str:
    """What is done to the inputs before the model sees them; empty if nothing is."""
    if spec.plan.cleaning is None:
        return ""
    lines = [f"- {_code(step.column)}: {_plain(step.reason)}" for step in spec.plan.cleaning.steps]
    return "\nCleaned in training and in every request:\n\n" + "\n".join(lines) + "\n"


def _data(manifest: Manifest) -> str:
    lineage = manifest.lineage
    query = f", query {_code(lineage.query)}" if lineage.query else ""
    rows = f", {manifest.n_reference:,} rows" if manifest.n_reference else ""
    told = f"{_code(_file_name(manifest))} ({lineage.source}{query}{rows})."
    return f"## Training details\n\n### Training data\n\n{told}\n\n{_inputs(manifest)}"


def _making(manifest: Manifest) -> str:
    making = manifest.making
    if making is None:
        return ""
    lines = [f"- **Seed:** {making.seed}", f"- **Time:** at most {making.budget_s:g} s, {making.n_jobs} fits at a time"]
    lines += [f"- **{package}:** {version}" for package, version in sorted(making.packages.items())]
    return "### Training procedure\n\n" + "\n".join(lines) + "\n"


def _usage(manifest: Manifest) -> str:
    lines = ["import mlwright", "", 'bundle = mlwright.load("path/to/this/folder")', "bundle.predict(rows)"]
    lines += ["bundle.predict_proba(rows)"] if manifest.model.classes else []
    code = "\n".join(lines)
    return (
        f"## How to get started with the model\n\n```python\n{code}\n```\n\n"
        "`rows` is a pandas, polars or Arrow table, a dict of columns, or a list of records. "
        "As a service: `mlwright serve path/to/this/folder`.\n"
    )


def _model(spec: ModelSpec) -> str:
    rows = [[_plain(member.candidate), f"{member.weight:.2f}", f"{len(member.cores)}"] for member in spec.members]
    return f"## Technical specifications\n\n{_table(['model', 'weight', 'copies'], rows)}"


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

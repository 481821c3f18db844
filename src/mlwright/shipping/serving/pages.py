"""What the two pages show: a form to try one case by hand, and a description of the interface."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import orjson

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.model import ModelSpec
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.boxes import form_boxes
from mlwright.shipping.serving.extras import known_levels
from mlwright.shipping.serving.fields import describe_range, example_value, listed_levels
from mlwright.shipping.serving.openapi import example_record
from mlwright.shipping.serving.refusals import REASONS

CLASSES_NAMED = 5
REASONS_TOLD, LEVEL = 5, 0.9
"""What the form asks for beside the answer."""
VERDICTS = {
    "deploy": "Fit for use",
    "pilot": "Pilot first",
    "collect_more": "Needs more data",
    "stop": "Not for use",
}


def form_page(manifest: Manifest) -> dict[str, Any]:
    """What the template of the form needs."""
    return {
        **_common(manifest),
        "boxes": form_boxes(manifest),
        "model": {
            "classes": manifest.model.classes,
            "threshold": manifest.model.threshold,
            "decides": _decides(manifest.model),
            "low": manifest.model.low,
            "high": manifest.model.high,
        },
        "typical_error": _typical_error(manifest),
        "beside": _beside(manifest),
    }


def docs_page(manifest: Manifest, settings: ServeSettings, address: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the description needs; `answer` is the model's to the example."""
    record = example_record(manifest)
    return {
        **_common(manifest),
        "settings": settings,
        "level": _level(manifest),
        "rows": [
            {"field": item, "example": orjson.dumps(example_value(item)).decode(), "seen": _seen(item)}
            for item in manifest.inputs
        ],
        "curl_one": _curl(address, shlex.quote(orjson.dumps(record).decode()), settings),
        "curl_many": _curl(address, "@records.json", settings),
        "answer": orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode(),
        "reasons": REASONS,
    }


def question(manifest: Manifest) -> str:
    """What the model is asked, in a sentence."""
    classes = manifest.model.classes
    if not classes:
        return f"How much is {manifest.target}?"
    if len(classes) > CLASSES_NAMED:
        return f"Which {manifest.target} is it?"
    first, last = (classes[1:], classes[0]) if len(classes) == 2 else (classes[:-1], classes[-1])
    return f"Is {manifest.target} {', '.join(first)} or {last}?"


def _common(manifest: Manifest) -> dict[str, Any]:
    return {
        "manifest": manifest,
        "question": question(manifest),
        "verdict": VERDICTS[manifest.decision.verdict],
        "made_on": manifest.made_at[:10],
    }


def _typical_error(manifest: Manifest) -> float | None:
    """How far answers were off on unseen rows, on average; None for classes."""
    for metric in manifest.evaluation.metrics:
        if metric.name == "mae" and not manifest.model.classes:
            return metric.model.value
    return None


def _beside(manifest: Manifest) -> str:
    """What the form asks for beside the answer: reasons, what would alter it, and how far off it may be."""
    asked = [f"reasons={REASONS_TOLD}"]
    asked += ["change=1"] if manifest.changeable and manifest.model.classes else []
    asked += [f"level={level}"] if (level := _level(manifest)) else []
    return "&".join(asked)


def _level(manifest: Manifest) -> str:
    """The level that is shown as an example; empty where the model does not know it."""
    return f"{LEVEL:g}" if LEVEL in known_levels(manifest) else ""


def _seen(item: Clause) -> str:
    return describe_range(item) or ", ".join(listed_levels(item))


def _curl(address: str, content: str, settings: ServeSettings) -> str:
    lines = [f"curl {shlex.quote(address + 'predict')}", "-H 'Content-Type: application/json'"]
    if settings.token is not None:
        lines.append(f'-H "Authorization: Bearer {_token_in_shell(settings.token)}"')
    lines.append(f"-d {content}")
    return " \\\n  ".join(lines)


def _token_in_shell(source: str) -> str:
    kind, _, name = source.partition(":")
    return f"${name}" if kind == "env" else f"$(head -1 {shlex.quote(name)})"


def _decides(model: ModelSpec) -> str:
    """What decides the answer, as a sentence, where it is neither a threshold nor the most probable class."""
    if model.amounts is not None:
        return "The answer follows from the amounts of the case itself."
    return "The answer of which most is expected, by what each mistake costs." if model.worth else ""

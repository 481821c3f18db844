"""What the two pages show: a form to try one case by hand, and a description of the interface."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import orjson

from mlwright.records.bundle import InputField, Manifest
from mlwright.records.model import DateColumn
from mlwright.scoring.spelling import to_moment
from mlwright.shipping.serving.fields import describe_range, example_value
from mlwright.shipping.serving.openapi import example_record
from mlwright.shipping.serving.refusals import REASONS
from mlwright.shipping.serving.settings import ServiceSettings

Control = Literal["select", "number", "date", "datetime-local", "textarea", "text"]

CLASSES_NAMED = 5
VERDICTS = {
    "deploy": "Fit for use",
    "pilot": "Pilot first",
    "collect_more": "Needs more data",
    "stop": "Not for use",
}


class Box(NamedTuple):
    """One field of the form.

    Parameters
    ----------
    name : str
    control : str
        The sort of HTML control.
    value : str
        What it holds at first: the typical value.
    options : tuple of str
        For a choice: the known names.
    other : str
        For a choice: a value that is none of the known names.
    hint : str
    optional : bool
    """

    name: str
    control: Control
    value: str
    options: tuple[str, ...]
    other: str
    hint: str
    optional: bool


def form_page(manifest: Manifest) -> dict[str, Any]:
    """What the template of the form needs."""
    return {
        **_common(manifest),
        "boxes": [_box(item, manifest) for item in manifest.inputs],
        "model": {
            "classes": manifest.model.classes,
            "threshold": manifest.model.threshold,
            "low": manifest.model.low,
            "high": manifest.model.high,
        },
        "typical_error": _typical_error(manifest),
    }


def docs_page(manifest: Manifest, settings: ServiceSettings, address: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the description needs; `answer` is the model's to the example."""
    record = example_record(manifest)
    return {
        **_common(manifest),
        "settings": settings,
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


def _box(item: InputField, manifest: Manifest) -> Box:
    dates = [column for column in manifest.model.plan.columns if isinstance(column, DateColumn)]
    control, value = _control(item, next((column for column in dates if column.name == item.name), None))
    options = item.levels if control == "select" else ()
    if control == "select" and value not in options:
        value = options[0]
    other = "another value"
    while other in options:
        other += "*"
    return Box(item.name, control, value, options, other, describe_range(item), item.optional)


def _control(item: InputField, column: DateColumn | None) -> tuple[Control, str]:
    if item.kind == "number":
        return "number", str(example_value(item))
    if item.kind == "date":
        has_time = column is not None and {"hour", "minute"} & set(column.parts)
        moment = to_moment(item.example, column.format if column else None)
        pattern = "%Y-%m-%dT%H:%M" if has_time else "%Y-%m-%d"
        value = "" if math.isnan(moment) else datetime.fromtimestamp(moment, UTC).strftime(pattern)
        return "datetime-local" if has_time else "date", value
    if item.kind == "text":
        return "textarea", item.example
    return ("select" if item.levels else "text"), item.example


def _typical_error(manifest: Manifest) -> float | None:
    """How far answers were off on unseen rows, on average; None for classes."""
    for metric in manifest.evaluation.metrics:
        if metric.name == "mae" and not manifest.model.classes:
            return metric.model.value
    return None


def _seen(item: InputField) -> str:
    return describe_range(item) or ", ".join(item.levels)


def _curl(address: str, content: str, settings: ServiceSettings) -> str:
    lines = [f"curl {shlex.quote(address + 'predict')}", "-H 'Content-Type: application/json'"]
    if settings.token is not None:
        lines.append(f'-H "Authorization: Bearer ${settings.token.removeprefix("env:")}"')
    lines.append(f"-d {content}")
    return " \\\n  ".join(lines)

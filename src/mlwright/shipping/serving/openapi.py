"""The OpenAPI document of a service, made from its bundle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.extras import MEANT, MOST_REASONS
from mlwright.shipping.serving.fields import describe_range, example_value, listed_levels, range_of
from mlwright.shipping.serving.openapi_bodies import Bodies
from mlwright.shipping.serving.readers import State
from mlwright.shipping.serving.refusals import REASONS

if TYPE_CHECKING:
    from mlwright.shipping.serving.protocols import Route

NAME_TYPES = ["string", "number", "boolean", "null"]
JSON = "application/json"
UNUSED = "A column of the data that the model does not use: ignored."


def describe(manifest: Manifest, settings: ServeSettings, routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document, version 3.1.

    Parameters
    ----------
    manifest : Manifest
    settings : ServeSettings
    routes : iterable of Route
        What the protocols answer.
    """
    bodies = Bodies(manifest, settings, example_record(manifest))
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": manifest.name,
            "version": manifest.bundle_id,
            "summary": f"Predicts {manifest.target}.",
            "description": f"{manifest.decision.headline}\n\nMade {manifest.made_at} by {manifest.made_by}.",
        },
        "paths": _platform_paths(routes, bodies, settings) | _paths(manifest, settings),
        "components": {"schemas": _schemas(manifest, settings) | bodies.schemas(_told(manifest))},
    }
    if settings.token is not None:
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def example_record(manifest: Manifest) -> dict[str, Any]:
    """One typical record, as a client would send it: a stored row if there is one."""
    if manifest.golden:
        return dict(manifest.golden[0].row)
    return {item.name: example_value(item) for item in manifest.inputs}


def _paths(manifest: Manifest, settings: ServeSettings) -> dict[str, Any]:
    open_to_all: dict[str, Any] = {"security": []} if settings.token is not None else {}
    return {
        "/predict": {"post": _predict(manifest)},
        "/health": {"get": _get("Whether the process answers.", JSON, [200]) | open_to_all},
        "/ready": {"get": _get("Whether the model gives its stored answers.", JSON, [200, 503]) | open_to_all},
        "/metrics": {"get": _get("Counts, in Prometheus' text format.", "text/plain", [200])},
        "/openapi.json": {"get": _get("This document.", JSON, [200])},
    }


def _platform_paths(routes: Iterable[Route], bodies: Bodies, settings: ServeSettings) -> dict[str, Any]:
    """What the platforms' protocols answer, under the titles of those that share a path."""
    found: dict[str, Any] = {}
    for route in routes:
        meaning = (route.handle.__doc__ or "").splitlines()[0]
        methods = found.setdefault(route.path, {})
        if (shared := methods.get(route.method.lower())) is not None:
            shared["tags"].append(route.title)
            continue
        operation = {"summary": meaning, "tags": [route.title], "responses": {"default": {"description": meaning}}}
        if route.open and settings.token is not None:
            operation["security"] = []
        methods[route.method.lower()] = operation | (bodies.operation(route.body) if route.body else {})
    return found


def _predict(manifest: Manifest) -> dict[str, Any]:
    refusals = sorted({reason.status for reason in REASONS.values()} - {404, 405})
    return {
        "summary": f"Predict {manifest.target} for one record or several.",
        "operationId": "predict",
        "parameters": _parameters(manifest),
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {"oneOf": [_ref("Record"), _ref("Records"), {"type": "array", "items": _ref("Record")}]},
                    "example": example_record(manifest),
                }
            },
        },
        "responses": {
            "200": _response("The answer, or one answer a record.", JSON, {"oneOf": [_ref("Answer"), _ref("Answers")]}),
            **{str(status): _response(_meanings(status), JSON, _ref("Error")) for status in refusals},
        },
    }


def _parameters(manifest: Manifest) -> list[dict[str, Any]]:
    """What may stand after the question mark."""
    known: list[tuple[str, str, dict[str, Any]]] = [
        (
            "reasons",
            "Also so many reasons for each answer.",
            {"type": "integer", "minimum": 0, "maximum": MOST_REASONS},
        ),
        ("change", "Also the smallest change that alters each answer.", {"enum": list(MEANT)}),
    ]
    if (found := manifest.evaluation.uncertainty) is not None:
        told = "Also how far off each answer may be: the share of cases in which that holds."
        known.append(("level", told, {"enum": list(found.levels)}))
        known.append(("unlike", "Also why a record is unlike anything seen, if it is.", {"enum": list(MEANT)}))
    return [{"name": n, "in": "query", "required": False, "description": d, "schema": schema} for n, d, schema in known]


def _get(summary: str, content: str, statuses: Iterable[int]) -> dict[str, Any]:
    responses = {str(status): _response(summary, content, {}) for status in statuses}
    return {"summary": summary, "responses": responses}


def _response(description: str, content: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {content: {"schema": schema} if schema else {}}}


def _meanings(status: int) -> str:
    return " ".join(f"{code}: {reason.meaning}" for code, reason in REASONS.items() if reason.status == status)


def _schemas(manifest: Manifest, settings: ServeSettings) -> dict[str, Any]:
    names = [item.name for item in manifest.inputs]
    return {
        "Record": {
            "type": "object",
            "properties": {item.name: _input(item) for item in manifest.inputs}
            | {name: {"description": UNUSED} for name in manifest.unused},
            "required": names,
            "additionalProperties": manifest.contract.extra_fields == "ignore",
        },
        "Records": {
            "type": "object",
            "properties": {"records": _many(_ref("Record"), settings)},
            "required": ["records"],
            "additionalProperties": False,
        },
        "Answer": _answer(manifest, with_model=True, with_id=settings.log.folder is not None),
        "Answers": {
            "type": "object",
            "properties": {
                "predictions": _many(
                    _answer(manifest, with_model=False, with_id=settings.log.folder is not None), settings
                ),
                "model": {"type": "string", "const": manifest.bundle_id},
            },
            "required": ["predictions", "model"],
        },
        "Error": _error(),
    }


def _many(items: Mapping[str, Any], settings: ServeSettings) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": settings.max_records}


def _input(item: Clause) -> dict[str, Any]:
    schema: dict[str, Any] = {"examples": [example_value(item)]}
    seen = describe_range(item)
    words = [f"Seen in training: {seen}." if seen else "", "" if item.optional else "Never missing in training."]
    if item.kind == "number":
        schema |= {
            "type": ["number", "string", "null"],
            "x-seen": dict(zip(("low", "high"), range_of(item), strict=True)),
        }
    elif item.kind == "date":
        schema |= {"type": ["string", "null"], "x-seen": dict(zip(("low", "high"), range_of(item), strict=True))}
        words.insert(0, "A date or moment in ISO 8601, or as in the training data.")
    elif item.kind == "text":
        schema |= {"type": ["string", "null"]}
    else:
        schema["anyOf"] = (
            [{"enum": list(listed_levels(item))}, {"type": NAME_TYPES}] if item.levels else [{"type": NAME_TYPES}]
        )
    description = " ".join(filter(None, words))
    return schema | ({"description": description} if description else {})


def _answer(manifest: Manifest, *, with_model: bool, with_id: bool) -> dict[str, Any]:
    classes = manifest.model.classes
    properties: dict[str, Any] = {"prediction": {"type": "number" if not classes else ["string", "number", "boolean"]}}
    if classes:
        properties["probabilities"] = {
            "type": "object",
            "properties": {name: {"type": "number", "minimum": 0, "maximum": 1} for name in classes},
            "required": list(classes),
        }
    required = list(properties)
    if with_model:
        properties["model"] = {"type": "string", "const": manifest.bundle_id}
        required.append("model")
    if with_id:
        properties["id"] = {"type": "string", "description": "By it the outcome can be reported."}
    properties["notes"] = {"type": "array", "items": _note()}
    properties |= _why()
    if manifest.evaluation.uncertainty is not None:
        properties |= _around(manifest)
    return {"type": "object", "properties": properties, "required": required}


def _why() -> dict[str, Any]:
    """What comes with ``reasons`` and ``change``."""
    text = {"type": "string"}
    reason = {
        "type": "object",
        "properties": {"input": text, "adds": {"type": "number"}, "sentence": text},
        "required": ["input", "adds", "sentence"],
    }
    change = {
        "type": "object",
        "properties": {"values": {"type": "object"}, "prediction": text, "sentence": text},
        "required": ["values", "prediction", "sentence"],
    }
    return {"reasons": {"type": "array", "items": reason}, "change": {"anyOf": [change, text]}}


def _around(manifest: Manifest) -> dict[str, Any]:
    """What comes with ``level``."""
    unlike = {"type": "string", "description": "Why the record is unlike anything that the model has learned from."}
    if manifest.model.classes:
        return {"possible": {"type": "array", "items": {"type": ["string", "number", "boolean"]}}, "unlike": unlike}
    ends = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    return {"interval": ends, "unlike": unlike}


def _told(manifest: Manifest) -> dict[str, Any]:
    """An answer where a platform has asked for all that is known."""
    answer = _answer(manifest, with_model=False, with_id=True)
    return answer | {"properties": answer["properties"] | {"model": {"const": manifest.bundle_id}}}


def _note() -> dict[str, Any]:
    codes = {"enum": [state for state in get_args(State) if state != "fine"]}
    return {
        "type": "object",
        "description": "A value that training had not seen the like of; the answer deserves less trust.",
        "properties": {"field": {"type": "string"}, "code": codes, "message": {"type": "string"}},
        "required": ["field", "code", "message"],
    }


def _error() -> dict[str, Any]:
    text = {"type": "string"}
    inside = {
        "type": "object",
        "properties": {
            "code": {"enum": list(REASONS)},
            "message": text,
            "hint": text,
            "field": text,
            "record": {"type": "integer"},
        },
        "required": ["code", "message", "hint"],
    }
    return {"type": "object", "properties": {"error": inside}, "required": ["error"]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}

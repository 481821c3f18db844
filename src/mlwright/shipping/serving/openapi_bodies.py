"""What the platforms' bodies are, for the OpenAPI document: schemas, and examples that the model answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from mlwright.records.bundle import Manifest
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.extras import MEANT, MOST_REASONS, known_levels

JSON, CSV, LINES, PARQUET = "application/json", "text/csv", "application/jsonlines", "application/vnd.apache.parquet"
OBJECT: Final = {"type": "object"}
TEXT: Final = {"type": "string"}
CELL: Final = {"type": ["string", "number", "boolean", "null"]}
ROWS_OF_CSV = "One record a line, of all inputs in their order, or below a line with their names."

Thing = dict[str, Any]


class Bodies:
    """Describes the bodies of a model.

    Parameters
    ----------
    manifest : Manifest
    settings : ServeSettings
    record : mapping
        One that the model answers.
    """

    def __init__(self, manifest: Manifest, settings: ServeSettings, record: Mapping[str, Any]) -> None:
        self._manifest, self._settings = manifest, settings
        names = [item.name for item in manifest.inputs]
        self._record = {name: record[name] for name in names}
        self._told: Mapping[str, Callable[[], Thing]] = {
            "invocations": self._invocations,
            "score": self._score,
            "instances": self._instances,
            "infer": self._infer,
            "feedback": self._feedback,
        }

    def operation(self, name: str) -> Thing:
        """Parameters, bodies and answers of the operation that a `Route` names."""
        return self._told[name]()

    def schemas(self, answer: Thing) -> Thing:
        """What the bodies refer to.

        Parameters
        ----------
        answer : dict
            The schema of an answer with all that is known.
        """
        return {
            "Row": {"anyOf": [ref("Record"), self._list()]},
            "Rows": self._many(ref("Row")),
            "Split": closed(
                {"columns": self._many(TEXT, 5_000), "data": self._many(self._list()), "index": {}}, "data"
            ),
            "Columns": {
                "type": "object",
                "properties": {name: {"type": ["array", *CELL["type"]]} for name in self._record},
                "required": list(self._record),
            },
            "Wanted": self._wanted(),
            "Answered": {"anyOf": [{"type": ["string", "number", "boolean"]}, answer]},
            "Predictions": {
                "type": "object",
                "properties": {"predictions": {"type": "array", "items": ref("Answered")}},
                "required": ["predictions"],
            },
            "ShortError": {"type": "object", "properties": {"error": TEXT}, "required": ["error"]},
            "MLflowError": {
                "type": "object",
                "properties": {"error_code": {"enum": ["BAD_REQUEST", "INTERNAL_ERROR"]}, "message": TEXT},
                "required": ["error_code", "message"],
            },
            **self._tensors(),
        }

    def _invocations(self) -> Thing:
        one, values = self._record, list(self._record.values())
        split = {"columns": list(one), "data": [values]}
        layouts = [
            with_one("dataframe_split", ref("Split")),
            with_one("dataframe_records", ref("Rows")),
            with_one("instances", {"anyOf": [ref("Rows"), ref("Columns")]}),
            with_one("inputs", {"anyOf": [ref("Rows"), ref("Columns"), self._many(ref("Tensor"))]}),
            ref("Rows"),
            ref("Record"),
        ]
        examples = {
            "dataframe_split": {"dataframe_split": split},
            "dataframe_records": {"dataframe_records": [one], "params": {"probabilities": True}},
            "instances": {"instances": [one]},
            "inputs": {"inputs": {name: [value] for name, value in one.items()}},
            "tensors": {"inputs": self._example_tensors()},
            "rows": [values],
            "record": one,
        }
        bodies = {
            JSON: {"schema": {"anyOf": layouts}, "examples": named(examples)},
            CSV: {
                "schema": TEXT | {"description": ROWS_OF_CSV},
                "examples": named({"header": as_csv([list(one), values]), "rows": as_csv([values])}),
            },
            LINES: {"schema": TEXT, "examples": named({"records": f"{json.dumps(one)}\n{json.dumps(values)}\n"})},
            PARQUET: {"schema": {}},
        }
        told = {JSON: {"schema": ref("Predictions")}, CSV: {"schema": TEXT}, LINES: {"schema": TEXT}}
        attributes = {
            "name": "X-Amzn-SageMaker-Custom-Attributes",
            "in": "header",
            "required": False,
            "description": "The same, as Amazon SageMaker hands it on, with commas between them.",
            "schema": TEXT,
            "example": "probabilities=true,reasons=2",
        }
        errors = {"anyOf": [ref("MLflowError"), ref("Error")]}
        return self._posted(bodies, told, errors, [*self._parameters(), attributes])

    def _score(self) -> Thing:
        one, values = self._record, list(self._record.values())
        forms = [
            with_one("input_data", {"anyOf": [ref("Split"), ref("Rows")]}),
            with_one("data", {"anyOf": [ref("Split"), ref("Rows")]}),
        ]
        examples = {
            "table": {"input_data": {"columns": list(one), "index": [0], "data": [values]}},
            "records": {"input_data": [one], "params": {"probabilities": True}},
            "data": {"data": [values]},
        }
        body = {JSON: {"schema": {"oneOf": forms}, "examples": named(examples)}}
        return self._posted(body, {JSON: {"schema": ref("Predictions")}}, ref("Error"), self._parameters())

    def _instances(self) -> Thing:
        one = self._record
        schema = with_one("instances", ref("Rows"), "parameters")
        examples = {
            "records": {"instances": [one]},
            "rows": {"instances": [list(one.values())], "parameters": {"probabilities": True}},
        }
        body = {JSON: {"schema": schema, "examples": named(examples)}}
        errors = {"anyOf": [ref("ShortError"), ref("Error")]}
        return self._posted(body, {JSON: {"schema": ref("Predictions")}}, errors, self._parameters())

    def _infer(self) -> Thing:
        tensors = self._example_tensors()
        row = [{"name": "row", "shape": [1, len(tensors)], "datatype": "BYTES", "data": list(self._record.values())}]
        examples = {
            "a tensor for each input": {"id": "42", "inputs": tensors},
            "one for all": {"inputs": row if len(tensors) > 1 else tensors, "parameters": {"reasons": 2}},
            "outputs": {
                "inputs": tensors,
                "outputs": [{"name": "prediction"}, {"name": "reasons", "parameters": {"reasons": 1}}],
            },
        }
        body = {JSON: {"schema": ref("InferRequest"), "examples": named(examples)}}
        errors = {"anyOf": [ref("ShortError"), ref("Error")]}
        return self._posted(body, {JSON: {"schema": ref("InferResponse")}}, errors, self._parameters())

    def _feedback(self) -> Thing:
        outcome = self._manifest.model.classes[-1] if self._manifest.model.classes else 1.5
        report = closed({"id": TEXT | {"minLength": 1, "maxLength": 160}, "outcome": CELL}, "id", "outcome")
        body = {
            JSON: {
                "schema": {"anyOf": [report, {"type": "array", "items": report}]},
                "examples": named({"one": {"id": "b7d1f0a2c4e59683", "outcome": outcome}}),
            }
        }
        kept = closed({"kept": {"type": "integer"}, "notes": {"type": "array", "items": TEXT}}, "kept")
        return self._posted(body, {JSON: {"schema": kept}}, ref("Error"), [], "202")

    def _posted(self, bodies: Thing, told: Thing, errors: Thing, parameters: list[Thing], status: str = "200") -> Thing:
        return {
            **({"parameters": parameters} if parameters else {}),
            "requestBody": {"required": True, "content": bodies},
            "responses": {
                status: {"description": "The answers, in the order of the records.", "content": told},
                "default": {"description": "Why it is refused.", "content": {JSON: {"schema": errors}}},
            },
        }

    def _parameters(self) -> list[Thing]:
        """What the address may ask for, where a body has no place for it."""
        properties = self._wanted()["properties"]
        texts = {"boolean": {"enum": list(MEANT)}}
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": schema["description"],
                "schema": texts.get(
                    schema.get("type", ""), {key: schema[key] for key in schema if key != "description"}
                ),
            }
            for name, schema in properties.items()
        ]

    def _wanted(self) -> Thing:
        """What can be asked for beside predictions."""
        truth, levels = {"type": "boolean"}, list(known_levels(self._manifest))
        found = {
            "probabilities": truth | {"description": "Also the probabilities of all classes, and notes."},
            "model": truth | {"description": "Also the id of the bundle."},
            "reasons": {
                "type": "integer",
                "minimum": 0,
                "maximum": MOST_REASONS,
                "description": "Also so many reasons for each answer.",
            },
            "change": truth | {"description": "Also the smallest change that alters each answer."},
        }
        if levels:
            found["level"] = {
                "enum": levels,
                "description": "Also how far off each answer may be, in that share of cases.",
            }
            found["unlike"] = truth | {"description": "Also why a record is unlike anything seen, of those that are."}
        return OBJECT | {"properties": found}

    def _tensors(self) -> Thing:
        name, counts = TEXT, {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "maxItems": 2}
        kinds = {"enum": ["BOOL", "INT64", "FP64", "FP32", "INT32", "BYTES"]}
        plain = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
        data = {"type": "array", "items": {"type": ["array", *CELL["type"]]}}
        tensor = {"name": name, "shape": counts, "datatype": kinds, "data": data, "parameters": plain}
        output = {"name": name, "parameters": ref("Wanted")}
        return {
            "Tensor": OBJECT | {"properties": tensor, "required": ["name", "shape", "datatype", "data"]},
            "InferRequest": OBJECT
            | {
                "properties": {
                    "id": TEXT,
                    "parameters": ref("Wanted"),
                    "inputs": self._many(ref("Tensor"), 5_000) | {"minItems": 1},
                    "outputs": {"type": "array", "items": OBJECT | {"properties": output, "required": ["name"]}},
                },
                "required": ["inputs"],
            },
            "InferResponse": OBJECT
            | {
                "properties": {
                    "model_name": {"const": self._manifest.name},
                    "model_version": {"const": self._manifest.bundle_id},
                    "id": TEXT,
                    "outputs": {"type": "array", "items": ref("Tensor")},
                },
                "required": ["model_name", "model_version", "outputs"],
            },
        }

    def _example_tensors(self) -> list[Thing]:
        numbers = {item.name for item in self._manifest.inputs if item.kind == "number"}
        return [
            {"name": name, "shape": [1], "datatype": "FP64" if name in numbers else "BYTES", "data": [value]}
            for name, value in self._record.items()
        ]

    def _list(self) -> Thing:
        return {"type": "array", "items": CELL, "minItems": 1}

    def _many(self, items: Mapping[str, Any], most: int | None = None) -> Thing:
        return {"type": "array", "items": items, "maxItems": most or self._settings.max_records}


def ref(name: str) -> dict[str, str]:
    """A schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: Mapping[str, Any], *required: str) -> Thing:
    """An object with these properties and no others."""
    return OBJECT | {"properties": dict(properties), "required": list(required), "additionalProperties": False}


def with_one(key: str, schema: Mapping[str, Any], parameters: str = "params") -> Thing:
    """An object that holds records under a key, and may ask for more than predictions."""
    return OBJECT | {"properties": {key: schema, parameters: ref("Wanted")}, "required": [key]}


def named(examples: Mapping[str, Any]) -> Thing:
    """Examples as an operation has them."""
    return {name: {"value": value} for name, value in examples.items()}


def as_csv(lines: list[list[Any]]) -> str:
    """Cells as CSV; what is not known is empty, and truth values are those of JSON."""
    text, spelled = io.StringIO(), {True: "true", False: "false"}
    cells = [[spelled[cell] if isinstance(cell, bool) else cell for cell in line] for line in lines]
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()

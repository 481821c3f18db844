"""Every way in which a platform asks a service, for tests that want the same answers everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mlwright.records.contract import Clause
from mlwright.scoring.bundle import Bundle

JSON, CSV, LINES = "application/json", "text/csv", "application/jsonlines"
Rows = Sequence[dict[str, Any]]


class Question(NamedTuple):
    """One request.

    Parameters
    ----------
    platform : str
    path, content_type : str
    body : bytes
    read : callable
        From the body of the reply to the predictions, each as the text that stood there.
    """

    platform: str
    path: str
    content_type: str
    body: bytes
    read: Callable[[bytes], list[str]]


def questions(bundle: Bundle, rows: Rows, vertex: str) -> list[Question]:
    """The same rows, asked for their predictions in all forms; the answers to all must be equal texts.

    Parameters
    ----------
    bundle : Bundle
    rows : sequence of dict
        With all inputs, in the order of the bundle.
    vertex : str
        The path that Vertex AI has chosen.
    """
    kserve, infer = f"/v1/models/{bundle.name}:predict", f"/v2/models/{bundle.name}/infer"
    versioned = f"/v2/models/{bundle.name}/versions/{bundle.bundle_id}/infer"
    split = {"columns": list(rows[0]), "data": values(rows)}
    tensor = {"inputs": tensors(bundle.inputs, rows)}

    def ask(platform: str, path: str, content: Any) -> Question:
        read = _first_output if "inputs" in content and path in (infer, versioned) else _predictions
        return Question(platform, path, JSON, json.dumps(content).encode(), read)

    def text(platform: str, kind: str, body: str, read: Callable[[bytes], list[str]]) -> Question:
        return Question(platform, "/invocations", kind, body.encode(), read)

    return [
        ask("own", "/predict", {"records": list(rows)})._replace(read=_own),
        ask("mlflow", "/invocations", {"dataframe_split": split}),
        ask("mlflow", "/invocations", {"dataframe_records": list(rows)}),
        ask("mlflow", "/invocations", {"instances": list(rows), "params": {}}),
        ask("mlflow", "/invocations", {"inputs": columns(rows)}),
        text("mlflow", CSV, as_csv(rows, header=True), _predictions),
        text("sagemaker", CSV, as_csv(rows, header=False), _lines),
        text("sagemaker", LINES, "\n".join(map(json.dumps, rows)), _lines_of_json),
        ask("sagemaker", "/invocations", list(rows)),
        ask("vertex", vertex, {"instances": list(rows), "parameters": {}}),
        ask("kserve", kserve, {"instances": list(rows)}),
        ask("kserve", kserve, {"instances": values(rows)}),
        ask("azure", "/score", {"input_data": split}),
        ask("azure", "/score", {"data": values(rows)}),
        ask("open inference", infer, tensor),
        ask("open inference", versioned, {"id": "a", **tensor}),
    ]


def probability_questions(bundle: Bundle, rows: Rows, vertex: str) -> list[Question]:
    """The same rows, asked for the probabilities of all classes in the forms that can tell them."""
    wanted = {"probabilities": True}
    asked = {
        "own": ("/predict", {"records": list(rows)}),
        "mlflow": ("/invocations", {"dataframe_records": list(rows), "params": wanted}),
        "vertex": (vertex, {"instances": list(rows), "parameters": wanted}),
        "kserve": (f"/v1/models/{bundle.name}:predict", {"instances": list(rows), "parameters": wanted}),
    }
    tensor = {"inputs": tensors(bundle.inputs, rows), "outputs": [{"name": "probabilities"}]}
    found = [
        Question(platform, path, JSON, json.dumps(body).encode(), _probabilities)
        for platform, (path, body) in asked.items()
    ]
    path = f"/v2/models/{bundle.name}/infer"
    return [*found, Question("open inference", path, JSON, json.dumps(tensor).encode(), _first_output)]


def health_paths(bundle: Bundle, vertex: str) -> list[str]:
    """Where platforms ask whether the model answers."""
    own = ["/health", "/ready", "/ping", vertex, "/v2/health/live", "/v2/health/ready"]
    told = ["/version", "/execution-parameters", "/swagger.json", "/v2", "/v1/models"]
    named = [f"/v1/models/{bundle.name}", f"/v2/models/{bundle.name}", f"/v2/models/{bundle.name}/ready"]
    return [*own, *told, *named]


def values(rows: Rows) -> list[list[Any]]:
    """Rows without names."""
    return [list(row.values()) for row in rows]


def columns(rows: Rows) -> dict[str, list[Any]]:
    """Lists by name."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def tensors(inputs: Sequence[Clause], rows: Rows) -> list[dict[str, Any]]:
    """One tensor an input, as the Open Inference Protocol has it; names and dates are bytes."""
    numbers = {clause.name for clause in inputs if clause.kind == "number"}
    return [
        {"name": name, "shape": [len(data), 1], "datatype": "FP64" if name in numbers else "BYTES", "data": data}
        for name, data in columns(rows).items()
    ]


def as_csv(rows: Rows, *, header: bool) -> str:
    """Rows as a spreadsheet writes them; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    lines = [list(rows[0]), *values(rows)] if header else values(rows)
    writer.writerows(["" if value is None else value for value in line] for line in lines)
    return text.getvalue()


def _predictions(body: bytes) -> list[str]:
    return [_text(one) for one in json.loads(body)["predictions"]]


def _own(body: bytes) -> list[str]:
    return [_text(one["prediction"]) for one in json.loads(body)["predictions"]]


def _first_output(body: bytes) -> list[str]:
    return [_text(one) for one in json.loads(body)["outputs"][0]["data"]]


def _probabilities(body: bytes) -> list[str]:
    return [json.dumps(one) for row in json.loads(body)["predictions"] for one in row["probabilities"].values()]


def _lines_of_json(body: bytes) -> list[str]:
    return [_text(json.loads(line)["prediction"]) for line in body.splitlines()]


def _lines(body: bytes) -> list[str]:
    return body.decode().splitlines()


def _text(value: object) -> str:
    """A prediction as CSV has it: names without quotes, numbers and truth values as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)

"""Every way in which a platform asks a service, for tests that want the same answers everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.records.contract import Clause
from mlwright.scoring.bundle import Bundle

JSON, CSV, LINES = "application/json", "text/csv", "application/jsonlines"
PARQUET, FORM = "application/vnd.apache.parquet", "application/x-www-form-urlencoded"
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
    tensor, lists = {"inputs": tensors(bundle.inputs, rows)}, values(rows)

    def ask(platform: str, path: str, content: Any) -> Question:
        read = _first_output if path in (infer, versioned) else _predictions
        return Question(platform, path, JSON, json.dumps(content).encode(), read)

    def text(platform: str, kind: str, body: str, read: Callable[[bytes], list[str]]) -> Question:
        return Question(platform, "/invocations", kind, body.encode(), read)

    return [
        ask("own", "/predict", {"records": list(rows)})._replace(read=_own),
        ask("mlflow", "/invocations", {"dataframe_split": split}),
        ask("mlflow", "/invocations", {"dataframe_split": split | {"index": [5 + i for i in range(len(rows))]}}),
        ask("mlflow", "/invocations", {"dataframe_records": list(rows)}),
        ask("mlflow", "/invocations", {"instances": list(rows), "params": {}}),
        ask("mlflow", "/invocations", {"instances": columns(rows)}),
        ask("mlflow", "/invocations", {"inputs": columns(rows)}),
        ask("mlflow", "/invocations", {"inputs": list(rows)}),
        ask("mlflow", "/invocations", tensor),
        text("mlflow", CSV, as_csv(rows, header=True), _predictions),
        Question("mlflow", "/invocations", PARQUET, as_parquet(bundle.inputs, rows), _predictions),
        text("sagemaker", CSV, as_csv(rows, header=False), _lines),
        text("sagemaker", LINES, "\n".join(map(json.dumps, rows)), _lines_of_json),
        text("sagemaker", "application/x-jsonlines", "\n".join(map(json.dumps, lists)), _lines_of_json),
        ask("sagemaker", "/invocations", list(rows)),
        ask("vertex", vertex, {"instances": list(rows), "parameters": {}}),
        ask("kserve", kserve, {"instances": list(rows)}),
        ask("kserve", kserve, {"instances": lists}),
        ask("azure", "/score", {"input_data": split}),
        ask("azure", "/score", {"input_data": list(rows)}),
        ask("azure", "/score", {"data": lists}),
        ask("open inference", infer, tensor),
        ask("open inference", versioned, {"id": "a", **tensor}),
    ]


def single_questions(bundle: Bundle, row: dict[str, Any], vertex: str) -> list[Question]:
    """One row, asked for its prediction in all forms, those among them that hold one row alone."""
    many = questions(bundle, [row], vertex)
    form = urlencode({name: _text(value) if value is not None else "" for name, value in row.items()})

    def own(kind: str, body: bytes) -> Question:
        return Question("own", "/predict", kind, body, _single)

    bare = json.dumps(row).encode()
    return [
        own(JSON, bare),
        own(FORM, form.encode()),
        *many,
        Question("mlflow", "/invocations", JSON, bare, _predictions),
    ]


def probability_questions(bundle: Bundle, rows: Rows, vertex: str) -> list[Question]:
    """The same rows, asked for the probabilities of all classes in the forms that can tell them."""
    wanted = {"probabilities": True}
    asked = {
        "own": ("/predict", {"records": list(rows)}),
        "mlflow": ("/invocations", {"dataframe_records": list(rows), "params": wanted}),
        "vertex": (vertex, {"instances": list(rows), "parameters": wanted}),
        "kserve": (f"/v1/models/{bundle.name}:predict", {"instances": list(rows), "parameters": wanted}),
        "azure": ("/score", {"input_data": list(rows), "params": wanted}),
    }
    tensor = {"inputs": tensors(bundle.inputs, rows), "outputs": [{"name": "probabilities"}]}
    found = [
        Question(platform, path, JSON, json.dumps(body).encode(), _probabilities)
        for platform, (path, body) in asked.items()
    ]
    path, asking = f"/v2/models/{bundle.name}/infer", "/invocations?probabilities=true"
    table, lines = as_csv(rows, header=False).encode(), "\n".join(map(json.dumps, rows)).encode()
    return [
        *found,
        Question("open inference", path, JSON, json.dumps(tensor).encode(), _first_output),
        Question("sagemaker", asking, CSV, table, _probabilities_of_csv),
        Question("sagemaker", asking, LINES, lines, _probabilities_of_lines),
        Question("mlflow", asking, PARQUET, as_parquet(bundle.inputs, rows), _probabilities),
    ]


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


def as_parquet(inputs: Sequence[Clause], rows: Rows) -> bytes:
    """Rows as pandas stores them: numbers as such, names of several types as text."""
    numbers = {clause.name for clause in inputs if clause.kind == "number"}
    sink = pa.BufferOutputStream()
    arrays = {
        name: pa.array(data if name in numbers else [None if one is None else _text(one) for one in data])
        for name, data in columns(rows).items()
    }
    pq.write_table(pa.table(arrays), sink)
    return bytes(sink.getvalue())


def _single(body: bytes) -> list[str]:
    return [_text(json.loads(body)["prediction"])]


def _predictions(body: bytes) -> list[str]:
    return [_text(one) for one in json.loads(body)["predictions"]]


def _own(body: bytes) -> list[str]:
    return [_text(one["prediction"]) for one in json.loads(body)["predictions"]]


def _first_output(body: bytes) -> list[str]:
    return [_text(one) for one in json.loads(body)["outputs"][0]["data"]]


def _probabilities(body: bytes) -> list[str]:
    return [json.dumps(one) for row in json.loads(body)["predictions"] for one in row["probabilities"].values()]


def _probabilities_of_csv(body: bytes) -> list[str]:
    return [json.dumps(float(cell)) for line in csv.reader(io.StringIO(body.decode())) for cell in line[1:]]


def _probabilities_of_lines(body: bytes) -> list[str]:
    told = [json.loads(line)["probabilities"] for line in body.splitlines()]
    return [json.dumps(one) for shares in told for one in shares.values()]


def _lines_of_json(body: bytes) -> list[str]:
    return [_text(json.loads(line)["prediction"]) for line in body.splitlines()]


def _lines(body: bytes) -> list[str]:
    return body.decode().splitlines()


def _text(value: object) -> str:
    """A prediction as CSV has it: names without quotes, numbers and truth values as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)

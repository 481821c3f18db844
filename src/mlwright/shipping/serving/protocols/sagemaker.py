"""Amazon SageMaker's contract for containers: CSV without a header and lines of JSON on ``/invocations``.

JSON and CSV with a header on the same path are answered as MLflow does, whose images SageMaker runs too.

References
----------
Use your own inference code with hosting services; https://docs.aws.amazon.com/sagemaker/latest/dg/
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route, bare
from mlwright.shipping.serving.protocols.mlflow import CSV

JSON_LINES = ("application/jsonlines", "application/jsonlines+json", "application/x-jsonlines")
MEGABYTE = 1_000_000


class SageMaker(Protocol):
    """``/invocations`` with CSV without a header or lines of JSON, answered alike, and ``/execution-parameters``."""

    title = "Amazon SageMaker"

    def routes(self) -> tuple[Route, ...]:
        """The paths; ``/ping`` is MLflow's too."""
        return (
            Route("POST", "/invocations", self.invoke, takes=self.is_ours),
            Route("GET", "/execution-parameters", self.parameters, open=True),
        )

    def is_ours(self, call: Call) -> bool:
        """Whether the body is in a form that MLflow does not know."""
        if call.media_type in JSON_LINES:
            return True
        if call.media_type != CSV:
            return False
        return not self.service.layouts.csv(call.body(self.service.settings.max_body_bytes))[1]

    def invoke(self, call: Call) -> Later:
        """Answer line by line, in the form of the question."""
        service = self.service
        body = call.body(service.settings.max_body_bytes)
        if call.media_type == CSV:
            return Later(service.questions.begin(call, service.layouts.csv(body)[0]), _csv)
        return Later(service.questions.begin(call, service.layouts.lines(body)), _lines)

    def parameters(self, call: Call) -> Reply:
        """How batch transform shall ask."""
        settings = self.service.settings
        return json_reply(
            {
                "MaxConcurrentTransforms": settings.workers,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": max(1, min(6, settings.max_body_bytes // MEGABYTE)),
            }
        )


def _csv(answers: list[Answer]) -> Reply:
    return Reply(_as_csv(bare(answers)), content_type=f"{CSV}; charset=utf-8")


def _lines(answers: list[Answer]) -> Reply:
    lines = b"".join(orjson.dumps({"prediction": one}) + b"\n" for one in bare(answers))
    return Reply(lines, content_type=JSON_LINES[0])


def _as_csv(values: Sequence[Any]) -> bytes:
    """One value a line; truth values are spelled as in JSON."""
    text, spelled = io.StringIO(), {True: "true", False: "false"}
    plain = (spelled[value] if isinstance(value, bool) else value for value in values)
    csv.writer(text, lineterminator="\n").writerows([value] for value in plain)
    return text.getvalue().encode()

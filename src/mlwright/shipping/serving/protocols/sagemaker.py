"""Amazon SageMaker's contract for containers: CSV without a header and lines of JSON on ``/invocations``.

JSON and CSV with a header on the same path are answered as MLflow does, whose images SageMaker runs too.

References
----------
Use your own inference code with hosting services; https://docs.aws.amazon.com/sagemaker/latest/dg/
"""

from __future__ import annotations

from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route
from mlwright.shipping.serving.protocols._forms import CSV, JSON_LINES, csv_records, form_for
from mlwright.shipping.serving.wanted import wanted_of

MEGABYTE = 1_000_000


class SageMaker(Protocol):
    """``/invocations`` with CSV without a header or lines of JSON, answered alike, and ``/execution-parameters``."""

    title = "Amazon SageMaker"

    def routes(self) -> tuple[Route, ...]:
        """The paths; ``/ping`` is MLflow's too."""
        return (
            Route("POST", "/invocations", self.invoke, takes=self.is_ours, body="invocations"),
            Route("GET", "/execution-parameters", self.parameters, open=True),
        )

    def is_ours(self, call: Call) -> bool:
        """Whether the body is in a form that MLflow does not know."""
        if call.media_type in JSON_LINES:
            return True
        if call.media_type != CSV:
            return False
        return not csv_records(self.service, call)[1]

    def invoke(self, call: Call) -> Later:
        """Answer line by line, in the form that is accepted, else in that of the question."""
        service = self.service
        if call.media_type == CSV:
            own, records = CSV, csv_records(service, call)[0]
        else:
            own, records = JSON_LINES[0], service.layouts.lines(call.body(service.settings.max_body_bytes))
        wanted = wanted_of(call, service.manifest)
        return Later(service.questions.begin(call, records, wanted.extras), form_for(service, call, own, wanted))

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

"""MLflow's scoring protocol, which Databricks and SageMaker speak too.

References
----------
MLflow: Deploy MLflow model as a local inference server; https://mlflow.org/docs/latest/ml/deployment/
"""

from __future__ import annotations

from typing import Any

from mlwright.shipping.serving.calls import JSON, Call, Reply
from mlwright.shipping.serving.layouts import Records, is_tensors
from mlwright.shipping.serving.protocols import Later, Protocol, Route
from mlwright.shipping.serving.protocols._forms import CSV, PARQUET, csv_records, form_for
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.wanted import wanted_of

LAYOUTS = ("dataframe_split", "dataframe_records", "instances", "inputs")


class MLflow(Protocol):
    """``/invocations`` with JSON in four layouts, CSV with a header or Parquet, ``/ping`` and ``/version``."""

    title = "MLflow"

    def routes(self) -> tuple[Route, ...]:
        """The paths of MLflow's own server."""
        return (
            Route("POST", "/invocations", self.invoke, refuse=_refused, body="invocations"),
            Route("GET", "/ping", self.ping, open=True),
            Route("GET", "/version", self.version),
        )

    def invoke(self, call: Call) -> Later:
        """Answer rows in any layout, in the form that is accepted."""
        service = self.service
        service.answerer.check_ready()
        if call.media_type not in (JSON, CSV, PARQUET):
            message = f"The Content-Type is none of {JSON}, {CSV} and {PARQUET}."
            raise Refusal("not_json_type", message, "Send one of them.")
        content: Any = None
        if call.media_type == CSV:
            records = csv_records(service, call)[0]
        else:
            body = call.body(service.settings.max_body_bytes)
            content = service.layouts.json(body) if call.media_type == JSON else None
            records = self.records(content) if call.media_type == JSON else service.layouts.parquet(body)
        wanted = wanted_of(call, service.manifest, self._params(content), "params")
        return Later(service.questions.begin(call, records, wanted.extras), form_for(service, call, JSON, wanted))

    def ping(self, call: Call) -> Reply:
        """Whether the model answers as it did where it was packed."""
        self.service.answerer.check_ready()
        return Reply(b"\n")

    def version(self, call: Call) -> Reply:
        """What made the bundle."""
        return Reply(self.service.manifest.made_by.encode(), content_type="text/plain; charset=utf-8")

    def _params(self, content: Any) -> Any:
        """What a body asks for beside answers; a bare record may have an input of that name."""
        if not isinstance(content, dict) or not any(name in content for name in LAYOUTS):
            return None
        return content.get("params")

    def records(self, content: Any) -> Records:
        """The records of a body; besides MLflow's four layouts a bare record and a bare list are read."""
        layouts = self.service.layouts
        found = [name for name in LAYOUTS if name in content] if isinstance(content, dict) else []
        if len(found) > 1:
            raise Refusal("not_records", f"The body holds {' and '.join(found)}.", f"Send one of {', '.join(LAYOUTS)}.")
        if not found:
            return layouts.rows(content if isinstance(content, list) else [content], "The body")
        (name,), given = found, content[found[0]]
        if name == "dataframe_split":
            return layouts.split(given, repr(name))
        if name == "inputs" and is_tensors(given):
            return layouts.tensors(given)
        return layouts.columns(given, repr(name)) if isinstance(given, dict) else layouts.rows(given, repr(name))


def _refused(refusal: Refusal) -> object:
    code = "BAD_REQUEST" if refusal.status < 500 else "INTERNAL_ERROR"
    return {"error_code": code, "message": f"{refusal.message} {refusal.hint}"}

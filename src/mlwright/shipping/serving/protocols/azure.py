"""Azure Machine Learning's contract for containers: ``/score`` and ``/swagger.json``.

References
----------
Deploy a custom container; https://learn.microsoft.com/azure/machine-learning/how-to-deploy-custom-container
"""

from __future__ import annotations

from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.openapi import describe
from mlwright.shipping.serving.protocols import Later, Protocol, Route, require_json, told_later
from mlwright.shipping.serving.refusals import Refusal


class Azure(Protocol):
    """``/score`` with ``input_data`` (a table, or a list of rows) or ``data`` (a list of rows)."""

    title = "Azure Machine Learning"

    def routes(self) -> tuple[Route, ...]:
        """The paths; liveness and readiness are ``/health`` and ``/ready``, which a deployment names."""
        return (Route("POST", "/score", self.score, body="score"), Route("GET", "/swagger.json", self.swagger))

    def score(self, call: Call) -> Later:
        """Answer a table."""
        service = self.service
        content = require_json(service, call)
        keys = content.keys() & {"input_data", "data"} if isinstance(content, dict) else set()
        if len(keys) != 1:
            hint = 'Send {"input_data": {"columns": [...], "data": [[...]]}}.'
            raise Refusal("not_records", "The body is no object with 'input_data' or 'data'.", hint)
        (key,) = keys
        given = content[key]
        read = service.layouts.split if isinstance(given, dict) else service.layouts.rows
        return told_later(service, call, read(given, repr(key)), content.get("params"), "params")

    def swagger(self, call: Call) -> Reply:
        """The description of the interface."""
        service = self.service
        return json_reply(describe(service.manifest, service.settings, service.all_routes()))

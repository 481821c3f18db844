"""Vertex AI's contract for custom containers: routes from the environment, ``instances`` and ``predictions``.

References
----------
Custom container requirements for prediction; https://cloud.google.com/vertex-ai/docs/predictions/
"""

from __future__ import annotations

import os

from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route, answer_instances, short_error


class Vertex(Protocol):
    """What ``AIP_PREDICT_ROUTE`` and ``AIP_HEALTH_ROUTE`` name, as long as they are set."""

    title = "Vertex AI"

    def routes(self) -> tuple[Route, ...]:
        """The two paths; they replace others of the same name, for the platform asks there and nowhere else."""
        predict, health = os.environ.get("AIP_PREDICT_ROUTE"), os.environ.get("AIP_HEALTH_ROUTE")
        found = [Route("POST", predict, self.predict, refuse=short_error, body="instances")] if predict else []
        return (*found, *([Route("GET", health, self.health, open=True)] if health else []))

    def predict(self, call: Call) -> Later:
        """Answer instances."""
        return answer_instances(self.service, call)

    def health(self, call: Call) -> Reply:
        """Whether the model answers as it did where it was packed."""
        self.service.answerer.check_ready()
        return json_reply({"status": "ready"})

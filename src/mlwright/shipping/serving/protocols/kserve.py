"""KServe's protocol V1, the form of TensorFlow Serving.

References
----------
https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
"""

from __future__ import annotations

from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route, answer_instances, short_error


class KServe(Protocol):
    """``/v1/models/NAME:predict`` with ``instances``."""

    title = "KServe V1"

    def routes(self) -> tuple[Route, ...]:
        """The paths of the one model."""
        name = self.service.manifest.name
        return (
            Route("GET", "/v1/models", self.models),
            Route("GET", f"/v1/models/{name}", self.model, open=True),
            Route("POST", f"/v1/models/{name}:predict", self.predict, refuse=short_error, body="instances"),
        )

    def models(self, call: Call) -> Reply:
        """Which models there are."""
        return json_reply({"models": [self.service.manifest.name]})

    def model(self, call: Call) -> Reply:
        """Whether the model is ready."""
        self.service.answerer.check_ready()
        return json_reply({"name": self.service.manifest.name, "ready": True})

    def predict(self, call: Call) -> Later:
        """Answer instances."""
        return answer_instances(self.service, call)

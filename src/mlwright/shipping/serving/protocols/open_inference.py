"""The Open Inference Protocol, version 2, of KServe, Triton and MLServer.

The protocol knows no missing value: ``null`` in ``data`` is read as one. Names and dates are ``BYTES``.

References
----------
https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route, require_json, short_error
from mlwright.shipping.serving.protocols._tensors import Outputs
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.wanted import wanted_of

if TYPE_CHECKING:
    from mlwright.shipping.serving.service import Service


class OpenInference(Protocol):
    """``/v2/models/NAME/infer`` with tensors, one for each input."""

    title = "Open Inference Protocol V2"

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        answerer = service.answerer
        with_id = service.settings.log.folder is not None
        self.outputs = Outputs(service.manifest, answerer.bundle.classes or (), answerer.answer_type, with_id=with_id)

    def routes(self) -> tuple[Route, ...]:
        """The paths of the one model, with and without its version."""
        model = f"/v2/models/{self.service.manifest.name}"
        versioned = f"{model}/versions/{self.service.manifest.bundle_id}"
        return (
            Route("GET", "/v2", self.server),
            Route("GET", "/v2/health/live", self.live, open=True),
            Route("GET", "/v2/health/ready", self.ready, open=True),
            *(Route("GET", path, self.model) for path in (model, versioned)),
            *(Route("GET", f"{path}/ready", self.model_ready, open=True) for path in (model, versioned)),
            *(
                Route("POST", f"{path}/infer", self.infer, refuse=short_error, body="infer")
                for path in (model, versioned)
            ),
        )

    def server(self, call: Call) -> Reply:
        """What answers."""
        return json_reply({"name": "mlwright", "version": self.service.manifest.made_by, "extensions": []})

    def live(self, call: Call) -> Reply:
        """Whether the process answers."""
        return json_reply({"live": True})

    def ready(self, call: Call) -> Reply:
        """Whether the model answers as it did where it was packed."""
        self.service.answerer.check_ready()
        return json_reply({"ready": True})

    def model_ready(self, call: Call) -> Reply:
        """The same of the one model."""
        self.service.answerer.check_ready()
        return json_reply({"name": self.service.manifest.name, "ready": True})

    def model(self, call: Call) -> Reply:
        """The tensors that are read and written."""
        manifest = self.service.manifest
        kinds = {item.name: "FP64" if item.kind == "number" else "BYTES" for item in manifest.inputs}
        return json_reply(
            {
                "name": manifest.name,
                "versions": [manifest.bundle_id],
                "platform": "mlwright",
                "inputs": [{"name": name, "datatype": kind, "shape": [-1]} for name, kind in kinds.items()],
                "outputs": self.outputs.declared(),
            }
        )

    def infer(self, call: Call) -> Later:
        """Answer tensors with tensors: those that are named, else the usual ones and what the parameters ask for."""
        service, outputs = self.service, self.outputs
        content = require_json(service, call)
        if not isinstance(content, dict):
            raise Refusal("not_records", "The body is no object.", 'Send {"inputs": [...]}.')
        records = service.layouts.tensors(content.get("inputs"))
        wanted = wanted_of(call, service.manifest, outputs.parameters(content))
        names = outputs.chosen(content.get("outputs"), wanted)
        return Later(
            service.questions.begin(call, records, wanted.extras), lambda answers: self._told(answers, names, content)
        )

    def _told(self, answers: Sequence[Answer], names: Sequence[str], asked: Mapping[str, Any]) -> Reply:
        reply = {
            "model_name": self.service.manifest.name,
            "model_version": self.service.manifest.bundle_id,
            "outputs": self.outputs.told(answers, names),
        }
        return json_reply(reply | ({"id": asked["id"]} if isinstance(asked.get("id"), str) else {}))

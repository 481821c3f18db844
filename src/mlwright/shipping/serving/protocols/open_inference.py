"""The Open Inference Protocol, version 2, of KServe, Triton and MLServer.

The protocol knows no missing value: ``null`` in ``data`` is read as one. Names and dates are ``BYTES``.

References
----------
https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route, require_json, short_error
from mlwright.shipping.serving.refusals import Refusal

DATATYPES = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}


class OpenInference(Protocol):
    """``/v2/models/NAME/infer`` with tensors, one for each input."""

    title = "Open Inference Protocol V2"

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
            *(Route("POST", f"{path}/infer", self.infer, refuse=short_error) for path in (model, versioned)),
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
        inputs = [_declared(item.name, "FP64" if item.kind == "number" else "BYTES", [-1]) for item in manifest.inputs]
        classes = manifest.model.classes
        outputs = [_declared("prediction", DATATYPES[self.service.answerer.answer_type], [-1])]
        outputs += [_declared("probabilities", "FP64", [-1, len(classes)])] if classes else []
        return json_reply(
            {
                "name": manifest.name,
                "versions": [manifest.bundle_id],
                "platform": "mlwright",
                "inputs": inputs,
                "outputs": outputs,
            }
        )

    def infer(self, call: Call) -> Later:
        """Answer tensors with tensors."""
        service = self.service
        content = require_json(service, call)
        if not isinstance(content, dict):
            raise Refusal("not_records", "The body is no object.", 'Send {"inputs": [...]}.')
        records = service.layouts.tensors(content.get("inputs"))
        return Later(service.questions.begin(call, records), lambda answers: self._told(answers, content))

    def _told(self, answers: Sequence[Answer], asked: Mapping[str, Any]) -> Reply:
        outputs = self._outputs(answers)
        reply = {
            "model_name": self.service.manifest.name,
            "model_version": self.service.manifest.bundle_id,
            "outputs": [outputs[name] for name in _wanted(asked.get("outputs"), outputs)],
        }
        return json_reply(reply | ({"id": asked["id"]} if isinstance(asked.get("id"), str) else {}))

    def _outputs(self, answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
        labels = [answer["prediction"] for answer in answers]
        datatype = DATATYPES[self.service.answerer.answer_type]
        found = {"prediction": _tensor("prediction", datatype, [len(labels)], labels)}
        if classes := self.service.manifest.model.classes:
            flat = [share for answer in answers for share in answer["probabilities"].values()]
            found["probabilities"] = _tensor("probabilities", "FP64", [len(labels), len(classes)], flat)
        return found


def _declared(name: str, datatype: str, shape: list[int]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape}


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return _declared(name, datatype, shape) | {"data": data}


def _wanted(outputs: Any, known: Mapping[str, object]) -> list[str]:
    """Which outputs are asked for; all if nothing is said."""
    if not outputs:
        return list(known)
    given = [one.get("name") for one in outputs if isinstance(one, dict)] if isinstance(outputs, list) else []
    names = [name for name in known if name in given]
    if not names or len(names) < len(given):
        raise Refusal("not_records", "'outputs' names a tensor that there is not.", f"There are: {', '.join(known)}.")
    return names

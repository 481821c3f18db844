"""What came true of earlier answers: ``POST /feedback``."""

from __future__ import annotations

from typing import Any

import orjson

from mlwright.scoring.outcomes import is_answerable
from mlwright.shipping.serving.calls import JSON, Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Protocol, Route
from mlwright.shipping.serving.refusals import Refusal, json_type

HINT = 'Send {"id": "the id of the answer", "outcome": value}, or a list of such objects.'
ID_MAX = 160


class Feedback(Protocol):
    """True outcomes by the id of the answer, one or a list of them."""

    title = "feedback"

    def routes(self) -> tuple[Route, ...]:
        """The one path."""
        return (Route("POST", "/feedback", self.take, body="feedback"),)

    def take(self, call: Call) -> Reply:
        """Keep outcomes."""
        log = self.service.log
        if log is None:
            message = "This service keeps no log, so there is nothing that an outcome could belong to."
            raise Refusal("no_log", message, "mlwright serve MODEL --log FOLDER")
        if call.media_type != JSON:
            message = f"The Content-Type is not {JSON}."
            raise Refusal("not_json_type", message, f"Send the header  Content-Type: {JSON}")
        pairs = _read(call.body(self.service.settings.max_body_bytes))
        for one, outcome in pairs:
            log.keep_outcome(one, outcome)
        classes = self.service.manifest.model.classes
        odd = [place for place, (_, outcome) in enumerate(pairs) if not is_answerable(outcome, classes)]
        return json_reply({"kept": len(pairs), **({"notes": [self._told(odd)]} if odd else {})}, 202)

    def _told(self, odd: list[int]) -> str:
        what = "no class that the model knows" if self.service.manifest.model.classes else "no number"
        more = f" (and of {len(odd) - 1} more)" if len(odd) > 1 else ""
        return f"The outcome of report {odd[0]}{more} is {what}: it is kept, and the model is not measured on it."


def _read(body: bytes) -> list[tuple[str, Any]]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Refusal("not_json", message, HINT) from None
    return [_pair(item, place) for place, item in enumerate(content if isinstance(content, list) else [content])]


def _pair(item: Any, place: int) -> tuple[str, Any]:
    if not isinstance(item, dict) or item.keys() != {"id", "outcome"}:
        raise Refusal("not_feedback", f"Report {place} is no object of 'id' and 'outcome'.", HINT, record=place)
    one, outcome = item["id"], item["outcome"]
    if not isinstance(one, str) or not 0 < len(one) <= ID_MAX:
        message = f"The id of report {place} is {json_type(one)}, not the id of an answer."
        raise Refusal("not_feedback", message, HINT, field="id", record=place)
    if isinstance(outcome, dict | list):
        message = f"The outcome of report {place} is {json_type(outcome)}, not one value."
        raise Refusal("not_feedback", message, HINT, field="outcome", record=place)
    return one, outcome

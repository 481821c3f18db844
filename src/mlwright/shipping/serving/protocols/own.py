"""The service's own protocol: a record as a JSON object, an answer with its probabilities and notes."""

from __future__ import annotations

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import JSON, Call, Reply, json_reply
from mlwright.shipping.serving.protocols import Later, Protocol, Route
from mlwright.shipping.serving.protocols._forms import CSV, JSON_LINES, PARQUET
from mlwright.shipping.serving.reading import read_form, read_question
from mlwright.shipping.serving.refusals import Refusal, shown
from mlwright.shipping.serving.wanted import wanted_of

FORM = "application/x-www-form-urlencoded"
ELSEWHERE = (CSV, PARQUET, *JSON_LINES)


class Own(Protocol):
    """``POST /predict``: one record or several in JSON, or one as the fields of a form."""

    title = "mlwright"

    def routes(self) -> tuple[Route, ...]:
        """The one path."""
        return (Route("POST", "/predict", self.predict),)

    def predict(self, call: Call) -> Reply | Later:
        """Answer for one record or many."""
        service = self.service
        service.answerer.check_ready()
        media_type = call.media_type
        if media_type not in (JSON, FORM):
            found = shown(media_type) if media_type else "missing"
            message = f"The Content-Type is {found}, not {JSON}."
            hint = "POST it to /invocations." if media_type in ELSEWHERE else f"Send the header  Content-Type: {JSON}"
            raise Refusal("not_json_type", message, hint)
        extras = wanted_of(call, service.manifest).extras
        body = call.body(service.settings.max_body_bytes)
        if media_type == FORM:
            record = service.layouts.texts.read(read_form(body))
            return Later(service.questions.begin(call, [record], extras), self._one)
        records, is_list = read_question(body, service.schema.readers, service.settings.max_records)
        return Later(service.questions.begin(call, records, extras), self._many if is_list else self._one)

    def _many(self, answers: list[Answer]) -> Reply:
        return json_reply({"predictions": answers, "model": self.service.manifest.bundle_id})

    def _one(self, answers: list[Answer]) -> Reply:
        return json_reply(answers[0] | {"model": self.service.manifest.bundle_id})

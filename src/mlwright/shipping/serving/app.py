"""The Flask application that answers for one bundle."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from mlwright.shipping.serving.answering import Answer, Answerer
from mlwright.shipping.serving.counters import Counters
from mlwright.shipping.serving.guard import Guard, add_headers
from mlwright.shipping.serving.inputs import InputSchema, Looked
from mlwright.shipping.serving.openapi import describe, example_record
from mlwright.shipping.serving.pages import docs_page, form_page
from mlwright.shipping.serving.reading import read_body, read_question
from mlwright.shipping.serving.refusals import Refusal, shown
from mlwright.shipping.serving.settings import ServiceSettings

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

log = logging.getLogger("mlwright.serving")

PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
JSON_HINT = "Send the header  Content-Type: application/json"

_usable_id = re.compile(r"[A-Za-z0-9._:-]{1,128}").fullmatch


def create_app(bundle: Bundle, settings: ServiceSettings | None = None, *, counts_folder: Path | None = None) -> Flask:
    """The application for one bundle.

    Parameters
    ----------
    bundle : Bundle
    settings : ServiceSettings, optional
    counts_folder : Path, optional
        Where several processes of one service keep what they count.

    Raises
    ------
    SettingsError
        If it would listen beyond this machine without a token.
    """
    service = Service(bundle, settings or ServiceSettings(), counts_folder)
    app = Flask("mlwright.shipping.serving", static_folder=None)
    app.url_map.merge_slashes = False
    for path, view in service.views().items():
        methods = ["POST" if path == "/predict" else "GET"]
        app.add_url_rule(path, path, view, methods=methods, provide_automatic_options=False)
    app.before_request(service.admit)
    app.after_request(service.finish)
    app.register_error_handler(Exception, service.refuse)
    return app


class Service:
    """What the paths of the application do.

    Parameters
    ----------
    bundle : Bundle
    settings : ServiceSettings
    counts_folder : Path or None
    """

    def __init__(self, bundle: Bundle, settings: ServiceSettings, counts_folder: Path | None) -> None:
        self.answerer = Answerer(bundle)
        self.manifest = bundle.manifest
        self.settings = settings
        self.guard = Guard(settings)
        self.schema = InputSchema(self.manifest)
        self.counters = Counters(self.manifest, self.views(), counts_folder)
        self._openapi = orjson.dumps(describe(self.manifest, settings), option=orjson.OPT_INDENT_2)

    def views(self) -> dict[str, Callable[[], ResponseReturnValue]]:
        """What answers at each path."""
        return {
            "/": self.form,
            "/predict": self.predict,
            "/health": self.health,
            "/ready": self.ready,
            "/metrics": self.metrics,
            "/openapi.json": self.openapi,
            "/docs": self.docs,
        }

    def admit(self) -> None:
        """Before every request: give it an id and see whether it may ask."""
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _usable_id(given) else secrets.token_hex(8)
        g.nonce = secrets.token_urlsafe(16)
        self.guard.check(request)

    def finish(self, response: Response) -> Response:
        """After every request: count it and add the headers."""
        add_headers(response, g.request_id, g.nonce)
        self.counters.request(request.path, response.status_code)
        if request.path == "/predict":
            self.counters.predicted_in(time.perf_counter() - g.began)
        return response

    def refuse(self, error: Exception) -> Response:
        """Every error as JSON of one shape; what was not foreseen goes into the log and not to the caller."""
        refusal = as_refusal(error)
        self.counters.add("refusals_total", refusal.reason)
        if refusal.reason == "internal":
            log.error("request %s failed", g.request_id, exc_info=error)
        response = _json(refusal.body(), refusal.status)
        if refusal.reason == "token":
            is_page = request.path in ("/", "/docs")
            response.headers["WWW-Authenticate"] = ("Basic" if is_page else "Bearer") + ' realm="mlwright"'
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(error.valid_methods)
        return response

    def predict(self) -> Response:
        """Answer for one record or many."""
        self._check_ready()
        if request.mimetype != "application/json":
            found = shown(request.mimetype) if request.mimetype else "missing"
            raise Refusal("not_json_type", f"The Content-Type is {found}, not application/json.", JSON_HINT)
        names = self.schema.readers
        body = read_body(request.stream, request.content_length, self.settings.max_body_bytes)
        question = read_question(body, names, self.settings.max_records)
        looked = self.schema.look(question.records)
        answers = self.answerer.answer(question.records)
        for place, notes in looked.notes.items():
            answers[place]["notes"] = [note.as_json() for note in notes]
        self._count(answers, looked)
        if question.many:
            return _json({"predictions": answers, "model": self.manifest.bundle_id})
        return _json(answers[0] | {"model": self.manifest.bundle_id})

    def health(self) -> Response:
        """Whether the process answers; never touches the model."""
        return _json({"status": "ok"})

    def ready(self) -> Response:
        """Whether the model gives its stored answers."""
        self._check_ready()
        return _json({"status": "ready", "model": self.manifest.bundle_id, "golden_rows": len(self.manifest.golden)})

    def metrics(self) -> Response:
        """What was counted."""
        return Response(self.counters.text(), content_type=PROMETHEUS_TYPE)

    def openapi(self) -> Response:
        """The interface, for programs."""
        return Response(self._openapi, mimetype="application/json")

    def docs(self) -> str:
        """The interface, for people."""
        self._check_ready()
        answers = self.answerer.answer([example_record(self.manifest)])
        answer = answers[0] | {"model": self.manifest.bundle_id}
        return render_template("docs.html", **docs_page(self.manifest, self.settings, request.host_url, answer))

    def form(self) -> str:
        """A page on which a person tries one case."""
        return render_template("form.html", **form_page(self.manifest))

    def _count(self, answers: Sequence[Answer], looked: Looked) -> None:
        self.counters.add("rows_total", by=len(answers))
        for name, count in self.answerer.count_classes(answers).items():
            self.counters.add("answers_total", name, by=count)
        for (what, name), count in looked.counts.items():
            self.counters.add(f"{what}_total", name, by=count)

    def _check_ready(self) -> None:
        if not self.answerer.is_ready:
            message = "The model answers its stored rows otherwise than it did where it was packed."
            raise Refusal("not_ready", message, "Pack the bundle on a machine like this one; the log says more.")


def as_refusal(error: Exception) -> Refusal:
    """Any error as one that a caller can read."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NotFound):
        return Refusal("not_found", "There is nothing at this path.", "GET /docs shows what there is.")
    if isinstance(error, MethodNotAllowed):
        known = ", ".join(sorted(error.valid_methods or ()))
        return Refusal("wrong_method", f"This path does not know {request.method}.", f"It knows: {known}")
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return Refusal("bad_request", "The request could not be read.", "Send it again; look at /docs for its form.")
    return Refusal("internal", "A mistake of ours stopped the answer.", f"The log has it under {g.request_id}.")


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, mimetype="application/json")

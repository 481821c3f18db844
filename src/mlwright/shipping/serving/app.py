"""The Flask application that answers for one bundle: pages, health and metrics; scoring goes past it, see `front`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound

from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.front import Front, as_refusal
from mlwright.shipping.serving.guard import OPEN_PATHS, page_headers
from mlwright.shipping.serving.openapi import describe, example_record
from mlwright.shipping.serving.pages import docs_page, form_page
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.service import Service

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

MODELS = ("/v1/models/", "/v2/models/")
PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_app(
    bundle: Bundle,
    settings: ServeSettings | None = None,
    *,
    counts_folder: Path | None = None,
    callers_key: bytes | None = None,
    before: Service | None = None,
    keeps: bool = True,
) -> Flask:
    """The application for one bundle.

    Parameters
    ----------
    bundle : Bundle
    settings : ServeSettings, optional
    counts_folder : Path, optional
        Where several processes of one service keep what they count.
    callers_key : bytes, optional
        By which they know callers; see `pace.Callers`.
    before : Service, optional
        Whose place it takes.
    keeps : bool
        Whether this process seals the segments of its log itself; else one beside it does.

    Raises
    ------
    SettingsError
        If it would listen beyond this machine without a token.
    BundleError
        If the bundle has other inputs or classes than the one before.
    """
    service = Service(bundle, settings or ServeSettings(), counts_folder, callers_key, before, keeps=keeps)
    pages = Pages(service)
    app = Flask("mlwright.shipping.serving", static_folder=None)
    app.url_map.merge_slashes = False
    for path, view in pages.views().items():
        app.add_url_rule(path, path, view, methods=["GET"], provide_automatic_options=False)
    app.before_request(pages.admit)
    app.after_request(pages.finish)
    app.register_error_handler(Exception, pages.refuse)
    app.wsgi_app = Front(service, app.wsgi_app)  # type: ignore[method-assign]
    return app


def front_of(app: Flask) -> Front:
    """What stands before the pages of an application that `create_app` made."""
    assert isinstance(app.wsgi_app, Front)
    return app.wsgi_app


def service_of(app: Flask) -> Service:
    """The service behind it."""
    return front_of(app).service


class Pages:
    """What the paths of the application do.

    Parameters
    ----------
    service : Service
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.manifest = service.manifest

    @cached_property
    def _openapi(self) -> bytes:
        service = self.service
        return orjson.dumps(describe(self.manifest, service.settings, service.all_routes()), option=orjson.OPT_INDENT_2)

    def views(self) -> dict[str, Callable[[], ResponseReturnValue]]:
        """What answers at each path."""
        return {
            "/": self.form,
            "/health": self.health,
            "/ready": self.ready,
            "/metrics": self.metrics,
            "/openapi.json": self.openapi,
            "/docs": self.docs,
        }

    def admit(self) -> None:
        """Before every request: see whether it may ask."""
        g.call = Call(request.environ)
        g.nonce = secrets.token_urlsafe(16)
        if request.path not in OPEN_PATHS:
            self.service.guard.check(g.call)

    def finish(self, response: Response) -> Response:
        """After every request: count it and add the headers."""
        response.headers.extend(page_headers(g.call.request_id, g.nonce, is_page=response.mimetype == "text/html"))
        self.service.counters.request(request.path, response.status_code)
        return response

    def refuse(self, error: Exception) -> Response:
        """Every error as JSON of one shape."""
        response = _response(self.service.refuse(_as_refusal(error), g.call, error))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(error.valid_methods)
        return response

    def health(self) -> Response:
        """Whether the process answers; never touches the model."""
        return _json({"status": "ok"})

    def ready(self) -> Response:
        """Whether the model gives its stored answers."""
        self.service.answerer.check_ready()
        return _json({"status": "ready", "model": self.manifest.bundle_id, "golden_rows": len(self.manifest.golden)})

    def metrics(self) -> Response:
        """What was counted."""
        return Response(self.service.counters.text(), content_type=PROMETHEUS_TYPE)

    def openapi(self) -> Response:
        """The interface, for programs."""
        return Response(self._openapi, mimetype="application/json")

    def docs(self) -> str:
        """The interface, for people."""
        self.service.answerer.check_ready()
        answers = self.service.answerer.answer([example_record(self.manifest)])
        answer = answers[0] | {"model": self.manifest.bundle_id}
        return render_template("docs.html", **docs_page(self.manifest, self.service.settings, request.host_url, answer))

    def form(self) -> str:
        """A page on which a person tries one case."""
        return render_template("form.html", **form_page(self.manifest))


def _as_refusal(error: Exception) -> Refusal:
    if isinstance(error, NotFound):
        is_model = request.path.startswith(MODELS)
        hint = "GET /v1/models tells the name of the model." if is_model else "GET /docs shows what there is."
        return Refusal("not_found", "There is nothing at this path.", hint)
    if isinstance(error, MethodNotAllowed):
        known = ", ".join(sorted(error.valid_methods or ()))
        return Refusal("wrong_method", f"This path does not know {request.method}.", f"It knows: {known}")
    return as_refusal(error, g.call.request_id)


def _json(content: Any) -> Response:
    return _response(json_reply(content))


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers), mimetype=reply.content_type)

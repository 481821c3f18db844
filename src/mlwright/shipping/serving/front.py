"""The WSGI application in front of all: what the protocols answer never meets the framework of the pages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import orjson
from werkzeug.exceptions import HTTPException

from mlwright.shipping.serving.answered import Answered, answered_by
from mlwright.shipping.serving.calls import ADMITTED, LONG, PHRASES, Call, Reply, TakesLongError
from mlwright.shipping.serving.guard import data_headers, data_lines
from mlwright.shipping.serving.protocols import Later, Route, chosen
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.tally import Tally, new_tally

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mlwright.shipping.serving.questions import Scored
    from mlwright.shipping.serving.service import Service


_Task = tuple[Call, "Route | None", "Reply | Later"]
"""A call to a path of the protocols, by which route, and its reply or what that needs."""


class Front:
    """Answers the paths of the protocols itself and hands every other request on.

    Parameters
    ----------
    service : Service
    pages : WSGI application
        Answers the rest.
    """

    def __init__(self, service: Service, pages: WSGIApplication) -> None:
        self.service = service
        self._pages = pages
        self._open = {path for path, routes in service.routes.items() if any(route.open for route in routes)}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, for any WSGI server."""
        routes = self.service.routes.get(environ["PATH_INFO"])
        if routes is None:
            return self._pages(environ, start_response)
        environ[LONG] = True  # whatever it asks for, it is answered here
        task, tally = self._begin(Call(environ), routes), new_tally()
        assert task is not None
        reply = self._finish(task, tally)
        self.service.questions.conclude(tally)
        start_response(PHRASES[reply.status], data_headers(task[0].request_id, reply))
        return [reply.body]

    def answers(self, environs: Sequence[WSGIEnvironment]) -> list[Answered | None]:
        """Answer requests that wait at the same moment; what they ask the model about is scored together.

        None of one that takes long and is not marked so.
        """
        tasks = [self._task(environ) for environ in environs]
        later = [task[2].begun for task in tasks if task is not None and isinstance(task[2], Later)]
        scored, tally = iter(self.service.questions.score(later)), new_tally()
        answered = [
            task if task is None or isinstance(task, Answered) else self._answered(task, tally, scored)
            for task in tasks
        ]
        self.service.questions.conclude(tally)
        return answered

    def _task(self, environ: WSGIEnvironment) -> _Task | Answered | None:
        routes = self.service.routes.get(environ["PATH_INFO"])
        return answered_by(self._pages, environ) if routes is None else self._begin(Call(environ), routes)

    def _answered(self, task: _Task, tally: Tally, scored: Iterator[Scored | None]) -> Answered:
        reply = self._finish(task, tally, next(scored) if isinstance(task[2], Later) else None)
        return Answered(PHRASES[reply.status], data_lines(task[0].request_id, reply), reply.body)

    def _begin(self, call: Call, routes: tuple[Route, ...]) -> _Task | None:
        """See whether a call may ask, and read what it asks; None where it is to be answered beside the others."""
        route: Route | None = None
        found: Reply | Later
        try:
            if call.path not in self._open and not call.header(ADMITTED):
                self.service.guard.check(call)
            route = chosen(routes, call)
            found = route.handle(call) if route is not None else self._refuse_method(call, routes)
        except TakesLongError:
            return None
        except Exception as error:  # noqa: BLE001  the last place where a fault of ours can be kept from the caller
            found = self._refused(call, route, error)
        return call, route, found

    def _finish(self, task: _Task, tally: Tally, scored: Scored | None = None) -> Reply:
        """Answer a call."""
        call, route, reply = task
        if isinstance(reply, Later):
            try:
                reply = reply.write(self.service.questions.finish(reply.begun, tally, scored))
            except Exception as error:  # noqa: BLE001  as in `_begin`
                reply = self._refused(call, route, error)
        if limits := call.limits:
            reply = reply._replace(headers=(*reply.headers, *limits))
        took = time.perf_counter() - call.began if call.method == "POST" else None
        tally.requests.append((call.path, reply.status, took))
        return reply

    def close(self) -> None:
        """Write what waits to be kept; the service answers no more."""
        self.service.close()

    def _refused(self, call: Call, route: Route | None, error: Exception) -> Reply:
        refusal = as_refusal(error, call.request_id)
        reply = self.service.refuse(refusal, call, error)
        if route is None or route.refuse is None:
            return reply
        return reply._replace(body=orjson.dumps(route.refuse(refusal)))

    def _refuse_method(self, call: Call, routes: Iterable[Route]) -> Reply:
        known = {route.method for route in routes}
        allowed = ", ".join(sorted(known | ({"HEAD"} if "GET" in known else set())))
        refusal = Refusal("wrong_method", f"This path does not know {call.method}.", f"It knows: {allowed}")
        reply = self.service.refuse(refusal, call, refusal)
        return reply._replace(headers=(*reply.headers, ("Allow", allowed)))


def as_refusal(error: Exception, request_id: str) -> Refusal:
    """Any error as one that a caller can read."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return Refusal("bad_request", "The request could not be read.", "Send it again; look at /docs for its form.")
    return Refusal("internal", "A mistake of ours stopped the answer.", f"The log has it under {request_id}.")

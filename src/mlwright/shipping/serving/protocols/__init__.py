"""The protocol family: how each platform asks and wants to be answered; one file each, all on one service.

A protocol reads records out of its own form of a request, asks the service, and writes the answers in its own form.
What a record must be, what is answered, counted and kept is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from mlwright.core.family import Family
from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import JSON, Call, Reply, json_reply
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.wanted import Wanted, wanted_of

if TYPE_CHECKING:
    from mlwright.shipping.serving.questions import Begun
    from mlwright.shipping.serving.service import Service


class Later(NamedTuple):
    """Records that were read, and what writes their answers: those of several requests are scored together."""

    begun: Begun
    write: Callable[[list[Answer]], Reply]


class Route(NamedTuple):
    """One method of one path.

    Parameters
    ----------
    method : str
        ``GET`` or ``POST``.
    path : str
    handle : callable
        A method of the protocol, which answers a call, or says what will; see `Later`.
    refuse : callable or None
        A refusal in the form of the protocol; None for that of the service.
    open : bool
        Whether it needs no token: it tells nothing about the model.
    takes : callable or None
        Which calls it answers where protocols share a path; None for those that no other takes.
    body : str or None
        Under which name `Bodies` describes what is sent and told.
    """

    method: str
    path: str
    handle: Callable[[Call], Reply | Later]
    refuse: Callable[[Refusal], object] | None = None
    open: bool = False
    takes: Callable[[Call], bool] | None = None
    body: str | None = None

    @property
    def title(self) -> str:
        """For whom it is."""
        assert isinstance(self.handle, MethodType)
        assert isinstance(self.handle.__self__, Protocol)
        return self.handle.__self__.title


class Protocol(ABC):
    """How one platform asks.

    Parameters
    ----------
    service : Service
        What answers.
    """

    title: ClassVar[str]

    def __init__(self, service: Service) -> None:
        self.service = service

    @abstractmethod
    def routes(self) -> tuple[Route, ...]:
        """The paths that it answers."""


PROTOCOLS: Family[Protocol] = Family("mlwright.shipping.serving.protocols", Protocol)


def all_routes(service: Service) -> Mapping[str, tuple[Route, ...]]:
    """What all protocols answer, by path; of routes that take everything the last one counts."""
    found: dict[str, list[Route]] = {}
    for name in PROTOCOLS.names():
        for route in PROTOCOLS.get(name)(service).routes():
            others = [o for o in found.get(route.path, []) if route.takes or o.takes or o.method != route.method]
            found[route.path] = sorted([*others, route], key=lambda each: each.takes is None)
    return {path: tuple(routes) for path, routes in found.items()}


def chosen(routes: tuple[Route, ...], call: Call) -> Route | None:
    """The route of a path that answers a call; None if none knows the method. Whoever answers GET answers HEAD."""
    method = "GET" if call.method == "HEAD" else call.method
    for route in routes:
        if route.method == method and (route.takes is None or route.takes(call)):
            return route
    return None


def require_json(service: Service, call: Call) -> Any:
    """What a body of JSON says, of a model that is ready.

    Raises
    ------
    Refusal
        If the model is not ready, or the body is none.
    """
    service.answerer.check_ready()
    if call.media_type != JSON:
        raise Refusal("not_json_type", f"The Content-Type is not {JSON}.", f"Send the header  Content-Type: {JSON}")
    return service.layouts.json(call.body(service.settings.max_body_bytes))


def answer_instances(service: Service, call: Call) -> Later:
    """From ``instances`` and ``parameters`` to ``predictions``, as KServe V1 and Vertex AI have it."""
    content = require_json(service, call)
    if not isinstance(content, dict) or "instances" not in content:
        raise Refusal("not_records", "The body is no object with 'instances'.", 'Send {"instances": [{...}, {...}]}.')
    records = service.layouts.rows(content["instances"], "'instances'")
    return told_later(service, call, records, content.get("parameters"))


def told_later(
    service: Service, call: Call, records: Sequence[Mapping[str, Any]], parameters: Any, what: str = "parameters"
) -> Later:
    """Records that will be answered by ``predictions``, bare or with all that is `Wanted`.

    Parameters
    ----------
    service : Service
    call : Call
    records : sequence of mapping
    parameters : object
        What the body asks for beside answers.
    what : str
        How that is called there.
    """
    wanted = wanted_of(call, service.manifest, parameters, what)

    def write(answers: list[Answer]) -> Reply:
        return json_reply({"predictions": as_wanted(answers, wanted, service.manifest.bundle_id)})

    return Later(service.questions.begin(call, records, wanted.extras), write)


def as_wanted(answers: list[Answer], wanted: Wanted, bundle_id: str) -> list[Any]:
    """The answers with what is wanted of them: predictions alone, or objects as from ``/predict``."""
    if not wanted.is_full:
        return bare(answers)
    return [answer | {"model": bundle_id} for answer in answers] if wanted.model else list(answers)


def bare(answers: Sequence[Answer]) -> list[Any]:
    """The predictions alone."""
    return [answer["prediction"] for answer in answers]


def short_error(refusal: Refusal) -> object:
    """A refusal as one sentence, as KServe and Vertex AI have it."""
    return {"error": f"{refusal.message} {refusal.hint}"}

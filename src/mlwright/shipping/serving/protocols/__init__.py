"""The protocol family: how each platform asks and wants to be answered; one file each, all on one service.

A protocol reads records out of its own form of a request, asks the service, and writes the answers in its own form.
What a record must be, what is answered, counted and kept is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from mlwright.core.family import Family
from mlwright.shipping.serving.calls import Call, Reply

if TYPE_CHECKING:
    from mlwright.shipping.serving.refusals import Refusal
    from mlwright.shipping.serving.service import Service


class Route(NamedTuple):
    """One method of one path.

    Parameters
    ----------
    method : str
        ``GET`` or ``POST``.
    path : str
    handle : callable
        Answers a call.
    refuse : callable or None
        A refusal in the form of the protocol; None for that of the service.
    open : bool
        Whether it needs no token: it tells nothing about the model.
    """

    method: str
    path: str
    handle: Callable[[Call], Reply]
    refuse: Callable[[Refusal], object] | None = None
    open: bool = False


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
        """The paths that it answers; each path and method belongs to one protocol."""


PROTOCOLS: Family[Protocol] = Family("mlwright.shipping.serving.protocols", Protocol)


def all_routes(service: Service) -> Mapping[str, tuple[Route, ...]]:
    """What all protocols answer, by path."""
    found: dict[str, tuple[Route, ...]] = {}
    for name in PROTOCOLS.names():
        for route in PROTOCOLS.get(name)(service).routes():
            found[route.path] = (*found.get(route.path, ()), route)
    return found

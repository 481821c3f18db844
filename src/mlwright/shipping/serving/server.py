"""Runs the application: its port, its processes, and how it starts and ends."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlwright.core.errors import MlwrightError
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.shipping.serving.forked import Running
from mlwright.shipping.serving.kept.keeper import keep
from mlwright.shipping.serving.lease import leased
from mlwright.shipping.serving.listening import listen
from mlwright.shipping.serving.origin import Origin
from mlwright.shipping.serving.pace import KEY_BYTES
from mlwright.shipping.serving.place import address_of, listening_socket
from mlwright.shipping.serving.processes import HANGUP, Mistake, Processes, by_itself, leave_signals_to_the_first
from mlwright.shipping.serving.seats import Seats
from mlwright.shipping.serving.settings import is_loopback, tokens_of
from mlwright.shipping.serving.succession import Due, Follower, Held, Switch, in_words

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.serving.front import Front

log = logging.getLogger("mlwright.serving")

DRAIN_S = 30
"""How long requests may take to be answered once the service was asked to end."""

HEADERS_S = 75
"""How long a caller may take to send the headers of a request, which keeps no thread waiting, and how long a connection
is kept without one: longer than the 60 s of common load balancers, which must be the first to end it."""

T = TypeVar("T")

WITHOUT_TLS = (
    "The service speaks plain HTTP: whoever is on the way can read the token and what is asked.\n"
    "  -> Put a proxy that speaks TLS in front of it, and let --host name the machine's own network alone.\n"
)

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "JE_ARROW_MALLOC_CONF": "background_thread:false"
}
"""What libraries are told before they are loaded; the last is for the allocator of Arrow."""


def serve(
    bundle_path: str | os.PathLike[str],
    settings: ServeSettings | None = None,
    current: Callable[[], Path] | None = None,
    lease: Path | None = None,
) -> None:
    """Answer over HTTP until a SIGTERM or SIGINT; requests in work at that moment are answered first.

    When the bundle changes, or another one is due, it takes the place of the one that answers without a request being
    dropped; after a SIGHUP the bundle that is due is loaded again in any case. See `succession`.

    Parameters
    ----------
    bundle_path : path-like
        The folder of the bundle.
    settings : ServeSettings, optional
        Default: this machine alone may ask, and nothing is kept.
    current : callable, optional
        The folder of the bundle that is due, asked several times a second; default: always `bundle_path`.
    lease : Path, optional
        A file that is held while the service lives, and says where it answers.

    Raises
    ------
    SettingsError
        If the settings cannot be used, the port is taken, or another service holds the lease.
    BundleError
        If the bundle cannot be loaded.
    """
    settings = settings or ServeSettings()
    tokens_of(settings)
    address = address_of(settings.host)
    with ExitStack() as places:
        tell = places.enter_context(leased(lease, settings.port, settings.workers)) if lease else None
        listening = places.enter_context(listening_socket(address, settings.port))
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        due = Due(Path(bundle_path).resolve())
        follower = Follower(due, current or (lambda: Path(bundle_path).resolve()))
        folder = _counts_folder(places, is_needed=settings.workers > 1)
        answering = Answering(due, settings, listening, folder, Seats(settings.workers))
        _run(answering, follower, partial(_announce, settings, address, tell))


@dataclass(frozen=True)
class Answering:
    """What a process that answers does.

    Parameters
    ----------
    due : Due
        Which bundle.
    settings : ServeSettings
    listening : socket
    counts_folder : Path or None
        Where those that answer, and those that take their places, count together; None where one alone does.
    seats : Seats
        Of all that do this.
    told : Connection, optional
        Where to tell the first process that it answers, that it wants another one to take its place, or why it cannot
        answer, which ends the service.
    keeps : bool
        Whether it seals the segments of its log itself.
    callers_key : bytes
        By which all of them know callers; see `pace.Callers`.
    """

    due: Due
    settings: ServeSettings
    listening: socket.socket
    counts_folder: Path | None
    seats: Seats
    told: Connection | None = None
    keeps: bool = True
    callers_key: bytes = field(default_factory=partial(secrets.token_bytes, KEY_BYTES), repr=False)

    def __call__(self, place: int, held: Held | None = None) -> None:
        """Answer as the process of this place, until a SIGTERM, with what is held, or else is loaded now."""
        leave_signals_to_the_first()
        os.environ.update(ONE_THREAD)
        succeed = None if held is None or self.counts_folder is None else partial(self._ask_for_another, place)
        switch = self._or_tell(lambda: Switch(self.due, self.load, self.front, held, succeed))
        listen(
            self.listening,
            switch.answers,
            most_body_bytes=self.settings.max_body_bytes,
            headers_s=HEADERS_S,
            drain_s=DRAIN_S,
            began=lambda: self._tell(None),
            seat=self.seats[place],
            refused=switch.refused,
        )

    def hold(self) -> Held:
        """Load what processes that answer are forked with; what cannot be loaded ends none that answers already."""
        os.environ.update(ONE_THREAD)
        if not self.seats.were_taken:
            return self._or_tell(lambda: Held(self.due, self.load))
        try:
            return Held(self.due, self.load)
        except MlwrightError as error:
            log.error("the bundle that is due cannot be shared: %s", in_words(error))
            raise SystemExit(error.exit_status) from None

    def load(self, path: Path) -> Bundle:
        """The bundle in a folder, and all that is needed to answer with it."""
        from mlwright.scoring.bundle import Bundle
        from mlwright.scoring.signature import trusted_key
        from mlwright.shipping.serving import app  # noqa: F401  so that it is there when others are forked
        from mlwright.shipping.serving.absent import load_lightly

        load_lightly()
        return Bundle.load(path, signed_by=trusted_key(self.settings.require_signature))

    def front(self, bundle: Bundle, before: Front | None) -> Front:
        """What answers with a bundle, in the place of the one before."""
        from mlwright.shipping.serving.app import create_app, front_of

        followed = None if before is None else before.service
        app = create_app(
            bundle,
            self.settings,
            counts_folder=self.counts_folder,
            callers_key=self.callers_key,
            before=followed,
            keeps=self.keeps,
        )
        return front_of(app)

    def _or_tell(self, make: Callable[[], T]) -> T:
        """What is made; or the first process is told why it cannot be, and this one ends."""
        try:
            return make()
        except MlwrightError as error:
            self._tell(Mistake(type(error), error.message, error.hint))
            raise SystemExit(error.exit_status) from None

    def _ask_for_another(self, place: int) -> None:
        """Ask for another process in this place, unless there is one already, and this one leaves."""
        if not self.seats[place].is_taken:
            self._tell(place)

    def _tell(self, what: Mistake | int | None) -> None:
        if self.told is not None:
            self.told.send(what)


@dataclass(frozen=True)
class Keeping:
    """What the process beside them does: it seals what they have written.

    Parameters
    ----------
    settings : LogSettings
    told : Connection
        Where to tell the first process of settings that cannot be used, which ends the service.
    listening : socket
        That of the others.
    """

    settings: LogSettings
    told: Connection
    listening: socket.socket

    def __call__(self) -> None:
        """Keep, until a SIGTERM."""
        self.listening.close()  # it came along; who comes when the others have ended would wait for this one
        leave_signals_to_the_first()
        keep(self.settings, lambda error: self.told.send(Mistake(type(error), error.message, error.hint)))


def _counts_folder(places: ExitStack, *, is_needed: bool) -> Path | None:
    """A folder that is there as long as the service; None where nothing can be written, as in some containers."""
    try:
        return Path(places.enter_context(tempfile.TemporaryDirectory(prefix="mlwright-serve-")))
    except OSError:
        if is_needed:
            raise
        return None


def _run(answering: Answering, follower: Follower, begun: Callable[[], None]) -> None:
    told, tell = Pipe(duplex=False)
    answering, kept = replace(answering, told=tell, keeps=False), answering.settings.log
    origin = Origin(answering.hold, answering) if Origin.is_possible() else None
    beside: list[Callable[[], Running]] = [] if origin is None else [origin.begin]
    if kept.folder:
        beside.append(partial(by_itself, Keeping(kept, tell, answering.listening)))
    start = partial(by_itself, answering) if origin is None else origin.start
    processes = Processes(start, answering.settings.workers, told, beside)
    if HANGUP is not None:
        signal.signal(HANGUP, lambda *_: follower.ask())
    follower.start()

    def ending() -> None:
        """Who comes from now on is turned away at once, and asks elsewhere."""
        answering.listening.close()
        if origin is not None:
            origin.end()

    processes.run(begun, ending, DRAIN_S)


def _announce(settings: ServeSettings, address: str, tell: Callable[[str], None] | None) -> None:
    host = settings.host if is_loopback(settings.host) else address
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    if tell is not None:
        tell(url)
    kept = "" if settings.log.folder is None else f"  What is asked and answered is kept in {settings.log.folder}.\n"
    key = "" if settings.token is None else f"  Callers must send a token of {settings.token.partition(':')[2]}.\n"
    lines = (
        f"Serving at {url}",
        f"  {url}/       a page to try one case",
        f"  {url}/docs   how to ask it from a program",
        f"{key}{kept}  Ctrl-C ends it.",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    if not is_loopback(settings.host) and not settings.behind_gate:
        sys.stderr.write(WITHOUT_TLS)

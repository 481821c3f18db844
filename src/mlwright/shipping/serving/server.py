"""Runs the application: its port, its processes, and how it starts and ends."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from mlwright.core.errors import Fault, MlwrightError
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.place import address_of, free_port
from mlwright.shipping.serving.reading import MOST_READING
from mlwright.shipping.serving.restarts import Restarts
from mlwright.shipping.serving.settings import is_loopback, tokens_of
from mlwright.shipping.serving.succession import Due, Follower, Switch

if TYPE_CHECKING:
    from flask import Flask

THREADS_PER_WORKER = MOST_READING + 32
"""More than may wait for bodies, so that callers who send slowly do not keep all others waiting."""

DRAIN_S = 30
"""How long requests may take to be answered once the service was asked to end."""

HEADERS_S = 75
"""How long a caller may take to send the headers of a request, which keeps no thread waiting, and how long a connection
is kept without one: longer than the 60 s of common load balancers, which must be the first to end it."""

LOOK_S = 0.05
HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""Which not every system has."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
QUIET = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
}
"""The server's own log: errors only, to stderr."""


def serve(
    bundle_path: str | os.PathLike[str],
    settings: ServeSettings | None = None,
    current: Callable[[], Path] | None = None,
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

    Raises
    ------
    SettingsError
        If the settings cannot be used, or the port is taken.
    BundleError
        If the bundle cannot be loaded.
    """
    settings = settings or ServeSettings()
    tokens_of(settings)
    address = address_of(settings.host)
    settings = settings.model_copy(update={"port": free_port(address, settings.port)})
    due = Due(Path(bundle_path).resolve())
    follower = Follower(due, current or (lambda: Path(bundle_path).resolve()))
    if settings.workers == 1:  # needs no place to write to, as in a container whose file system is read-only
        _run(due, follower, settings, address, None)
        return
    with tempfile.TemporaryDirectory(prefix="mlwright-serve-") as counts:
        _run(due, follower, settings, address, Path(counts))


@dataclass(frozen=True)
class Loader:
    """Loads the bundle inside a worker; what goes wrong is told to the first process, which ends the service.

    Parameters
    ----------
    due : Due
        Which bundle.
    settings : ServeSettings
    counts_folder : Path or None
    mistakes : Connection
        Where to tell what went wrong.
    """

    due: Due
    settings: ServeSettings
    counts_folder: Path | None
    mistakes: Connection

    def __call__(self) -> Switch:
        """The application."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # those of the first process came along, and would do nothing here
        if HANGUP is not None:
            signal.signal(HANGUP, signal.SIG_IGN)  # a group of processes may get it; the first one passes it on
        os.environ.update(ONE_THREAD)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        try:
            return Switch(self.due, self._application)
        except MlwrightError as error:
            self.mistakes.send((type(error), error.message, error.hint))
            raise SystemExit(error.exit_status) from None

    def _application(self, path: Path, before: Flask | None) -> Flask:
        from mlwright.scoring.bundle import Bundle
        from mlwright.scoring.signature import trusted_key
        from mlwright.shipping.serving.absent import load_lightly
        from mlwright.shipping.serving.app import create_app, service_of

        followed = None if before is None else service_of(before)
        load_lightly()
        bundle = Bundle.load(path, signed_by=trusted_key(self.settings.require_signature))
        return create_app(bundle, self.settings, counts_folder=self.counts_folder, before=followed)


def _end_with_parent() -> None:
    """End this worker when the first process is gone, however it went; else it would hold the port for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run(due: Due, follower: Follower, settings: ServeSettings, address: str, counts_folder: Path | None) -> None:
    from granian.http import HTTP1Settings
    from granian.server import Server

    told, mistakes = Pipe(duplex=False)
    server = Server(
        "mlwright",
        address=address,
        port=settings.port,
        interface="wsgi",
        workers=settings.workers,
        blocking_threads=THREADS_PER_WORKER,
        http="1",
        http1_settings=HTTP1Settings(header_read_timeout=int(1_000 * HEADERS_S)),
        websockets=False,
        log_level="error",
        log_dictconfig=QUIET,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_S,
    )
    server._respawn_workers = Restarts(server, told)
    watch = threading.Thread(
        target=_watch, args=(settings, address, told, server.signal_handler_interrupt), daemon=True
    )
    server.on_startup(lambda: _begin(watch, follower))
    ended_well = True
    try:
        server.serve(target_loader=Loader(due, settings, counts_folder, mistakes), wrap_loader=False)
    except SystemExit as end:
        ended_well = not end.code
    if told.poll():
        kind, message, hint = told.recv()
        raise kind(message, hint)
    if not ended_well:
        raise Fault("The processes of the service keep ending; what stopped them stands above.")


def _begin(watch: threading.Thread, follower: Follower) -> None:
    """When the server has set its own signals, and has no workers yet."""
    if HANGUP is not None:
        signal.signal(HANGUP, lambda *_: follower.ask())
    watch.start()
    follower.start()


def _watch(settings: ServeSettings, address: str, told: Connection, stop: Callable[[], None]) -> None:
    """Say where the service is once it answers, or end it if a worker has told why it cannot."""
    while not told.poll(LOOK_S):
        if _answers(address, settings.port):
            _announce(settings, address)
            return
    stop()


def _answers(address: str, port: int) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=1.0)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(settings: ServeSettings, address: str) -> None:
    host = settings.host if is_loopback(settings.host) else address
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
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

"""Runs the application: its port, its processes, and how it starts and ends."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlwright.core.errors import Fault, MlwrightError, SettingsError
from mlwright.shipping.serving.reading import MOST_READING
from mlwright.shipping.serving.settings import LogSettings, ServiceSettings, is_loopback

if TYPE_CHECKING:
    from flask import Flask

THREADS_PER_WORKER = MOST_READING + 32
"""More than may wait for bodies, so that callers who send slowly do not keep all others waiting."""

DRAIN_S = 30
"""How long requests may take to be answered once the service was asked to end."""

LOOK_S = 0.05
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
    host: str = "127.0.0.1",
    port: int = 8080,
    workers: int = 1,
    token: str | None = None,
    log: LogSettings | None = None,
    behind_gate: bool = False,
    max_per_s: float | None = None,
    require_signature: str | None = None,
) -> None:
    """Answer over HTTP until a SIGTERM or SIGINT; requests in work at that moment are answered first.

    Parameters
    ----------
    bundle_path : path-like
        The folder of the bundle.
    host : str, default="127.0.0.1"
        The address to listen on; beyond this machine a token is needed.
    port : int, default=8080
        0 for any free one.
    workers : int, default=1
        Processes that answer, each computing in one thread at a time.
    token : str, optional
        ``env:NAME`` or ``file:PATH``: where the tokens are of which callers must send one.
    log : LogSettings, optional
        What is kept of what was asked and answered; default: nothing.
    behind_gate : bool, default=False
        Something in front lets only those through who may ask, so that no token is needed.
    max_per_s : float, optional
        More requests with a body are refused; default: as many as the machine bears.

    require_signature : str, optional
        A public key, its file, or ``env:NAME``: a bundle that its holder has not signed is refused.

    Raises
    ------
    SettingsError
        If the settings cannot be used, or the port is taken.
    BundleError
        If the bundle cannot be loaded.
    """
    settings = _settings(
        host=host,
        port=port,
        workers=workers,
        token=token,
        log=log or LogSettings(),
        behind_gate=behind_gate,
        max_per_s=max_per_s,
        require_signature=require_signature,
    )
    settings.tokens()
    address = _address(settings.host)
    settings = settings.model_copy(update={"port": _free_port(address, settings.port)})
    if settings.workers == 1:  # needs no place to write to, as in a container whose file system is read-only
        _run(Path(bundle_path), settings, address, None)
        return
    with tempfile.TemporaryDirectory(prefix="mlwright-serve-") as counts:
        _run(Path(bundle_path), settings, address, Path(counts))


@dataclass(frozen=True)
class Loader:
    """Loads the bundle inside a worker; what goes wrong is told to the first process, which ends the service.

    Parameters
    ----------
    bundle_path : Path
    settings : ServiceSettings
    counts_folder : Path or None
    mistakes : Connection
        Where to tell what went wrong.
    """

    bundle_path: Path
    settings: ServiceSettings
    counts_folder: Path | None
    mistakes: Connection

    def __call__(self) -> Flask:
        """The application."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # those of the first process came along, and would do nothing here
        os.environ.update(ONE_THREAD)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        from mlwright.scoring.bundle import Bundle
        from mlwright.scoring.signature import trusted_key
        from mlwright.shipping.serving.app import create_app

        try:
            bundle = Bundle.load(self.bundle_path, signed_by=trusted_key(self.settings.require_signature))
            return create_app(bundle, self.settings, counts_folder=self.counts_folder)
        except MlwrightError as error:
            self.mistakes.send((type(error), error.message, error.hint))
            raise SystemExit(error.exit_status) from None


def _end_with_parent() -> None:
    """End this worker when the first process is gone, however it went; else it would hold the port for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run(bundle_path: Path, settings: ServiceSettings, address: str, counts_folder: Path | None) -> None:
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
        websockets=False,
        log_level="error",
        log_dictconfig=QUIET,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_S,
    )
    watch = threading.Thread(
        target=_watch, args=(settings, address, told, server.signal_handler_interrupt), daemon=True
    )
    server.on_startup(watch.start)
    ended_well = True
    try:
        server.serve(target_loader=Loader(bundle_path, settings, counts_folder, mistakes), wrap_loader=False)
    except SystemExit as end:
        ended_well = not end.code
    if told.poll():
        kind, message, hint = told.recv()
        raise kind(message, hint)
    if not ended_well:
        raise Fault("The processes of the service keep ending; what stopped them stands above.")


def _watch(settings: ServiceSettings, address: str, told: Connection, stop: Callable[[], None]) -> None:
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


def _announce(settings: ServiceSettings, address: str) -> None:
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


def _settings(**given: Any) -> ServiceSettings:
    try:
        return ServiceSettings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{name} is not usable: {first['msg']} (found {first['input']!r}).", f"Mend {name}."
        ) from None


def _address(host: str) -> str:
    """The IP address of a host; IPv4 where it has both."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise SettingsError(
            f"There is no address of the name {host!r}.", "Use --host 127.0.0.1, or an address of this machine."
        ) from None
    addresses = [str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0] != socket.AF_INET)]
    return addresses[0]


def _free_port(address: str, port: int) -> int:
    """The port, or a free one for 0.

    The server lets several processes listen on one port, so without this look a second service would start on
    the port of the first and take half of its requests.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise _unusable_port(address, port, error) from None
        return int(probe.getsockname()[1])


def _unusable_port(address: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Port {port} of {address} is taken by another program.",
            f"mlwright serve MODEL --port {port + 1 if port < 65535 else 8080}   (or --port 0 for any free one)",
        )
    return SettingsError(
        f"Port {port} of {address} cannot be used ({error.strerror}).",
        "Use a port above 1023 and an address of this machine, such as --host 127.0.0.1 --port 8080.",
    )

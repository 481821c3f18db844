"""The service that answers on this machine in the background: the bundle that is due there, and its process.

Its folder holds the bundle that is due and the one before by their names (`in_use.json`), the lease that the process
holds while it lives, and what it says (`service.log`). ``mlwright serve FOLDER`` answers with what is due, and follows
it. Whether it runs is known by the lease alone, so that a number of a process that somebody else has by now means
nothing.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlwright.core.errors import DeploymentError, MlwrightError, SettingsError
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.core.store.exclusive import lock
from mlwright.records.bundle import Manifest
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST
from mlwright.shipping.in_use import FILE, LEASE, InUse, in_use_at, write_in_use
from mlwright.shipping.places import home_of
from mlwright.shipping.serving.lease import Holder, holder
from mlwright.shipping.serving.place import listening_socket
from mlwright.shipping.serving.succession import refuse_other_inputs

LOG, BUSY = "service.log", "busy"

READY_S, LOOK_S = 180.0, 0.1
END_S = 45.0
"""Longer than a service takes to answer what it was asked."""

SEEN_TIMES = 3
"""How often each of several processes is to be met, one behind the other, before all count as gone over."""

TOLD_LINES = 5
MOST_PORT = 65535

STARTED: list[subprocess.Popen[bytes]] = []
"""Services that this process has started: they outlive it, and one that ends before is not left as a zombie."""


class Background:
    """A service in the background, by its folder.

    Parameters
    ----------
    folder : Path
    port : int
        Where it is to listen; 0 for any free port.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.resolve()
        self.port = port

    @property
    def log(self) -> Path:
        """What the process says."""
        return self.folder / LOG

    def command(self, port: int) -> tuple[str, ...]:
        """What starts it."""
        return ("mlwright", "serve", str(self.folder), "--port", str(port))

    def due(self) -> InUse | None:
        """The bundle that is to answer."""
        return in_use_at(self.folder)

    def holder(self) -> Holder | None:
        """The process that answers, or is about to."""
        return holder(self.folder / LEASE)

    def answers(self) -> str | None:
        """The bundle that answers now, as the service says; None if none does."""
        running = self.holder()
        return _ready_with(running.url) if running and running.url else None

    def goes_over(self, bundle: Manifest) -> bool:
        """Whether the process that runs can answer with a bundle from its next request on, without being restarted."""
        running = self.holder()
        if running is None or running.port != self.port or Path(running.path) != self.folder / LEASE:
            return False
        due = self.due()
        try:
            refuse_other_inputs(bundle, _manifest(self.folder / due.folder) if due else bundle)
        except (MlwrightError, OSError, ValueError):
            return False
        return True

    def put(self, bundle: Bundle) -> None:
        """Let a bundle answer: the service that runs goes over to it, one that does not run is started.

        Raises
        ------
        DeploymentError
            If it does not get ready; what answered before answers again.
        """
        with self._changing():
            now = self.due()
            same = now is not None and now.bundle_id == bundle.bundle_id
            wanted = self._in_use(bundle).after(now.before if now and same else now)
            self._change(now, wanted, bundle.manifest)

    def swap(self) -> None:
        """Let the bundle before answer again.

        Raises
        ------
        DeploymentError
            If there is none, or it does not get ready; then what answered goes on.
        """
        with self._changing():
            now = self.due()
            if now is None or now.before is None:
                raise DeploymentError(f"No bundle was due in {self.folder} before.", "mlwright status")
            try:
                manifest = _manifest(self.folder / now.before.folder)
            except (OSError, ValueError):
                raise DeploymentError(
                    f"Bundle {now.before.bundle_id}, which answered before, lies no more in "
                    f"{(self.folder / now.before.folder).resolve()}: nothing was changed.",
                    "mlwright deploy PROJECT --to local   with the bundle that is to answer",
                ) from None
            wanted = now.before.model_copy(update={"port": self.port})
            self._change(now, wanted.after(now), manifest)

    def end(self) -> None:
        """End the service, when it has answered what it was asked; nothing is due there any more."""
        with self._changing():
            self._stop()
            (self.folder / FILE).unlink(missing_ok=True)

    def _change(self, now: InUse | None, wanted: InUse, manifest: Manifest) -> None:
        follows, running = self.goes_over(manifest), self.holder()
        if running is not None and running.port != wanted.port:
            _see_free(wanted.port)
        write_in_use(self.folder, wanted)
        try:
            self._bring_up(wanted, follows=follows)
        except DeploymentError as error:
            raise DeploymentError(error.message, self._back_to(now, wanted, error.hint)) from None

    def _back_to(self, now: InUse | None, wanted: InUse, hint: str | None) -> str | None:
        """Let what answered before answer again; what to do next."""
        if now is None:
            (self.folder / FILE).unlink(missing_ok=True)
            return hint
        if now == wanted:
            return hint
        write_in_use(self.folder, now)
        try:
            self._bring_up(now, follows=self.holder() is not None)
        except DeploymentError:
            return hint
        return f"Bundle {now.bundle_id} answers as before. {hint or ''}".strip()

    def _bring_up(self, wanted: InUse, *, follows: bool) -> None:
        if not follows:
            self._stop()
        process = None if follows else self._start(wanted.port)
        ends, n_seen = time.monotonic() + READY_S, 0
        while time.monotonic() < ends:
            running = self.holder()
            if running is None and (process is None or process.poll() is not None):
                raise DeploymentError(f"The service ended: {self._said()}", self._remedy())
            if running is not None and running.url and _ready_with(running.url) == wanted.bundle_id:
                n_seen += 1
                if n_seen >= SEEN_TIMES * running.workers:
                    return
                continue
            n_seen = 0
            time.sleep(LOOK_S)
        raise DeploymentError(
            f"After {READY_S:.0f} s the service does not answer with bundle {wanted.bundle_id}: {self._said()}",
            f"All that it said is in {self.log}.",
        )

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        STARTED[:] = [process for process in STARTED if process.poll() is None]
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "wb") as said:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", *self.command(port)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )
        STARTED.append(process)
        return process

    def _stop(self) -> None:
        running = self.holder()
        if running is None:
            return
        if running.host != socket.gethostname():
            raise DeploymentError(
                f"The service of {self.folder} runs on the machine {running.host}, as process {running.pid}.",
                f"Type the same command there, or end it there:  kill {running.pid}",
            )
        for number, patience_s in ((signal.SIGTERM, END_S), (getattr(signal, "SIGKILL", signal.SIGTERM), END_S)):
            ends = time.monotonic() + patience_s
            _signal(running.pid, number)
            while time.monotonic() < ends:
                now = self.holder()
                if now is None or now.pid != running.pid:
                    return
                time.sleep(LOOK_S)
        raise DeploymentError(f"Process {running.pid}, which answers, does not end.", f"kill -9 {running.pid}")

    def _in_use(self, bundle: Bundle) -> InUse:
        folder, home = (
            os.path.relpath(path, self.folder) for path in (bundle.folder.resolve(), home_of(bundle.folder))
        )
        return InUse(bundle_id=bundle.bundle_id, folder=folder, home=home, port=self.port)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time; a second waits for the first."""
        with explain_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            file = open(self.folder / BUSY, "a+")
        with file:
            lock(file, wait=True)
            yield

    def _said(self) -> str:
        lines = self.log.read_text("utf-8", "replace").split("\n") if self.log.exists() else []
        told = [line.strip() for line in lines if line.strip() and not line.startswith("  -> ")]
        return " / ".join(told[-TOLD_LINES:]) or "it said nothing."

    def _remedy(self) -> str:
        return _other_port(self.port) if "is taken" in self._said() else f"All that it said is in {self.log}."


def _see_free(port: int) -> None:
    """See that a service that runs is not ended for the sake of a port that it would not get."""
    try:
        listening_socket("127.0.0.1", port).close()
    except SettingsError as error:
        raise DeploymentError(error.message, _other_port(port)) from None


def _other_port(port: int) -> str:
    return f"End what listens there, or choose another port:  --set port={port + 1 if port < MOST_PORT else 0}"


def _manifest(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def _ready_with(url: str) -> str | None:
    """The bundle that a service says it is ready with; no proxy is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/ready", timeout=10) as reply:
            return str(json.load(reply)["model"])
    except (OSError, ValueError, KeyError):
        return None


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it has just ended
        return
    except PermissionError:
        raise DeploymentError(f"Process {pid}, which answers, belongs to another user.", f"sudo kill {pid}") from None

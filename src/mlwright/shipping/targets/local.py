"""A service that runs on this machine."""

from __future__ import annotations

import shlex
import tomllib
from datetime import datetime
from pathlib import Path

from mlwright.core.errors import SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.background import MOST_PORT, Background
from mlwright.shipping.image import PORT, label
from mlwright.shipping.places import home_of
from mlwright.shipping.serving.lease import Holder
from mlwright.shipping.steps import Call, Plan
from mlwright.shipping.targets import IN_THE_PROJECT, SERVE_SETTINGS, State, Target


class Local(Target):
    """``mlwright serve`` in the background, which outlives the command and the terminal.

    It listens, asks for tokens and keeps its log as ``[serve]`` of the project says. A bundle that follows takes over
    from one request to the next; the process is restarted only where it must be: for another port, other inputs, or
    because the project was moved.

    Parameters
    ----------
    folder : Path, optional
        Of its files.
    port : int, optional
        0 for any free one; default: as ``[serve]`` of the project says, else 8080.
    """

    title = "a service on this machine"
    said = dict.fromkeys(SERVE_SETTINGS, IN_THE_PROJECT) | {"port": f"`--set port`, or {IN_THE_PROJECT}"}

    def __init__(self, *, folder: Path | None = None, port: int | None = None) -> None:
        super().__init__(folder=folder)
        self.port = port

    def plan(self, bundle: Bundle) -> Plan:
        """Let the service that runs go over to the bundle, or start one."""
        service = self._service(bundle)
        running = service.holder()
        if running is not None and service.goes_over(bundle.manifest):
            what = f"the service at {running.url} to answer with bundle {bundle.bundle_id}"
            step = Call("put it to use without dropping a request", what, lambda: service.put(bundle))
        else:
            why = "start it, and wait until it is ready" if running is None else "start it again, for it has to change"
            step = Call(
                why, f"this machine for  {shlex.join(service.command(service.port))}", lambda: service.put(bundle)
            )
        return Plan(service.folder, {}, (step,), _at(service, running), lambda: _at(service, service.holder()))

    def removal(self, bundle: Bundle) -> Plan:
        """End the service, when it has answered what it was asked."""
        service = self._service(bundle)
        running = service.holder()
        what = f"process {running.pid} to end" if running else "nobody, for it does not run"
        step = Call("end the service when it has answered all that it was asked", what, service.end)
        return Plan(service.folder, {}, (step,), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Let the bundle before answer again."""
        service = self._service(bundle)
        due = service.due()
        before = due.before.bundle_id if due and due.before else "before"
        what = f"the service of {service.folder} to answer with bundle {before}"
        step = Call("let the two change places", what, service.swap)
        return Plan(service.folder, {}, (step,), _at(service, service.holder()), lambda: _at(service, service.holder()))

    def state(self, bundle: Bundle) -> State:
        """What the service says of itself."""
        service = self._service(bundle)
        due, running = service.due(), service.holder()
        if due is None:
            return State(sentence=f"No service of {bundle.name} was started here.")
        now = service.answers()
        return State(
            bundles={due.bundle_id: 1.0},
            before=due.before and due.before.bundle_id,
            ready=now == due.bundle_id,
            address=running.url if running and running.url else _address(due.port),
            sentence=_told(service, due.bundle_id, running, now),
        )

    def _service(self, bundle: Bundle) -> Background:
        port = _said_port(home_of(bundle.folder)) if self.port is None else self.port
        if not 0 <= port <= MOST_PORT:
            raise SettingsError(f"There is no port {port}.", f"--set port=8080, from 0 (any free one) to {MOST_PORT}")
        home = home_of(bundle.folder) / "deploy" / "local" / label(bundle.name)
        return Background(self.folder or home, port)


def _said_port(home: Path) -> int:
    """Where the service of a project is to listen, as its file says."""
    try:
        said = tomllib.loads((home / "mlwright.toml").read_text("utf-8"))
    except (OSError, ValueError):  # a bundle of its own, or a file that is read, and refused, before it comes to this
        return PORT
    return int(said.get("serve", {}).get("port", PORT))


def _at(service: Background, running: Holder | None) -> str:
    return running.url if running and running.url and running.port == service.port else _address(service.port)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}" if port else "a free port of 127.0.0.1"


def _told(service: Background, due: str, running: Holder | None, now: str | None) -> str:
    where = f"what it says is in {service.log}"
    if running is None:
        return f"The service has ended, so bundle {due} does not answer; {where}. Deploying it again starts it."
    since = datetime.fromtimestamp(running.since).strftime("%Y-%m-%d %H:%M:%S")
    who = f"Process {running.pid}, started {since},"
    if now == due:
        return f"{who} answers with bundle {due}; {where}."
    if now is not None:
        return f"{who} answers with bundle {now} still, and not with {due}, which is due; {where}."
    return f"{who} does not answer yet; {where}."

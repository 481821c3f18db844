"""A container of Docker or Podman on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from mlwright.core.errors import DeploymentError
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import HASH_KEY, LOG, NOTHING_GIVEN, OPTIONS, STORES, Allowance, mib
from mlwright.shipping.containers import TOKEN, Place
from mlwright.shipping.image import PORT, USER, Recipe, build, default_image, engine, label
from mlwright.shipping.places import home_of
from mlwright.shipping.serving.settings import KEY_MIN_LENGTH
from mlwright.shipping.steps import Call, Command, Plan
from mlwright.shipping.targets import State, Target

STOP_S = 40
"""How long a container may take to end: what is in work, and what the log seals then."""

FOR_OWNER_AND_GROUP = 0o2750
"""Of a folder in which what is made belongs to its group, whoever makes it."""

GIVEN = f"import os; os.chown('{LOG}', {USER}, -1)"


class Docker(Target):
    """An image with the bundle and nothing but what answers, and one container of it on this machine.

    The image speaks every platform's protocol (SageMaker, Vertex AI, Azure, KServe, MLflow) and runs under any user,
    with a file system that is read-only. The container before is kept, stopped, and comes back if the new one does
    not get ready.

    Parameters
    ----------
    folder : Path, optional
    image : str, optional
        The name of the image.
    base : str, optional
        The image that it starts from, which has Python and pip.
    wheels : Path, optional
        A folder with all packages as wheels, for machines that reach no index.
    port : int
        On this machine.
    given : Allowance
        What the container is given; each field is an option. Its log is kept in a folder of this machine, from the
        project's on, or copied to a URL by way of a folder beside the files.
    """

    title = "a container on this machine"
    said = {
        **{name: f"`--set {option}`" for name, option in OPTIONS.items()},
        "port": "`--set port`",
        "token": f"the variable `{TOKEN}`",
        "log.hash_key": f"the variable `{HASH_KEY}`",
    }
    unsaid = {
        "host": "A container is published on this machine alone, at 127.0.0.1; let a proxy that speaks TLS pass it on.",
        "behind_gate": "Nothing stands in front of a container of this machine, so callers send a token.",
        "shadow": "An image holds one bundle; serve the other one beside it with `mlwright serve --shadow`.",
    }

    def __init__(
        self,
        *,
        folder: Path | None = None,
        image: str | None = None,
        base: str | None = None,
        wheels: Path | None = None,
        port: int = PORT,
        given: Allowance = NOTHING_GIVEN,
    ) -> None:
        super().__init__(folder=folder)
        self.image = image
        self.base = base
        self.wheels = wheels
        self.port = port
        self.given = given

    def plan(self, bundle: Bundle) -> Plan:
        """Build the image, prove the model in it, and put it in the place of the container before."""
        self.given.check(bundle)
        image, folder = self.image or default_image(bundle), self.place(bundle, "docker")
        place = Place(engine(), label(bundle.name))
        kept, hashed = self._kept(bundle), bool(self.given.log_hash)
        run = ("run", "--detach", "--name", place.name, *self._locked_up(), *self._given(kept), image)
        steps = (
            Call("let callers in by a token", f"whether {TOKEN} is set", _see_token),
            *((Call("hash what the log may not tell", f"whether {HASH_KEY} is set", _see_key),) if hashed else ()),
            *build(image, folder),
            *(() if kept is None else _make_writable(kept, place.program, image)),
            Call(
                "put it in the place of the container before, which comes back if the new one does not get ready",
                f"{place.program} for  {' '.join(run)}",
                lambda: place.put(bundle.bundle_id, run),
            ),
        )
        return Plan(folder, Recipe(self.base, self.wheels).files(bundle), steps, self._address())

    def removal(self, bundle: Bundle) -> Plan:
        """End the container and the one before; the image stays."""
        place = Place(engine(), label(bundle.name))
        steps = tuple(
            Command(why, (place.program, "rm", "--force", name), may_fail=True)
            for why, name in (
                ("end the container", place.name),
                ("remove the one before", place.before),
                ("remove what was cut off while they changed places", place.aside),
            )
        )
        return Plan(self.place(bundle, "docker"), {}, steps, "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Start the container before again in the place of the one that runs."""
        place = Place(engine(), label(bundle.name))
        step = Call("let the two change places", f"{place.program} for  start {place.before}", place.swap)
        return Plan(self.place(bundle, "docker"), {}, (step,), self._address())

    def state(self, bundle: Bundle) -> State:
        """What runs under the name of the project."""
        place = Place(engine(), label(bundle.name))
        now, before = place.holds(place.name), place.holds(place.before)
        if now is None:
            return State(before=before, sentence=f"There is no container {place.name}.")
        ready = place.is_ready()
        sentence = f"Container {place.name} holds bundle {now} and {'answers' if ready else 'does not answer'}."
        return State(bundles={now: 1.0}, before=before, ready=ready, address=self._address(), sentence=sentence)

    def _address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _kept(self, bundle: Bundle) -> Path | None:
        """The folder of this machine that the log is written to; None if there is none."""
        if not self.given.log:
            return None
        home = home_of(bundle.folder)
        if self.given.url:
            return home / "deploy" / "docker" / f"{label(bundle.name)}-log"
        return home / Path(self.given.log).expanduser()

    def _given(self, kept: Path | None) -> tuple[str, ...]:
        """What the container gets beside its image."""
        store = (self.given.url or "").partition("://")[0]
        return (
            *(f"--env={name}={value}" for name, value in self.given.variables().items()),
            *(f"--env={name}" for name in STORES.get(store, ())),
            *((f"--env={HASH_KEY}",) if self.given.log_hash else ()),
            *(() if kept is None else (f"--volume={kept}:{LOG}:z",)),
            *(() if self.given.memory is None else (f"--memory={mib(self.given.memory)}m",)),
        )

    def _locked_up(self) -> tuple[str, ...]:
        """A container that can write nowhere, become nobody else, and is published on this machine alone."""
        return (
            "--restart=unless-stopped",
            f"--stop-timeout={STOP_S}",
            "--read-only",
            "--tmpfs=/tmp",
            f"--user={USER}:{USER}",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            f"--publish=127.0.0.1:{self.port}:{PORT}",
            f"--env={TOKEN}",
        )


def _make_writable(kept: Path, program: str, image: str) -> tuple[Call, Command]:
    """Let the user of the container, and nobody else, write the log; who has deployed may read it."""
    alone = ("--rm", "--network=none", "--user=0:0", "--cap-drop=ALL", "--cap-add=CHOWN", "--entrypoint=python")
    return (
        Call("have a folder for the log", f"this machine for  {kept}", lambda: _make(kept)),
        Command(
            "let the container write its log there",
            (program, "run", *alone, f"--volume={kept}:{LOG}:z", image, "-c", GIVEN),
        ),
    )


def _make(kept: Path) -> None:
    with explain_disk_errors(kept):
        if not kept.is_dir():
            kept.mkdir(parents=True)
            kept.chmod(FOR_OWNER_AND_GROUP)


def _see_token() -> None:
    if not os.environ.get(TOKEN):
        raise DeploymentError(
            f"{TOKEN} holds no token, and callers must send one.", f"export {TOKEN}=$(openssl rand -hex 32)"
        )


def _see_key() -> None:
    if len(os.environ.get(HASH_KEY, "")) < KEY_MIN_LENGTH:
        raise DeploymentError(
            f"{HASH_KEY} holds no key of {KEY_MIN_LENGTH} characters, and the log is to hash by one.",
            f"export {HASH_KEY}=$(openssl rand -hex 32)   and keep it: with another one equal values get other hashes",
        )

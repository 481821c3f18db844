"""The container that answers under a name, and how another takes its place."""

from __future__ import annotations

import hmac
import json
import os
import subprocess
import time
from typing import Any

from mlwright.core.errors import DeploymentError
from mlwright.shipping.image import HEALTH, VERSION
from mlwright.shipping.steps import ask

READY_S, LOOK_S = 60, 0.2

TOKEN = "MLWRIGHT_TOKEN"  # noqa: S105  the name of a variable
ASKED = "mlwright.asked"
"""The label that says how a container was asked for."""


class Place:
    """The container that answers under a name, and the one before, stopped; while they change places, one is aside.

    Parameters
    ----------
    program : str
        Docker or Podman.
    name : str
    """

    def __init__(self, program: str, name: str) -> None:
        self.program = program
        self.name = name
        self.before = f"{name}-before"
        self.aside = f"{name}-aside"

    def put(self, bundle_id: str, run: tuple[str, ...]) -> None:
        """Run a new container under the name, unless the one there was asked for in the same way, with the same token.

        The one that answers is aside until the new one is ready, and comes back if that does not get so.
        """
        self._settle()
        asked = _seal(run)
        now = self.holds(self.name)
        if now == bundle_id and self._label(self.name, ASKED) == asked and self.is_ready():
            return
        if now is None:
            now = self.holds(self.aside)  # where that was cut off
        else:
            self._ask("rm", "--force", self.aside)
            self._ask("stop", self.name)
            self._ask("rename", self.name, self.aside)
        done = self._ask(run[0], f"--label={ASKED}={asked}", *run[1:])
        if done.returncode or not self._gets_ready():
            said = done.stderr or self._ask("logs", self.name).stderr
            self._ask("rm", "--force", self.name)
            again = now is not None and self._bring_back(self.aside) and self._gets_ready()
            raise DeploymentError(
                f"The new container {self.name} did not get ready: {said.strip()[-300:]}",
                "The container before answers again." if again else "Mend what it says, and deploy again.",
            )
        self._settle()

    def _settle(self) -> None:
        """Let the one that stands aside of another be the one before, or go where both hold the same bundle."""
        now, aside = self.holds(self.name), self.holds(self.aside)
        if now is None or aside is None:
            return
        if now == aside:
            self._ask("rm", "--force", self.aside)
        else:
            self._ask("rm", "--force", self.before)
            self._ask("rename", self.aside, self.before)

    def swap(self) -> None:
        """Let the container and the one before change places; where that was cut off, it goes on."""
        if self.holds(self.before) is None:
            self._back_from_aside()
            return
        if self.holds(self.name) is not None:
            self._ask("rm", "--force", self.aside)
            self._ask("stop", self.name)
            self._ask("rename", self.name, self.aside)
        self._bring_back(self.before)
        if not self._gets_ready():
            self._ask("stop", self.name)
            self._ask("rename", self.name, self.before)
            self._ask("rename", self.aside, self.name)
            self._ask("start", self.name)
            raise DeploymentError(f"The container before {self.name} does not get ready: nothing was changed.")
        self._ask("rename", self.aside, self.before)

    def _back_from_aside(self) -> None:
        """Let the one answer again that stood aside when putting a newer one in its place was cut off."""
        if self.holds(self.aside) is None:
            raise DeploymentError(f"There is no container before {self.name}.", "mlwright status")
        self._ask("rm", "--force", self.name)
        if not (self._bring_back(self.aside) and self._gets_ready()):
            raise DeploymentError(f"The container before {self.name} does not get ready.", "mlwright status")

    def holds(self, container: str) -> str | None:
        """The bundle in a container; None if there is no such container."""
        return self._label(container, VERSION)

    def _label(self, container: str, name: str) -> str | None:
        done = self._ask("inspect", "--type", "container", container)
        if done.returncode:
            return None
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return str(found[0]["Config"]["Labels"].get(name, "unknown"))

    def is_ready(self) -> bool:
        """Whether the model in the container answers its golden rows, as it says of itself."""
        return self._ask("exec", self.name, "python", "-c", HEALTH).returncode == 0

    def _gets_ready(self) -> bool:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.is_ready():
                return True
            if self._ask("inspect", "--format", "{{.State.Status}}", self.name).stdout.strip() == "exited":
                return False
            time.sleep(LOOK_S)
        return False

    def _bring_back(self, stopped: str) -> bool:
        """Start a stopped container under the name; whether that was possible."""
        self._ask("rename", stopped, self.name)
        return self._ask("start", self.name).returncode == 0

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return ask((self.program, *words), f"run {self.name}")


def _seal(run: tuple[str, ...]) -> str:
    """What tells whether a container would be run otherwise now; of what is secret nothing can be told from it."""
    key = os.environ.get(TOKEN, "").encode()
    handed_on = [os.environ.get(word.removeprefix("--env="), "") for word in run if word.startswith("--env=")]
    return hmac.digest(key, "\0".join([*run, *handed_on]).encode(), "sha256").hex()

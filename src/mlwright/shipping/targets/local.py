"""The machine that the project is on."""

from __future__ import annotations

from pathlib import Path

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import Target


class Local(Target):
    """The project folder itself: ``mlwright serve`` and ``mlwright predict`` take the champion from there.

    The bundle is loaded, so that every file is proved by its hash and the model by its golden rows.
    """

    title = "this machine"

    def deploy(self, bundle: Path) -> str:
        """Prove that the bundle answers here; returns its folder."""
        Bundle.load(bundle)
        return str(bundle)

"""An image that a place takes from a registry: its name, what it is built from, and how it comes there."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mlwright.core.errors import SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import Recipe, build, default_image, engine
from mlwright.shipping.steps import Command


class RegistryImage(NamedTuple):
    """The image of a bundle in a registry.

    Parameters
    ----------
    image : str or None
        Its name there.
    base : str or None
        The image that it starts from, which has Python and pip.
    wheels : Path or None
        A folder with all packages as wheels, for machines that reach no index.
    pushed : bool
        Whether it is in its registry already, so that none is built.
    """

    image: str | None = None
    base: str | None = None
    wheels: Path | None = None
    pushed: bool = False

    def name(self, bundle: Bundle) -> str:
        """Its name.

        Raises
        ------
        SettingsError
            If it is not that of a registry.
        """
        if not self.image or "/" not in self.image:
            raise SettingsError(
                "This place takes images from a registry, and none is named.",
                f"--image REGISTRY/{default_image(bundle)}",
            )
        return self.image

    def files(self, bundle: Bundle) -> dict[str, bytes]:
        """What it is built from; nothing where it is pushed already."""
        return {} if self.pushed else Recipe(self.base, self.wheels).files(bundle)

    def steps(self, bundle: Bundle, folder: Path) -> tuple[Command, ...]:
        """Build it, prove the model inside and push it; nothing where it is pushed already."""
        if self.pushed:
            return ()
        name = self.name(bundle)
        return (*build(name, folder), Command("push the image", (engine(), "push", name)))

"""The target family: where a bundle is put to use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from mlwright.core.family import Family


class Target(ABC):
    """A place where models answer.

    Putting the bundle there that was there before is how a deployment is undone.
    """

    title: ClassVar[str]

    @abstractmethod
    def deploy(self, bundle: Path) -> str:
        """Put the bundle in that folder to use, and return where it is.

        Doing it again with the same bundle changes nothing.

        Raises
        ------
        MlwrightError
            If it cannot be done; what was in use before stays in use.
        """


TARGETS: Family[Target] = Family("mlwright.shipping.targets", Target)

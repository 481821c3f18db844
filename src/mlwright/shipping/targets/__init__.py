"""The target family: where a bundle is put to use."""

from __future__ import annotations

import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.core.family import Family
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST

COMMAND_S = 1800
TOLD_LINES = 5


class Command(NamedTuple):
    """A program that is run.

    Parameters
    ----------
    why : str
        What it does, as a sentence without its end.
    words : tuple of str
    may_fail : bool
        Whether what follows is right whatever it says.
    """

    why: str
    words: tuple[str, ...]
    may_fail: bool = False


class Plan(NamedTuple):
    """What a deployment, or taking it back, will do; nothing is done by making it.

    Parameters
    ----------
    folder : Path
        Where the files go.
    files : mapping of str to bytes
        What is written, by the path in the folder.
    commands : tuple of Command
        What is run then, in order.
    address : str
        Where the model answers afterwards.
    """

    folder: Path
    files: Mapping[str, bytes]
    commands: tuple[Command, ...]
    address: str


class Target(ABC):
    """A place where models answer.

    Putting the bundle there that was there before is how a deployment is undone.

    Parameters
    ----------
    folder : Path, optional
        Where files for the place are written; default: ``deploy/`` in the project, or beside a bundle of its own.
    image : str, optional
        For places that run containers: the name of the image.
    """

    title: ClassVar[str]

    def __init__(self, folder: Path | None = None, image: str | None = None) -> None:
        self.folder = folder
        self.image = image

    @abstractmethod
    def plan(self, bundle: Bundle) -> Plan:
        """What putting a bundle to use will do.

        Raises
        ------
        MlwrightError
            If the options do not suffice.
        """

    @abstractmethod
    def removal(self, bundle: Bundle) -> Plan:
        """What taking it out of use will do; the files stay."""

    def deploy(self, bundle: Path) -> str:
        """Put the bundle in that folder to use, and return where it is.

        The bundle is loaded first, so that every file is proved by its hash and the model by its golden rows. Doing
        it again with the same bundle changes nothing.

        Raises
        ------
        MlwrightError
            If it cannot be done; what was in use before stays in use.
        """
        return carry_out(self.plan(Bundle.load(bundle)))

    def place(self, bundle: Bundle, name: str) -> Path:
        """The folder for the files of a place."""
        home = bundle.folder.parent
        home = home.parent if home.name == "bundles" else home
        return self.folder or home / "deploy" / name / bundle.bundle_id


TARGETS: Family[Target] = Family("mlwright.shipping.targets", Target)


def carry_out(plan: Plan) -> str:
    """Write the files and run the commands; returns the address.

    Raises
    ------
    DeploymentError
        If a program is not there, or says no.
    """
    if plan.files:
        write(plan)
    for command in plan.commands:
        _run(command)
    return plan.address


def write(plan: Plan) -> None:
    """Write the files of a plan; those of an earlier deployment in the same folder are replaced.

    Raises
    ------
    SettingsError
        If the folder holds something else.
    """
    known = plan.folder / ".mlwright-deploy"
    if plan.folder.exists() and any(plan.folder.iterdir()) and not known.exists():
        raise SettingsError(f"{plan.folder} is there already, and is no deployment.", "Name another folder with -o.")
    shutil.rmtree(plan.folder, ignore_errors=True)
    for name, content in {known.name: b"", **plan.files}.items():
        path = plan.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def bundle_files(bundle: Bundle) -> dict[str, bytes]:
    """All files of a bundle, by their path in it."""
    return {name: (bundle.folder / name).read_bytes() for name in (MANIFEST, *bundle.manifest.files)}


def label(name: str) -> str:
    """A project's name as places take it: small letters, digits and dashes.

    >>> label("Churn 2026: Riga")
    'churn-2026-riga'
    """
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(filter(None, plain.split("-")))[:50].strip("-") or "model"


def _run(command: Command) -> None:
    try:
        done = subprocess.run(command.words, capture_output=True, text=True, timeout=COMMAND_S)  # noqa: S603
    except FileNotFoundError:
        raise DeploymentError(
            f"The program {command.words[0]!r}, which would {command.why}, is not installed.",
            f"Install it, or run  {' '.join(command.words)}  where it is.",
        ) from None
    except subprocess.TimeoutExpired:
        raise DeploymentError(f"{command.words[0]} took longer than {COMMAND_S} s to {command.why}.") from None
    if done.returncode and not command.may_fail:
        said = " / ".join((done.stderr or done.stdout).strip().splitlines()[-TOLD_LINES:])
        raise DeploymentError(f"{command.words[0]} could not {command.why}: {said}", " ".join(command.words))

"""What a deployment will do, said before it is done."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from mlwright.core.errors import DeploymentError, SettingsError

COMMAND_S = 1800
TOLD_LINES = 5
LOG_LINE = re.compile(r"[EWI]\d{4} ")
"""How kubectl begins lines that are for its makers."""

MARK = ".mlwright-deploy"


class Step(ABC):
    """One thing that a plan does.

    Parameters
    ----------
    why : str
        What it does, as a clause that reads after "to".
    """

    why: str

    @abstractmethod
    def text(self) -> str:
        """What is done, as a person is told it beforehand; holds no secret."""

    @abstractmethod
    def do(self) -> None:
        """Do it; what is done already is not done again.

        Raises
        ------
        DeploymentError
            If a program or a platform is not there, or says no.
        """


class Command(Step):
    """A program that is run.

    Parameters
    ----------
    why : str
    words : tuple of str
    may_fail : bool
        Whether what follows is right whatever it says.
    remedy : str, optional
        What to do when it fails; default: to try the command by hand.
    """

    def __init__(self, why: str, words: tuple[str, ...], *, may_fail: bool = False, remedy: str | None = None) -> None:
        self.why = why
        self.words = words
        self.may_fail = may_fail
        self.remedy = remedy

    def text(self) -> str:
        """The command as a shell takes it."""
        return f"run    {shlex.join(self.words)}"

    def do(self) -> None:
        """Run it to its end."""
        done = ask(self.words, self.why)
        if done.returncode and not self.may_fail:
            lines = (done.stderr or done.stdout).strip().splitlines()
            plain = [line for line in lines if not LOG_LINE.match(line)] or lines
            said = " / ".join(plain[-TOLD_LINES:])
            hint = self.remedy or shlex.join(self.words)
            raise DeploymentError(f"{self.words[0]} could not {self.why}: {said}", hint)


class Call(Step):
    """A request to a platform, or several that belong together.

    Parameters
    ----------
    why : str
    what : str
        The request in a few words.
    work : callable
        Does it.
    """

    def __init__(self, why: str, what: str, work: Callable[[], object]) -> None:
        self.why = why
        self.what = what
        self.work = work

    def text(self) -> str:
        """The request."""
        return f"ask    {self.what}"

    def do(self) -> None:
        """Send it, and wait for what was asked."""
        self.work()


class Unless(Step):
    """A step that is left out where its work turns out to be done.

    Parameters
    ----------
    step : Step
    is_done : callable
        Asked when it comes to it.
    """

    def __init__(self, step: Step, is_done: Callable[[], bool]) -> None:
        self.why = step.why
        self.step = step
        self.is_done = is_done

    def text(self) -> str:
        """As the step."""
        return self.step.text()

    def do(self) -> None:
        """Ask, then do it or not."""
        if not self.is_done():
            self.step.do()


class Plan(NamedTuple):
    """What a deployment, or taking it back, will do; nothing is done by making it.

    Parameters
    ----------
    folder : Path
        Where the files go.
    files : mapping of str to bytes
        What is written, by the path in the folder.
    steps : tuple of Step
        What is done then, in order.
    address : str
        Where the model answers afterwards.
    found : callable, optional
        Says where, when all is done, if that is not known before.
    """

    folder: Path
    files: Mapping[str, bytes]
    steps: tuple[Step, ...]
    address: str
    found: Callable[[], str] | None = None


def carry_out(plan: Plan) -> str:
    """Write the files and take the steps; returns the address.

    Raises
    ------
    DeploymentError
        If a program or a platform is not there, or says no.
    """
    if plan.files:
        write(plan)
    for step in plan.steps:
        step.do()
    return plan.address if plan.found is None else plan.found()


def write(plan: Plan) -> None:
    """Write the files of a plan; those of an earlier deployment in the same folder are replaced.

    Raises
    ------
    SettingsError
        If the folder holds something else.
    """
    known = plan.folder / MARK
    if plan.folder.exists() and any(plan.folder.iterdir()) and not known.exists():
        raise SettingsError(f"{plan.folder} is there already, and is no deployment.", "Name another folder with -o.")
    shutil.rmtree(plan.folder, ignore_errors=True)
    for name, content in {known.name: b"", **plan.files}.items():
        path = plan.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def ask(words: tuple[str, ...], why: str) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said, whatever that was.

    Raises
    ------
    DeploymentError
        If it is not installed, or does not end.
    """
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_S)  # noqa: S603
    except FileNotFoundError:
        raise DeploymentError(
            f"The program {words[0]!r}, which would {why}, is not installed.",
            f"Install it, or run  {shlex.join(words)}  where it is.",
        ) from None
    except subprocess.TimeoutExpired:
        raise DeploymentError(f"{words[0]} took longer than {COMMAND_S} s to {why}.") from None

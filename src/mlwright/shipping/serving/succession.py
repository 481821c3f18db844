"""How a service that runs comes to another model: no request is dropped, and none sees half of two.

The first process looks after which bundle is due and tells the processes that answer, through memory that they share.
Each of those loads it beside the one that answers, proves it, and answers with it from the next request on; what is in
work is ended by the model that began it. A bundle that cannot be loaded, or has other inputs or classes, changes
nothing: the log says why.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Sequence
from ctypes import c_longlong
from multiprocessing.sharedctypes import RawArray, RawValue
from pathlib import Path
from typing import TYPE_CHECKING

from mlwright.core.errors import BundleError, MlwrightError
from mlwright.records.bundle import Manifest
from mlwright.scoring.folder import MANIFEST
from mlwright.shipping.serving.answered import Answered
from mlwright.shipping.serving.memory import loading
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.serving.front import Front

log = logging.getLogger("mlwright.serving")

LOOK_S = 0.25
"""How often the first process looks which bundle is due, and the others whether they were told of one."""

LONGEST_PATH = 4096


class Due:
    """Which bundle is due: written by the first process, read by those that answer.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._shared = RawArray("c", LONGEST_PATH + 16)  # without a lock, which a killed process would hold for ever
        self._held = RawValue(c_longlong)
        self.set(path)

    def set(self, path: Path) -> None:
        """Another one is due, or the same one again."""
        number = int(self._shared.value.partition(b" ")[0] or b"0") + 1
        self._shared.value = b"%d %s" % (number, os.fsencode(path))

    def get(self) -> tuple[int, Path]:
        """The bundle, and a number that grows whenever one is set."""
        said = self._shared.value
        while said != (again := self._shared.value):  # it was being written
            said = again
        number, _, path = said.partition(b" ")
        return int(number), Path(os.fsdecode(path))

    @property
    def held(self) -> int:
        """The number of the bundle that others are forked with; 0 where each loads for itself."""
        return int(self._held.value)

    @held.setter
    def held(self, number: int) -> None:
        self._held.value = number


class Follower:
    """In the first process: finds out which bundle is due.

    Parameters
    ----------
    due : Due
    current : callable
        The folder of the bundle that is due now.
    """

    def __init__(self, due: Due, current: Callable[[], Path]) -> None:
        self._due = due
        self._current = current
        self._asked = threading.Event()
        self._seen = _stamp(due.get()[1])

    def start(self) -> None:
        """Look from now on, in a thread."""
        threading.Thread(target=self._look_on, daemon=True).start()

    def ask(self) -> None:
        """Let the bundle that is due be loaded again, whatever it is."""
        self._asked.set()

    def _look_on(self) -> None:
        while True:
            asked = self._asked.wait(LOOK_S)
            self._asked.clear()
            try:
                path = self._current()
                stamp = _stamp(path)
            except (OSError, MlwrightError):  # it is being written, or was taken away: what answers goes on
                continue
            if asked or stamp != self._seen:
                self._seen = stamp
                self._due.set(path)


class Held:
    """In the process that those that answer are forked from: the bundle that is due, loaded.

    Parameters
    ----------
    due : Due
    load : callable
        Loads the bundle in a folder, and proves it.

    Attributes
    ----------
    number : int
        Of that bundle; see `Due`.
    bundle : Bundle
        That which is due, or was before, if it could not be followed: who is forked with it tries for itself then.
    """

    def __init__(self, due: Due, load: Callable[[Path], Bundle]) -> None:
        self._due, self._load = due, load
        self.number, path = due.get()
        self._seen = self.number
        with loading():
            self.bundle = load(path)

    def share(self, *, is_shared: bool) -> None:
        """Say whether others are forked with it from now on."""
        self._due.held = self.number if is_shared else 0

    def look(self) -> None:
        """Load what is due now."""
        number, path = self._due.get()
        if number == self._seen:
            return
        self._seen = number
        try:
            with loading():
                new = self._load(path)
                refuse_other_inputs(new.manifest, self.bundle.manifest)
                self.number, self.bundle = number, new
                del new
        except Exception as error:  # noqa: BLE001  as in `Switch`
            log.error("the process that others are forked from keeps the model that it has: %s", in_words(error))


class Switch:
    """What answers in a process; another one can take its place.

    Parameters
    ----------
    due : Due
    load : callable
        Loads the bundle in a folder, and proves it.
    made : callable
        From a bundle, and what answered before it or None, to what answers.
    held : Held, optional
        What was loaded before this process was forked.
    succeed : callable, optional
        Told once when a process in the place of this one would share the memory of what it has loaded for itself;
        default: it stays.
    """

    def __init__(
        self,
        due: Due,
        load: Callable[[Path], Bundle],
        made: Callable[[Bundle, Front | None], Front],
        held: Held | None = None,
        succeed: Callable[[], None] | None = None,
    ) -> None:
        self._due, self._load, self._made, self._succeed = due, load, made, succeed
        self._is_own = held is None
        if held is not None:
            self._number, self._front = held.number, made(held.bundle, None)
            gc.freeze()  # nothing is collected or thawed before that: it would write to what is shared
        else:
            self._number, path = due.get()
            with loading():
                self._front = made(load(path), None)
        threading.Thread(target=self._look_on, daemon=True).start()

    def answers(self, environs: Sequence[WSGIEnvironment]) -> list[Answered | None]:
        """Answer requests that wait at the same moment, all with the same bundle."""
        return self._front.answers(environs)

    def refused(self, refusal: Refusal) -> None:
        """Count what is refused before it is known what it asks for."""
        self._front.service.counters.add("refusals_total", refusal.reason)

    def _look_on(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(LOOK_S):
            number, path = self._due.get()
            if number != self._number:
                self._number = number
                self._change_to(path)
            elif self._succeed is not None and self._is_own and self._due.held == number:
                self._is_own = False
                self._succeed()

    def _change_to(self, path: Path) -> None:
        try:
            with loading():
                self._front = self._made(self._load(path), self._front)
            self._is_own = True
        except Exception as error:  # noqa: BLE001  whatever is wrong with the new one, the old one must go on
            log.error("the service goes on with the model that it has: %s", in_words(error))
        else:
            log.warning("the service answers with the bundle in %s now", path)


def in_words(error: Exception) -> str:
    """What is wrong with a bundle."""
    return f"{error.message} {error.hint}" if isinstance(error, MlwrightError) else repr(error)


def refuse_other_inputs(new: Manifest, old: Manifest) -> None:
    """See that callers need not notice that one bundle follows another.

    Raises
    ------
    BundleError
        If they would: it has other inputs, or answers something else, or tells its classes in another order, which
        those rely on that read probabilities by place.
    """

    def shape(manifest: Manifest) -> dict[str, object]:
        inputs = sorted((item.name, item.kind) for item in manifest.inputs)
        classes = sorted(manifest.model.classes)
        return {
            "inputs": inputs,
            "target": manifest.target,
            "classes": classes,
            "order of classes": manifest.model.classes,
        }

    there, here = shape(old), shape(new)
    differing = [what for what in there if there[what] != here[what]]
    if "classes" in differing:
        differing.remove("order of classes")
    if differing:
        raise BundleError(
            f"Bundle {new.bundle_id} has not the {' and '.join(differing)} of bundle {old.bundle_id}, which answers.",
            "Its callers would have to change: start a service of its own for it.",
        )


def _stamp(path: Path) -> tuple[Path, int, int, int]:
    """What differs when a bundle is another one, or was written anew."""
    state = (path / MANIFEST).stat()
    return path, state.st_mtime_ns, state.st_ino, state.st_size

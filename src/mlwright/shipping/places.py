"""What was put to use elsewhere by hand, place by place: so that it can be told and taken back from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlwright.core.errors import DeploymentError, MlwrightError
from mlwright.core.record import Record
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.core.store.exclusive import lock
from mlwright.core.store.journal import Event
from mlwright.core.store.ledger import Ledger

FILE, BUSY = "places.jsonl", "busy"


class Placed(Record):
    """A bundle that was put to use at a place.

    Parameters
    ----------
    target : str
        Member of the family of places.
    options : dict
        What the place was given.
    bundle_id : str
    since : float
        Seconds since 1970.
    """

    target: str
    options: dict[str, Any]
    bundle_id: str
    since: float


class Places:
    """The journal of what was put where, beside the files for the places.

    Parameters
    ----------
    home : Path
        The project, or the folder in which a bundle of its own lies.
    """

    def __init__(self, home: Path) -> None:
        self.journal = Ledger(home / "deploy" / FILE)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold what is put where: one command at a time changes it.

        Raises
        ------
        DeploymentError
            If another one does.
        """
        folder = self.journal.path.parent
        with explain_disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            file = open(folder / BUSY, "a+")
        with file:
            try:
                lock(file)
            except OSError:
                raise DeploymentError(
                    f"Another command changes just now what is put to use from {folder.parent}.",
                    "Wait until it has ended, and type this again.",
                ) from None
            yield

    @contextmanager
    def putting(self, target: str, options: Mapping[str, Any], bundle_id: str) -> Iterator[None]:
        """Note that a bundle is carried there, and once it is; what is cut off in between is known as such."""
        plain = {name: str(value) for name, value in options.items()}
        now, fields = self.at(target)[-1:], {"target": target, "options": plain, "bundle_id": bundle_id}
        is_new = not now or (now[0].bundle_id, now[0].options) != (bundle_id, plain)
        if is_new:
            self.journal.append("begun", **fields)
        try:
            yield
        except MlwrightError:
            if is_new:
                self.journal.append("refused", target=target)
            raise
        if is_new or self.unfinished(target):
            self.journal.append("deployed", **fields)

    def keep(self, target: str) -> None:
        """What was begun there is no more to come; what answered before does."""
        self.journal.append("refused", target=target)

    def take_back(self, target: str) -> None:
        """The one before answers there again."""
        self.journal.append("undone", target=target)

    def remove(self, target: str) -> None:
        """Nothing answers there any more."""
        if self.at(target) or self.unfinished(target):
            self.journal.append("removed", target=target)

    def at(self, target: str) -> list[Placed]:
        """What answers at a place, last, behind those that undoing would bring back one after the other."""
        return self._reigns().get(target, [])

    def unfinished(self, target: str) -> Placed | None:
        """What was begun to be carried there and has not come to its end."""
        begun = None
        for event in self.journal:
            if event["target"] == target:
                begun = _placed(event) if event["event"] == "begun" else None
        return begun

    def now(self) -> list[Placed]:
        """What answers, or was begun to be carried there, at each place; the latest change last."""
        reigns = self._reigns()
        latest = [self.unfinished(target) or (reign[-1] if reign else None) for target, reign in reigns.items()]
        return sorted((one for one in latest if one), key=lambda one: one.since)

    def _reigns(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for event in self.journal:
            reign = found.setdefault(event["target"], [])
            if event["event"] in ("begun", "refused"):
                continue
            if event["event"] == "deployed":
                reign.append(_placed(event))
            elif event["event"] == "undone":
                del reign[-1:]
                reign[-1:] = [one.model_copy(update={"since": event["t"]}) for one in reign[-1:]]
            else:
                reign.clear()
        return found


def _placed(event: Event) -> Placed:
    return Placed(**{name: event[name] for name in ("target", "options", "bundle_id")}, since=event["t"])


def home_of(folder: Path) -> Path:
    """The project of a bundle's folder, or the folder in which a bundle of its own lies."""
    home = folder.resolve().parent
    return home.parent if home.name == "bundles" else home

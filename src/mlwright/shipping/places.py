"""What was put to use elsewhere by hand, place by place: so that it can be told and taken back from here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlwright.core.record import Record
from mlwright.core.store.ledger import Ledger

FILE = "places.jsonl"


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

    def put(self, target: str, options: Mapping[str, Any], bundle_id: str) -> None:
        """A bundle answers there now; doing the same again writes nothing."""
        plain = {name: str(value) for name, value in options.items()}
        now = self.at(target)
        if not now or (now[-1].bundle_id, now[-1].options) != (bundle_id, plain):
            self.journal.append("deployed", target=target, options=plain, bundle_id=bundle_id)

    def take_back(self, target: str) -> None:
        """The one before answers there again."""
        self.journal.append("undone", target=target)

    def remove(self, target: str) -> None:
        """Nothing answers there any more."""
        if self.at(target):
            self.journal.append("removed", target=target)

    def at(self, target: str) -> list[Placed]:
        """What answers at a place, last, behind those that undoing would bring back one after the other."""
        return self._reigns().get(target, [])

    def now(self) -> list[Placed]:
        """What answers at each place, the latest change last."""
        return sorted((reign[-1] for reign in self._reigns().values() if reign), key=lambda one: one.since)

    def _reigns(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for event in self.journal:
            reign = found.setdefault(event["target"], [])
            if event["event"] == "deployed":
                fields = {name: event[name] for name in ("target", "options", "bundle_id")}
                reign.append(Placed(**fields, since=event["t"]))
            elif event["event"] == "undone":
                del reign[-1:]
                reign[-1:] = [one.model_copy(update={"since": event["t"]}) for one in reign[-1:]]
            else:
                reign.clear()
        return found


def home_of(folder: Path) -> Path:
    """The project of a bundle's folder, or the folder in which a bundle of its own lies."""
    home = folder.resolve().parent
    return home.parent if home.name == "bundles" else home

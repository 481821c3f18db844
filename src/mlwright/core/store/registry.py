"""Which bundle is in use: a ledger of who became champion when, put there by whom and why.

Nothing is ever deleted: who is champion now, who was before and who was on a date are replays of the journal.
"""

from __future__ import annotations

import getpass
import os
from datetime import datetime
from pathlib import Path

from mlwright.core.errors import NothingToShow
from mlwright.core.record import Record
from mlwright.core.store.ledger import Ledger


class Champion(Record):
    """A bundle that is, or was, in use.

    Parameters
    ----------
    bundle_id : str
    manifest : str
        Blob: the bundle's manifest, which names the blobs of all its other files.
    run_id : str
        The run that put it there.
    verdict : str
        What that run decided.
    target : str
        Where it was put.
    why : str
    by : str
        The user's name on this machine.
    since : float
        Seconds since 1970.
    """

    bundle_id: str
    manifest: str
    run_id: str
    verdict: str
    target: str
    why: str
    by: str
    since: float

    @property
    def since_text(self) -> str:
        """When it became champion, in local time."""
        return datetime.fromtimestamp(self.since).strftime("%Y-%m-%d %H:%M:%S")


class Registry:
    """The champions of a project.

    Parameters
    ----------
    path : Path
        The journal's file; made at the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.journal = Ledger(path)

    def crown(
        self, *, bundle_id: str, manifest: str, run_id: str, verdict: str, target: str, why: str, by: str | None = None
    ) -> Champion:
        """Make a bundle the champion; one that is champion already stays so, and nothing is written.

        Parameters
        ----------
        bundle_id, manifest, run_id, verdict, target, why : str
            See `Champion`.
        by : str, optional
            Default: the user's name on this machine.
        """
        now = self.now()
        if now is not None and now.bundle_id == bundle_id:
            return now
        fields = {"bundle_id": bundle_id, "manifest": manifest, "run_id": run_id, "verdict": verdict}
        self.journal.append("crowned", **fields, target=target, why=why, by=by or user_name())
        champion = self.now()
        assert champion is not None
        return champion

    def undo(self, why: str = "", by: str | None = None) -> Champion:
        """Make the champion before the champion again, and return it.

        Raises
        ------
        NothingToShow
            If there has been none before.
        """
        reign = self.reign()
        if len(reign) < 2:
            raise NothingToShow(
                f"There is no champion before {reign[-1].bundle_id}." if reign else "No bundle is in use yet.",
                "mlwright status",
            )
        self.journal.append("undone", bundle_id=reign[-1].bundle_id, why=why, by=by or user_name())
        return reign[-2]

    def now(self) -> Champion | None:
        """The champion, or None if no bundle is in use."""
        reign = self.reign()
        return reign[-1] if reign else None

    def before(self) -> Champion | None:
        """The champion that `undo` would bring back, or None."""
        reign = self.reign()
        return reign[-2] if len(reign) > 1 else None

    def on(self, moment: datetime) -> Champion | None:
        """The champion at a moment, or None."""
        reign = self.reign(until=moment.timestamp())
        return reign[-1] if reign else None

    def reign(self, until: float = float("inf")) -> list[Champion]:
        """The champion and those that `undo` would bring back one after the other, the champion last.

        An entry that undoes a bundle that is champion no more (two people had the same idea) changes nothing.
        """
        champions: list[Champion] = []
        for event in self.journal:
            if event["t"] > until:
                break
            if event["event"] == "crowned":
                fields = {name: event[name] for name in Champion.model_fields if name != "since"}
                champions.append(Champion(**fields, since=event["t"]))
            elif event["event"] == "undone" and champions and champions[-1].bundle_id == event["bundle_id"]:
                champions.pop()
                champions[-1:] = [champion.model_copy(update={"since": event["t"]}) for champion in champions[-1:]]
        return champions


def user_name() -> str:
    """The name of the user on this machine, or the number where there is no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"

"""Which bundle is in use, and which want to be: a ledger of who became champion when, put there by whom and why.

Nothing is ever deleted: who is champion now, who was before, who was on a date and who challenges are replays of the
journal.
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
    base : str
        The bundle as it was trained, where this one holds its answers touched up; else empty.
    """

    bundle_id: str
    manifest: str
    run_id: str
    verdict: str
    target: str
    why: str
    by: str
    since: float
    base: str = ""

    @property
    def trained(self) -> str:
        """The bundle as it was trained: itself, unless its answers were touched up."""
        return self.base or self.bundle_id

    @property
    def since_text(self) -> str:
        """When it became champion, in local time."""
        return datetime.fromtimestamp(self.since).strftime("%Y-%m-%d %H:%M:%S")


class Challenger(Record):
    """A bundle that is compared with the champion and waits for the verdict.

    Parameters
    ----------
    bundle_id, manifest, run_id, verdict, why, by : str
        As for a champion.
    since : float
        Seconds since 1970.
    """

    bundle_id: str
    manifest: str
    run_id: str
    verdict: str
    why: str
    by: str
    since: float


class Registry:
    """The champions and challengers of a project.

    Parameters
    ----------
    path : Path
        The journal's file; made at the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.journal = Ledger(path)

    def crown(
        self,
        *,
        bundle_id: str,
        manifest: str,
        run_id: str,
        verdict: str,
        target: str,
        why: str,
        by: str | None = None,
        base: str = "",
    ) -> Champion:
        """Make a bundle the champion; one that is champion already stays so, and nothing is written.

        Parameters
        ----------
        bundle_id, manifest, run_id, verdict, target, why, base : str
            See `Champion`.
        by : str, optional
            Default: the user's name on this machine.
        """
        now = self.now()
        if now is not None and now.bundle_id == bundle_id:
            return now
        fields = {"bundle_id": bundle_id, "manifest": manifest, "run_id": run_id, "verdict": verdict}
        of_base = {"base": base} if base else {}
        self.journal.append("crowned", **fields, target=target, why=why, by=by or user_name(), **of_base)
        champion = self.now()
        assert champion is not None
        return champion

    def undo(self, why: str = "", by: str | None = None, to: str | None = None) -> Champion:
        """Make a champion before the champion again, and return it.

        Parameters
        ----------
        why : str
        by : str, optional
            Default: the user's name on this machine.
        to : str, optional
            Which one; default: the one just before.

        Raises
        ------
        NothingToShow
            If there has been none before, or not that one.
        """
        found = self.earlier(to)
        place = {"to": found.bundle_id} if to is not None else {}
        now = self.reign()[-1]
        self.journal.append("undone", bundle_id=now.bundle_id, why=why, by=by or user_name(), **place)
        return found

    def earlier(self, bundle_id: str | None = None) -> Champion:
        """The champion that `undo` would bring back: that one, or the one just before.

        Raises
        ------
        NothingToShow
            If there is none.
        """
        reign = self.reign()
        if len(reign) < 2:
            raise NothingToShow(
                f"No bundle was in use before {reign[-1].bundle_id}." if reign else "No bundle is in use yet.",
                "mlwright status",
            )
        found = next((old for old in reversed(reign[:-1]) if bundle_id in (None, old.bundle_id)), None)
        if found is None:
            before = ", ".join(old.bundle_id for old in reversed(reign[:-1]))
            raise NothingToShow(f"Bundle {bundle_id} was not in use before {reign[-1].bundle_id}.", f"Before: {before}")
        return found

    def challenge(
        self, *, bundle_id: str, manifest: str, run_id: str, verdict: str, why: str, by: str | None = None
    ) -> None:
        """Let a bundle challenge the champion; nothing if it is champion, or its run has put it forward before."""
        now = self.now()
        known = any(e["event"] == "challenged" and e["run_id"] == run_id for e in self.journal)
        if known or (now is not None and now.bundle_id == bundle_id):
            return
        fields = {"bundle_id": bundle_id, "manifest": manifest, "run_id": run_id, "verdict": verdict}
        self.journal.append("challenged", **fields, why=why, by=by or user_name())

    def reject(self, bundle_id: str, why: str, by: str | None = None) -> Challenger:
        """Take a bundle out of those that challenge, and return it.

        Raises
        ------
        NothingToShow
            If it does not challenge.
        """
        challenger = self.challenger(bundle_id)
        self.journal.append("rejected", bundle_id=bundle_id, why=why, by=by or user_name())
        return challenger

    def challenger(self, bundle_id: str | None = None) -> Challenger:
        """One that challenges: that one, or the latest.

        Raises
        ------
        NothingToShow
            If it does not.
        """
        waiting = self.challengers()
        if not waiting:
            raise NothingToShow("No bundle challenges the one in use.", "mlwright challenger list")
        found = next((one for one in reversed(waiting) if bundle_id in (None, one.bundle_id)), None)
        if found is None:
            ids = ", ".join(one.bundle_id for one in waiting)
            raise NothingToShow(f"Bundle {bundle_id} does not challenge the one in use.", f"Those that do: {ids}")
        return found

    def challengers(self) -> list[Challenger]:
        """Those that wait for a verdict, the oldest first; a promotion ends the wait of the promoted one alone."""
        waiting: dict[str, Challenger] = {}
        for event in self.journal:
            if event["event"] == "challenged":
                fields = {name: event[name] for name in Challenger.model_fields if name != "since"}
                waiting[event["bundle_id"]] = Challenger(**fields, since=event["t"])
            elif event["event"] in ("crowned", "rejected"):
                waiting.pop(event["bundle_id"], None)
        return list(waiting.values())

    def now(self) -> Champion | None:
        """The champion, or None if no bundle is in use."""
        reign = self.reign()
        return reign[-1] if reign else None

    def trained(self) -> Champion | None:
        """The champion as it was trained: without what touched its answers up; None if no bundle is in use."""
        reign = self.reign()
        return next((old for old in reversed(reign) if old.bundle_id == reign[-1].trained), None)

    def before(self) -> Champion | None:
        """The latest champion, as it was trained, before the one in use was trained; None if there was none."""
        reign = self.reign()
        return next((old for old in reversed(reign) if not old.base and old.bundle_id != reign[-1].trained), None)

    def is_left_as_it_is(self, bundle_id: str, operator: str) -> bool:
        """Whether somebody else than the operator has taken touched-up answers of that bundle back."""
        touched = {e["bundle_id"] for e in self.journal if e["event"] == "crowned" and e.get("base") == bundle_id}
        return any(e["event"] == "undone" and e["bundle_id"] in touched and e["by"] != operator for e in self.journal)

    def on(self, moment: datetime) -> Champion | None:
        """The champion at a moment, or None."""
        reign = self.reign(until=moment.timestamp())
        return reign[-1] if reign else None

    def reign(self, until: float = float("inf")) -> list[Champion]:
        """The champion and those that `undo` would bring back one after the other, the champion last.

        An entry that undoes a bundle that is champion no more (two people had the same idea) changes nothing. What
        touches a bundle's answers up anew takes the place of what did so before: the way back leads to that bundle.
        """
        champions: list[Champion] = []
        for event in self.journal:
            if event["t"] > until:
                break
            if event["event"] == "crowned":
                fields = {name: event[name] for name in Champion.model_fields if name in event}
                new = Champion(**fields, since=event["t"])
                if new.base and champions and champions[-1].base == new.base:
                    champions.pop()
                champions.append(new)
            elif event["event"] == "undone" and champions and champions[-1].bundle_id == event["bundle_id"]:
                champions = champions[: _place_of(champions, event.get("to")) + 1]
                champions[-1:] = [champion.model_copy(update={"since": event["t"]}) for champion in champions[-1:]]
        return champions


def _place_of(champions: list[Champion], bundle_id: str | None) -> int:
    """Of the last of them with that name, or else of the last but one."""
    places = [place for place, one in enumerate(champions[:-1]) if one.bundle_id == bundle_id]
    return places[-1] if places else len(champions) - 2


def user_name() -> str:
    """The name of the user on this machine, or the number where there is no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"

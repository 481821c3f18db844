"""What the operator of a project has done: a replay of a sealed file that only grows.

Whatever takes long or changes something is noted under a key before it begins and once more when it is done. After a
kill the next operator finds what was begun, and goes on with the same run; what is done under a key is never done
again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from mlwright.core.store import Store
from mlwright.core.store.journal import Event
from mlwright.core.store.ledger import Ledger
from mlwright.running import next_id

FIRST_WAIT_S, LONGEST_WAIT_S = 60.0, 6 * 3600.0


class Diary:
    """The operator's file of a project.

    Parameters
    ----------
    store : Store
    now : callable
        The time, in seconds since 1970.
    """

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self.store = store
        self.now = now
        self.ledger = Ledger(store.folder / "operate.jsonl")
        self._read: list[Event] = []
        self._offset = 0

    def entries(self) -> list[Event]:
        """All entries, oldest first."""
        for event, offset in self.ledger.read_from(self._offset):
            self._read.append(event)
            self._offset = offset
        return self._read

    def events(self, kind: str) -> list[Event]:
        """All entries of a kind, oldest first."""
        return [event for event in self.entries() if event["event"] == kind]

    def last(self, kind: str) -> Event:
        """The last entry of a kind; an empty one before the first."""
        return next(iter(reversed(self.events(kind))), {})

    def note(self, kind: str, **fields: Any) -> Event:
        """Add an entry."""
        return self.ledger.append(kind, at=round(self.now(), 3), **fields)

    def begun(self, what: str, key: str) -> str | None:
        """The run under which something was begun, or None."""
        return next((e["run_id"] for e in self.events("begun") if (e["what"], e["key"]) == (what, key)), None)

    def is_done(self, what: str, key: str) -> bool:
        """Whether it has been done."""
        return any((event["what"], event["key"]) == (what, key) for event in self.events("done"))

    def unfinished(self, what: str) -> Event | None:
        """What was begun last, if it has not been done or given up."""
        begun = [event for event in self.events("begun") if event["what"] == what]
        ended = {(event["what"], event["key"]) for event in self.entries() if event["event"] in ("done", "given_up")}
        return begun[-1] if begun and (what, begun[-1]["key"]) not in ended else None

    def begin(self, what: str, key: str, **fields: Any) -> str:
        """Note that something begins, and return the name of its run: that of before if it was begun before."""
        run_id = self.begun(what, key)
        if run_id is None:
            run_id = self._reserved()
            self.note("begun", what=what, key=key, run_id=run_id, **fields)
        return run_id

    def end(self, what: str, key: str, **fields: Any) -> None:
        """Note that it is done."""
        if not self.is_done(what, key):
            self.note("done", what=what, key=key, **fields)

    def _reserved(self) -> str:
        """The name of a new run that nobody else takes; one that was taken when a kill came is taken again."""
        noted = {event["run_id"] for event in self.events("begun")}
        for run_id in self.store.run_ids():
            if run_id not in noted and not any(self.store.run_folder(run_id).iterdir()):
                return run_id
        while True:
            run_id = next_id(self.store)
            with suppress(FileExistsError):
                self.store.run_folder(run_id).mkdir(parents=True)
                return run_id

    def failures(self) -> int:
        """How often in a row it has failed, since it last went well."""
        count = 0
        for event in self.entries():
            if event["event"] == "failed":
                count += 1
            elif event["event"] == "well":
                count = 0
        return count

    def waits_until(self) -> float:
        """When it may be tried again after failures: one minute, two, four ..., at most six hours later."""
        failures = self.failures()
        if not failures:
            return 0.0
        return float(self.last("failed")["at"]) + min(FIRST_WAIT_S * 2.0 ** (failures - 1), LONGEST_WAIT_S)

    def compute_today_s(self) -> float:
        """Seconds of training that ended on this day, in local time."""
        today = datetime.fromtimestamp(self.now()).date()
        return sum(
            float(event.get("seconds", 0.0))
            for event in self.events("done")
            if event["what"] == "training" and datetime.fromtimestamp(event["at"]).date() == today
        )

    def begun_trainings(self) -> list[Event]:
        """Trainings that were begun, oldest first."""
        return [event for event in self.events("begun") if event["what"] == "training"]

    def looks_and_trainings(self) -> tuple[int, list[int]]:
        """How many looks brought outcomes, and how many of them there were at each training."""
        n_looks, trained = 0, []
        for event in self.entries():
            n_looks += event["event"] == "looked" and event.get("n_labelled", 0) > 0
            if event["event"] == "begun" and event["what"] == "training":
                trained.append(n_looks)
        return n_looks, trained

    def trainings(self) -> Iterator[Event]:
        """Trainings that have ended, oldest first."""
        return (event for event in self.events("done") if event["what"] == "training")

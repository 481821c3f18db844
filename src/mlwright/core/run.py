"""What a stage may ask of the outside: keep bytes, tell what happens, do many things once each, and the clock."""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from mlwright.core import interrupts
from mlwright.core.ahead import Ahead, Load
from mlwright.core.errors import RunCancelled
from mlwright.core.record import Record, digest
from mlwright.core.store import Store
from mlwright.core.store.journal import Event

I = TypeVar("I")  # noqa: E741  an item
R = TypeVar("R", bound=Record)

STOPPED = "Stopped by Ctrl-C; what was finished is kept."
CANCEL_LOOK_S = 0.2
AMPLE_S = 60.0
"""Seconds of a quiet machine that the later stages can spare from which on stages before them get their whole share."""
GRACE_S = 20.0
"""How long threads are waited for that were asked to end."""


class Clock:
    """The time that a run may take, and whether somebody has asked it to end.

    Cheap enough to be asked in every iteration of a fit, from any thread.

    Parameters
    ----------
    cancel_file : Path
        The run ends soon after this file appears.
    budget_s : float or None
        Seconds the whole run may take; None for no limit.
    spent_s : float
        Seconds that were spent before now, by earlier attempts and by starting up.
    """

    def __init__(self, cancel_file: Path, budget_s: float | None, spent_s: float = 0.0) -> None:
        self.cancel_file = cancel_file
        self.budget_s = budget_s
        self._began = time.monotonic() - spent_s
        self._looked = 0.0
        self._cancelled = False

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began, over all its attempts."""
        return time.monotonic() - self._began

    @property
    def left_s(self) -> float:
        """Seconds of the budget that are left, infinite without a budget."""
        return float("inf") if self.budget_s is None else self.budget_s - self.elapsed_s

    def cancelled(self) -> bool:
        """Whether somebody has asked the run to end; looks at the disk a few times a second at most."""
        now = time.monotonic()
        if not self._cancelled and now - self._looked > CANCEL_LOOK_S:
            self._looked = now
            self._cancelled = self.cancel_file.exists()
        return self._cancelled

    def cancel(self) -> None:
        """Ask the run to end, from within this process."""
        self._cancelled = True

    def check(self) -> None:
        """Raise `RunCancelled` if somebody has asked the run to end, from another terminal or by Ctrl-C."""
        if interrupts.asked():
            raise RunCancelled(STOPPED)
        if self.cancelled():
            raise RunCancelled("The run was cancelled.", "mlwright run --resume   (what was finished is kept)")


class Run:
    """One run of a pipeline, as its stages see it.

    Parameters
    ----------
    run_id : str
        The name of the run, unique in its project.
    store : Store
        Where blobs and results are kept.
    clock : Clock
        The run's time.
    seed : int
        What every random choice of the run starts from.
    n_jobs : int
        How many things may be done at the same time.
    fresh : bool
        Whether results that are kept already are passed over.
    is_apart : bool
        Whether what it makes is kept for itself alone, as its clock is another one than its settings say.
    listen : callable, optional
        Called with every event after it is in the journal.

    Attributes
    ----------
    opened : dict
        What a stage has read and those behind it ask too, by its digest; it ends with the process.
    """

    def __init__(
        self,
        run_id: str,
        store: Store,
        clock: Clock,
        *,
        seed: int = 0,
        n_jobs: int = 1,
        fresh: bool = False,
        is_apart: bool = False,
        listen: Callable[[Event], None] | None = None,
    ) -> None:
        self.run_id = run_id
        self.store = store
        self.clock = clock
        self.seed = seed
        self.n_jobs = n_jobs
        self.fresh = fresh
        self.is_apart = is_apart
        self.stage = ""
        self.stage_key = ""
        self.items_key = ""
        self.ahead = Ahead(lambda: self.clock.left_s)
        self.opened: dict[str, Any] = {}
        self._journal = store.journal(run_id)
        self._listen = listen
        self._telling = threading.Lock()

    def put(self, data: bytes) -> str:
        """Keep bytes and return the name of the blob."""
        return self.store.blobs.put(data)

    def get(self, blob: str) -> bytes:
        """The bytes of a blob."""
        return self.store.blobs.get(blob)

    def path(self, blob: str) -> Path:
        """The file of a blob, for libraries that read files; must not be changed."""
        return self.store.blobs.path(blob)

    def scratch(self) -> Path:
        """A folder for files in the making, on the same disk as the store."""
        return self.store.scratch(self.run_id)

    def seed_for(self, *names: object) -> int:
        """A seed of 32 bits for one purpose; the same names give the same seed in every run of the project."""
        return int(digest([self.seed, *map(str, names)])[:8], 16)

    def tell(self, kind: str, **fields: Any) -> None:
        """Write an event into the journal and to whoever listens."""
        with self._telling:
            event = self._journal.append(kind, stage=self.stage, **fields)
            if self._listen is not None:
                self._listen(event)

    def note(self, message: str) -> None:
        """Tell people what is going on, in a sentence."""
        self.tell("note", message=message)

    def time_is_up(self, share: float, load: Load) -> Callable[[], bool]:
        """Tells whether a share of what the later stages can spare has passed since now; never if none needs any time.

        What they can spare is little where the machine is busy: they need more of its seconds then. `load` is what is
        known of theirs before there is a model. Of less than a minute of a quiet machine the share is smaller, as the
        root of it: a model gains more by a second of ten than by one of a hundred.
        """
        is_free = self.clock.budget_s is None or not self.ahead.is_wanted
        spare_s = math.inf if is_free else self.ahead.spare_s(load)
        most_s = spare_s if is_free else share * spare_s * math.sqrt(min(self.ahead.quiet(spare_s) / AMPLE_S, 1.0))
        ends = time.monotonic() + most_s
        return lambda: time.monotonic() >= ends

    def each(
        self,
        items: Sequence[I],
        work: Callable[[I], R],
        *,
        kind: type[R],
        key: Callable[[I], Any],
        label: Callable[[I], str] = str,
        skip: Callable[[], bool] = lambda: False,
        n_jobs: int = 1,
    ) -> list[R | None]:
        """Do the work for every item once, keep each result, and return them in the order of the items.

        The only loop over expensive things. Per item: look for a cancel, take the kept result if there is one,
        else compute it and keep it; tell one ``item_done`` event either way. A result is kept under the stage's
        own key, without what only says what is made of all of them (`Settings.of_the_end`), and ``key(item)``, so
        that a run that was killed does nothing twice. What a run makes that is apart only it finds again.

        Parameters
        ----------
        items : sequence
            What to work on.
        work : callable
            Makes the record of one item; called from a thread if ``n_jobs > 1``.
        kind : type
            The record that `work` returns.
        key : callable
            JSON-like value that tells an item from all others of this stage.
        label : callable
            What people read while the item is in work.
        skip : callable
            Asked before each item that is not kept; once true, the item's result is None.
        n_jobs : int
            How many items may be in work at the same time (joblib threads, unless the user chose a backend).
        """
        names = [digest([self.items_key or self.stage_key, key(item)]) for item in items]
        own = [digest([name, self.run_id]) for name in names]
        results = [None if self.fresh else self._kept(pair, kind) for pair in zip(names, own, strict=True)]
        waiting = [place for place, result in enumerate(results) if result is None]
        for done, place in enumerate(sorted(set(range(len(items))) - set(waiting)), start=1):
            self._item_done(done, len(items), label(items[place]), reused=True, seconds=0.0)

        def attempt(place: int) -> tuple[int, R | None, float]:
            self.clock.check()
            if skip():
                return place, None, 0.0
            began = time.monotonic()
            return place, work(items[place]), time.monotonic() - began

        done = len(items) - len(waiting)
        with closing(_in_parallel(attempt, waiting, n_jobs, self.clock)) as attempts:
            for place, result, seconds in attempts:
                done += 1
                if result is not None:
                    self.store.keep((own if self.is_apart else names)[place], result)
                    results[place] = result
                    self._item_done(done, len(items), label(items[place]), reused=False, seconds=seconds)
        return results

    def _kept(self, names: Iterable[str], kind: type[R]) -> R | None:
        """What is kept under the first of some names that has something."""
        found = (self.store.kept(name, kind) for name in names)
        return next((one for one in found if one is not None), None)

    def _item_done(self, done: int, total: int, label: str, *, reused: bool, seconds: float) -> None:
        self.tell("item_done", done=done, total=total, label=label, reused=reused, seconds=round(seconds, 3))


class _InWork:
    """How many threads are at work now: a process that ends while native code runs in one of them would crash."""

    def __init__(self) -> None:
        self._n = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._n += 1

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._n -= 1
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> None:
        """Wait until none is, but no longer than this."""
        with self._changed:
            self._changed.wait_for(lambda: self._n == 0, timeout_s)


def _in_parallel(
    attempt: Callable[[int], tuple[int, R | None, float]], positions: list[int], n_jobs: int, clock: Clock
) -> Generator[tuple[int, R | None, float], None, None]:
    """Attempts as they finish; one after the other in this thread where that is enough.

    Who stops asking ends the run: threads that are at work are asked to end, and waited for.
    """
    if n_jobs == 1 or len(positions) < 2:
        yield from map(attempt, positions)
        return
    from joblib import Parallel, delayed

    in_work = _InWork()

    def counted(position: int) -> tuple[int, R | None, float]:
        with in_work:
            return attempt(position)

    warnings.filterwarnings("ignore", message=".*tasks which were still being processed", module="joblib")
    pool = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator_unordered", pre_dispatch=n_jobs)
    try:
        yield from pool(delayed(counted)(position) for position in positions)
    except BaseException:
        clock.cancel()
        in_work.wait(GRACE_S)
        raise

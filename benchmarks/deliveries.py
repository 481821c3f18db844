"""Deliveries: how often a sound one is blamed, and how often a fault is found and named.

Usage: python benchmarks/deliveries.py DATA_DIR [--half develop|final] [--seeds 101 102] [--only SET ...]
                                       [--kinds KIND ...] [--halves N] [--noise N] [--quick] [--check] [--tell]

DATA_DIR holds a folder a data set with a meta.json. A real table with sound companions (see companions.py) is cut in
two random halves, one the rows before and one the delivery, anew for each trial of sound ones; so are tables of noise
(`mlwright.testing.noise`). An **alarm** is a warning or a critical finding, that is a verdict other than "accept".
A fault is **found** if an alarm comes from a check that should see it and names the column that it is about. A
delivery that differs in what a model does not mind (order, delimiter, encoding, no target) must raise no alarm.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from companions import with_companions
from delivery_kinds import FAULTS, HARMLESS, Changed, Sound, as_csv
from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.pipeline import BUILD, Settings
from mlwright.receiving import promise_of_run, received
from mlwright.records.delivery import Delivery, Promise
from mlwright.records.settings import ContractSettings, WatchSettings
from mlwright.testing.noise import TASKS, WORLDS, noise
from recall import end, figures_of, loud, parser_of, sentences, sets_of, show_kinds
from seeding import Clean, Trial, clean_set

MOST_ROWS = 3_000
KINDS = FAULTS | HARMLESS


class Before:
    """Rows before, gone the way of any data until their contract."""

    def __init__(self, rows: pd.DataFrame, target: str, settings: dict[str, str], workspace: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=workspace))
        self.store = Store(self.folder / "store")
        (self.folder / "then.csv").write_bytes(as_csv(rows))
        sections = {"project": {"target": target}, "collect": {"source": str(self.folder / "then.csv"), **settings}}
        run = Run("deliveries", self.store, Clock(self.folder / "cancel", None))
        made = execute(BUILD, Settings.model_validate(sections).sections(), run, until="contract")
        self.promise: Promise = promise_of_run(made["contract"], made["profile"], made["collect"], None)

    def receive(self, data: bytes) -> Delivery:
        """What is said of a delivery; deliveries before it are known."""
        place = Path(tempfile.mkdtemp(dir=self.folder)) / "now.csv"
        place.write_bytes(data)
        return received(self.store, self.promise, (WatchSettings(source=str(place)), ContractSettings()))

    def forget(self) -> None:
        """Nothing was ever delivered."""
        shutil.rmtree(self.folder / "store" / "runs")


def halves(frame: pd.DataFrame, target: str, rng: np.random.Generator) -> Sound:
    """Two random halves, each in the order of the whole."""
    first = rng.random(len(frame)) < 0.5
    return Sound(frame[first].reset_index(drop=True), frame[~first].reset_index(drop=True), target)


def sound_trials(clean: Clean, name: str, n: int, seed: int, workspace: Path) -> Iterator[Trial]:
    """Halves of a real table, none of which is faulty."""
    for draw in range(n):
        rng = np.random.default_rng([seed, draw, zlib.crc32(name.encode())])
        pair = halves(with_companions(clean, rng).frame, clean.target, rng)
        yield _judged(Before(pair.then, clean.target, {}, workspace), as_csv(pair.now), (name, "sound"))


def noise_trials(n: int, seed: int, workspace: Path) -> Iterator[Trial]:
    """Halves of tables of noise."""
    worlds = [(world, task) for world in WORLDS for task in TASKS]
    for draw in range(n):
        world, task = worlds[draw % len(worlds)]
        drawn = noise(world, task, 1_000 * seed + draw)
        frame = pd.DataFrame(dict(drawn.columns))
        pair = halves(frame, "y", np.random.default_rng([seed, draw]))
        settings = {key: str(value) for key, value in drawn.settings.items()}
        yield _judged(Before(pair.then, "y", settings, workspace), as_csv(pair.now), (world, "noise"))


def seeded_trials(clean: Clean, name: str, kinds: list[str], seed: int, workspace: Path) -> Iterator[Trial]:
    """Every kind of difference between two halves of a real table."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    pair = halves(with_companions(clean, rng).frame, clean.target, rng)
    before = Before(pair.then, clean.target, {}, workspace)
    for kind in (kind for kind in kinds if kind in KINDS):
        changed = KINDS[kind](pair, np.random.default_rng([seed, zlib.crc32(f"{name} {kind}".encode())]))
        if changed is not None:
            yield _judged(before, changed.data, (name, kind), changed)
            before.forget()
    if "yesterday_again" in kinds:
        before.receive(as_csv(pair.now))
        again = Changed(as_csv(pair.now), frozenset({"delivered_again"}), "the whole")
        yield _judged(before, again.data, (name, "yesterday_again"), again)


def _judged(before: Before, data: bytes, called: tuple[str, str], changed: Changed | None = None) -> Trial:
    """Whether the fault was found; of a sound delivery, whether there was an alarm."""
    start = time.process_time()
    alarms = loud(before.receive(data).findings.findings)
    hits = alarms
    if changed is not None and changed.wanted:
        hits = [each for each in alarms if each.check in changed.wanted]
        hits = [each for each in hits if not changed.columns or set(each.columns) & set(changed.columns)]
    how = changed.how if changed else ""
    return Trial(*called, how, bool(hits), sentences(alarms), time.process_time() - start)


def show(done: list[Trial], *, tell: bool) -> dict[str, float]:
    """Print a row a kind, what was missed and the false alarms; the figures."""
    sound = [trial for trial in done if trial.kind in ("sound", "noise", *HARMLESS)]
    show_kinds(
        done, "alarms | which are", lambda kind, trials: "false alarms" if trials[0] in sound else "as they should be"
    )
    return figures_of([trial for trial in done if trial not in sound], sound, tell=tell)


def main() -> None:
    parser = parser_of(__doc__, [*KINDS, "yesterday_again"], [101], "two sets, few pairs")
    parser.add_argument("--halves", type=int, default=8, help="sound pairs of each table")
    parser.add_argument("--noise", type=int, default=200, help="sound pairs of tables of noise")
    options = parser.parse_args()
    if options.quick:
        options.halves, options.noise = 2, 8
    done = []
    with tempfile.TemporaryDirectory() as workspace:
        for name in sets_of(options):
            clean = clean_set(options.data, name, MOST_ROWS)
            for seed in options.seeds:
                done += seeded_trials(clean, name, options.kinds, seed, Path(workspace))
            done += sound_trials(clean, name, options.halves, options.seeds[0], Path(workspace))
            print(f"{name}: {sum(t.data == name for t in done)} deliveries", file=sys.stderr)
        done += noise_trials(options.noise, options.seeds[0], Path(workspace))
    end("deliveries", options, show(done, tell=options.tell))


if __name__ == "__main__":
    main()

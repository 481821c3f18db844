"""What AutoGluon says that its model is worth, on the draws of honesty.py, beside what is true of it.

It gets the same rows, in a process of its own and for some seconds, and answers the same other rows. What it says is
the validation score of the model that it chose, of rows that it set aside (or that its folds held out) and chose by.
It states no interval; how far off it is can still be held against two:

    its rows        what the rows of the validation score say by themselves: the interval that our statistics make of
                    them, as they do of the figure "held out"
    ours, test      the interval of our test figure of the same draw, as wide in relation to the figure
    ours, corrected that of our corrected figure
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from honesty_draws import PLAIN_REPLICATES, Draw, Told, keep, lines_of, parted
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.evaluation import Estimate
from mlwright.statistics.sampling import Draws, Sampling

WORKER = Path(__file__).with_name("honesty_autogluon.py")
OWN = ("test", "corrected", "held out")
WIDTHS = ("test", "corrected")
PATIENCE, START_S = 3.0, 120.0
"""A process is ended after so many times its seconds, and what starting, and answering, may take beside other work."""
N_BOOTSTRAPS = 2_000


class PeerDraw(NamedTuple):
    """What a peer said of one small table, or why it said nothing."""

    data: str
    rows: int
    seed: int
    peer: str
    seconds: float
    told: Told | None
    wall_s: float
    facts: dict[str, Any]
    failure: str = ""

    @property
    def of(self) -> tuple[str, int, int]:
        return self.data, self.rows, self.seed


@dataclass
class Line:
    """One figure over all draws of one size that a peer came through; size 0: over all.

    `too_good` is by how much less than the true loss was told, as a share of that, with an interval of 95 % of its
    mean; `worse` is the share of draws in which the truth is worse than told.
    """

    peer: str
    rows: int
    figure: str
    draws: int
    failed: int
    too_good: float
    too_good_mean: float
    low: float
    high: float
    worse: float
    off: float
    held: dict[str, float]


def asked(peer: str, frame: pd.DataFrame, meta: dict[str, Any], draw: Draw, options: argparse.Namespace) -> PeerDraw:
    """One small table given to a peer."""
    began = time.monotonic()
    told, facts, failure = None, {}, ""
    rows, rest = parted(frame, draw.rows, draw.seed)
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        rows.to_parquet(Path(folder) / "drawn.parquet", index=False)
        rest.drop(columns=meta["target"]).to_parquet(Path(folder) / "others.parquet", index=False)
        job = {key: meta[key] for key in ("target", "task")} | {"folder": folder, "preset": peer}
        job |= {"seconds": options.peer_seconds, "metric": metric_of(meta)}
        try:
            call([options.peer, str(WORKER), json.dumps(job)], PATIENCE * options.peer_seconds + START_S)
            told, facts = heard(Path(folder), rest[meta["target"]], metric_of(meta))
        except (ChildProcessError, TimeoutError, ValueError) as error:
            failure = str(error)
    wall_s = round(time.monotonic() - began, 1)
    return PeerDraw(*draw[:3], peer, options.peer_seconds, told, wall_s, facts, failure)


def metric_of(meta: dict[str, Any]) -> str:
    return "rmse" if meta["task"] == "regression" else "log_loss"


def call(command: Sequence[str], most_s: float) -> None:
    """Run to the end, or end it with all that it has started.

    Raises
    ------
    ChildProcessError
        With the last line that it told.
    TimeoutError
    """
    quiet = {"PYTHONWARNINGS": "ignore", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
    place = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | quiet
    with subprocess.Popen(
        command, env=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, process_group=0
    ) as process:
        try:
            said = process.communicate(timeout=most_s)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeoutError(f"not done after {most_s:.0f} s") from None
    if process.returncode:
        raise ChildProcessError((said.strip() or f"ended with {process.returncode}").splitlines()[-1][:300])


def heard(folder: Path, truth: pd.Series, metric: str) -> tuple[Told, dict[str, Any]]:
    """What the peer said, and what is true; rows of a class that it has not seen are left out.

    Raises
    ------
    ValueError
        If a figure is no number.
    """
    facts = json.loads((folder / "facts.json").read_text())
    with np.load(folder / "said.npz") as said:
        target = numbers(truth, facts.pop("classes"))
        known = np.isfinite(target)
        true = measured(metric, target[known], said["said"][known], PLAIN_REPLICATES)
        behind = measured(metric, said["target"], said["held_out"])
        facts["validated"] = len(said["target"])
    value = -facts.pop("score")
    if not np.isfinite([value, behind.value, true.value]).all():
        raise ValueError(f"told {value}, its rows say {behind.value}, true is {true.value}")
    facts["again"] = behind.value
    low, high = (value * end / behind.value for end in (behind.low, behind.high))
    return Told(low, value, high, true.value, (true.high - true.low) / 2), facts


def numbers(truth: pd.Series, classes: list[str] | None) -> np.ndarray:
    """The target as numbers, or as places among the classes; NaN is not known."""
    if classes is None:
        return truth.to_numpy(dtype=float)
    places = {name: place for place, name in enumerate(classes)}
    return truth.astype(str).map(places).to_numpy(dtype=float)


def measured(metric: str, target: np.ndarray, said: np.ndarray, *most: int) -> Estimate:
    """The metric with its interval."""
    prediction = said.reshape(len(said), -1).astype(float)
    draws = Draws(Sampling(len(target)), 0, *most)
    return yardstick(metric, target.astype(float), draws).estimate(Scored(prediction))


def peers_drawn(frame: pd.DataFrame, meta: dict[str, Any], own: Draw, options: argparse.Namespace) -> list[PeerDraw]:
    """What every peer says of one draw; what was kept is not asked again."""
    before = {(each.of, each.peer, each.seconds): each for each in kept_peers(options.keep)}
    found = []
    for peer in options.presets:
        one = before.get((own[:3], peer, options.peer_seconds))
        if one is None:
            one = asked(peer, frame, meta, own, options)
            keep(options.keep, one)
        found.append(one)
    return found


def kept_peers(file: Path | None) -> list[PeerDraw]:
    """What peers said in earlier calls."""
    found = [PeerDraw(**line) for line in lines_of(file) if "peer" in line]
    return [each._replace(told=each.told and Told(*each.told)) for each in found]


def lines(own: Sequence[Draw], found: Sequence[PeerDraw]) -> Iterator[Line]:
    """The figure of each peer, and ours of the very same draws, by size and over all."""
    ours = {each[:3]: each.told for each in own}
    for peer in dict.fromkeys(each.peer for each in found):
        for n_rows in [*dict.fromkeys(each.rows for each in found), 0]:
            asked_for = [each for each in found if each.peer == peer and n_rows in (0, each.rows)]
            through = [(each.told, ours[each.of]) for each in asked_for if each.told is not None]
            n_failed = len(asked_for) - len(through)
            yield from _lines(peer, n_rows, through, n_failed)


def _lines(peer: str, n_rows: int, through: list[tuple[Told, dict[str, Told]]], n_failed: int) -> Iterator[Line]:
    if through:
        yield line(peer, n_rows, peer, through, n_failed)
    for kind in OWN:
        pairs = [(told[kind], told) for _, told in through if kind in told]
        if pairs:
            yield line(peer, n_rows, f"ours, {kind}", pairs)


def line(peer: str, n_rows: int, figure: str, pairs: list[tuple[Told, dict[str, Told]]], n_failed: int = 0) -> Line:
    """One figure; `pairs` are what it said and our figures of the same draw."""
    too_good = np.array([1 - told.value / told.true for told, _ in pairs])
    means = np.random.default_rng(0).choice(too_good, (N_BOOTSTRAPS, len(too_good))).mean(axis=1)
    held = {"its own": float(np.mean([told.held for told, _ in pairs]))}
    for kind in WIDTHS:
        widths = [widened(told, ours[kind]).held for told, ours in pairs if kind in ours]
        held[kind] = float(np.mean(widths)) if widths else float("nan")
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return Line(
        peer=peer,
        rows=n_rows,
        figure=figure,
        draws=len(pairs),
        failed=n_failed,
        too_good=float(np.median(too_good)),
        too_good_mean=float(too_good.mean()),
        low=low,
        high=high,
        worse=float(np.mean(too_good > 0)),
        off=float(np.median(np.abs(too_good))),
        held=held,
    )


def widened(told: Told, ours: Told) -> Told:
    """A figure with an interval that is as wide in relation to it as ours is."""
    return told._replace(low=told.value * ours.low / ours.value, high=told.value * ours.high / ours.value)


def show(found: Sequence[Line]) -> None:
    print("| beside | rows | figure | draws (failed) | too good by: median, mean (95 %) | truth worse | off by, median "
          "| truth in its own interval | in that of our test | in that of our corrected |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for one in found:
        good = f"{one.too_good:+.1%}, {one.too_good_mean:+.1%} ({one.low:+.1%} to {one.high:+.1%})"
        held = " | ".join(f"{share:.1%}" for share in one.held.values())
        draws = f"{one.draws} ({one.failed})"
        told = f"{one.rows or 'all'} | {one.figure} | {draws} | {good} | {one.worse:.0%} | {one.off:.1%} | {held}"
        print(f"| {one.peer} | {told} |")


def remarks(found: Sequence[PeerDraw]) -> Iterator[str]:
    """How much each peer could try in its time, and what went wrong, draw by draw."""
    for peer in dict.fromkeys(each.peer for each in found):
        own = [each for each in found if each.peer == peer and each.facts]
        if own:
            models, wall_s = (np.quantile(of, [0.5, 0.0, 1.0]) for of in zip(*map(_effort, own), strict=True))
            versions = ", ".join(sorted({each.facts["version"] for each in own}))
            yield (
                f"{peer} of AutoGluon {versions}: {models[0]:.0f} models in the median ({models[1]:.0f} to "
                f"{models[2]:.0f}), {wall_s[0]:.0f} s for all ({wall_s[1]:.0f} to {wall_s[2]:.0f})"
            )
    yield from (f"{each.peer} on {each.rows} rows of {each.data}: {each.failure}" for each in found if each.failure)


def _effort(one: PeerDraw) -> tuple[int, float]:
    return one.facts["models"], one.wall_s


def lacking(python: str) -> str:
    """Why an interpreter cannot be asked; empty if it can."""
    look = (
        "import importlib.util as u, sys; sys.exit(not (u.find_spec('autogluon') and u.find_spec('autogluon.tabular')))"
    )
    try:
        found = subprocess.run([python, "-c", look], capture_output=True).returncode == 0
    except OSError as error:
        return f"{python}: {error.strerror}"
    return "" if found else f"{python} has no autogluon.tabular: pip install autogluon.tabular[all] there"

"""How often the interval that a run states holds what its model is really worth.

Usage: python benchmarks/honesty.py DATA_DIR [--only NAME ...] [--rows 300 1000 3000] [--draws 29] [--keep FILE]
                [--peer PYTHON [--presets medium_quality] [--peer-seconds 30] [--peer-draws N]] [--quick] [--check]

From a large table many small ones are drawn, as if somebody had collected no more than that. Each goes the way of a run
(a fifth set aside, candidates fitted on folds, an ensemble chosen, the test rows opened once), with a small count of
candidates. What the model is worth in truth is measured on rows of the large table that were not drawn; that is a
sample itself, so that its own error is allowed for: told is how often intervals of 95 % held that truth, and by how
much figures were off, in the standard errors that they state: below zero is too good. Where the other rows are few,
allowing for their error hides some of what is wrong with an interval; so beside it stands how often intervals held
what was measured, as if that were exact, and how often intervals would do so that are right.

    test            the figure on the rows that were set aside
    gain            the gain over the dummy on them
    corrected       the figure by the rows that the folds held out, corrected
    corrected gain  the gain over the dummy by them
    held out        the figure on these rows as it is, with its own interval

The sets take turns, so that what is there at any moment is a sample of the whole. With --keep every draw is added to a
file as a line of JSON; the next call reads it and goes on from there.

With ``--peer PYTHON``, the Python of an environment that has AutoGluon (``pip install autogluon.tabular[all]``), the
same rows are given to it too, and told is how far off the validation score of its model is, beside our figures of the
very same draws (`honesty_peer.py`). Its time is that of a clock: beside other work it needs more of it. So that draws
that are kept can be asked of it later, what it says is kept in the same file.

The corrections were developed on made-up tables and on phoneme, california_housing, bank_marketing and diamonds; the
data sets that are used here unless others are named are different ones.

DATA_DIR holds a folder a data set with a meta.json (name, target, task, main_file, read_csv).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import norm

import honesty_peer
from honesty_draws import Draw, draw, keep, kept, large_table
from mlwright.statistics.shares import wilson

LARGE = (
    "covertype_20k",
    "electricity_elec2",
    "telco_churn",
    "employee_salaries",
    "wine_quality",
    "stroke",
    "bike_sharing",
)
GOAL = (0.93, 0.97)
"""For each size of draws, and for what is promised."""
LEAST_DRAWS = 200
KINDS = ("test", "gain", "corrected", "corrected gain", "held out")
PROMISED = KINDS[:4]


@dataclass
class Cell:
    """One kind of figure over all draws of one size from one data set."""

    name: str
    rows: int
    kind: str
    draws: int
    covered: float
    low: float
    high: float
    if_exact: float
    right_if_exact: float
    bias_in_errors: float
    width_share: float


def cells(name: str, n_rows: int, found: list[Draw]) -> Iterator[Cell]:
    """One for each kind of figure."""
    for kind in KINDS:
        told = [each.told[kind] for each in found if kind in each.told and math.isfinite(each.told[kind].value)]
        if not told:
            continue
        halves = np.array([(one.high - one.low) / 2 for one in told])
        off = np.array([one.value - one.true for one in told])
        unsure = np.maximum([one.unsure for one in told], np.finfo(float).tiny)
        covered = float(np.mean([one.held for one in told]))
        sure = wilson(covered, len(told))
        stated = halves > 0
        yield Cell(
            name=name,
            rows=n_rows,
            kind=kind,
            draws=len(told),
            covered=covered,
            low=sure.low,
            high=sure.high,
            if_exact=float(np.mean([one.held_if_exact for one in told])),
            right_if_exact=float(np.mean(2 * norm.cdf(1.96 * halves / np.hypot(halves, unsure)) - 1)),
            bias_in_errors=float(np.mean(off[stated] / halves[stated]) * 1.96),
            width_share=float(np.nanmedian(halves / np.abs([one.true for one in told]))),
        )


def summary(found: list[Draw]) -> list[Cell]:
    """By data set and size, by size over all sets, and over all."""
    rows: list[Cell] = []
    for n_rows in dict.fromkeys(each.rows for each in found):
        of_size = [each for each in found if each.rows == n_rows]
        for name in dict.fromkeys(each.data for each in of_size):
            rows += cells(name, n_rows, [each for each in of_size if each.data == name])
        rows += cells("all", n_rows, of_size)
    return [*rows, *cells("all", 0, found)]


def show(rows: list[Cell]) -> None:
    print("| data | rows | figure | draws | held the truth | if that is exact (right ones) | off, in errors "
          "| half width, median |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for cell in rows:
        held = f"{cell.covered:.1%} ({cell.low:.1%} to {cell.high:.1%})"
        exact = f"{cell.if_exact:.1%} ({cell.right_if_exact:.1%})"
        figures = f"{held} | {exact} | {cell.bias_in_errors:+.2f} | {cell.width_share:.1%}"
        print(f"| {cell.name} | {cell.rows or 'all'} | {cell.kind} | {cell.draws} | {figures} |")


def drawn(options: argparse.Namespace) -> tuple[list[Draw], list[honesty_peer.PeerDraw]]:
    """All draws that are asked for, the sets and sizes in turns; those that were kept are not drawn again."""
    tables = [large_table(options.data / name) for name in options.only]
    before = {each[:3]: each for each in kept(options.keep)}
    found, peers = list[Draw](), list[honesty_peer.PeerDraw]()
    for seed in range(options.first, options.first + options.draws):
        for n_rows in options.rows:
            for frame, meta in tables:
                one = before.get((meta["name"], n_rows, seed))
                if one is None:
                    one = draw(frame, meta, n_rows, seed, options)
                    keep(options.keep, one)
                found.append(one)
                if options.peer and seed - options.first < options.peer_draws:
                    peers += honesty_peer.peers_drawn(frame, meta, one, options)
        print(f"seed {seed}: {overall(summary(found))}", flush=True)
    return found, peers


def overall(rows: list[Cell]) -> dict[str, float]:
    """How often each kind of figure held the truth, over all draws."""
    return {cell.kind: round(cell.covered, 4) for cell in rows if not cell.rows}


def missed(rows: list[Cell]) -> list[str]:
    """Which goals were missed, as sentences; each size has to reach them by itself."""
    found = []
    for cell in rows:
        if cell.name != "all" or not cell.rows or cell.kind not in PROMISED:
            continue
        what = f"{cell.kind} of {cell.rows} rows"
        found += [f"{what}: {cell.draws} draws of {LEAST_DRAWS}"] if cell.draws < LEAST_DRAWS else []
        found += [f"{what}: held in {cell.covered:.1%}"] if not GOAL[0] <= cell.covered <= GOAL[1] else []
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=LARGE)
    parser.add_argument("--rows", nargs="*", type=int, default=[300, 1000, 3000])
    parser.add_argument("--draws", type=int, default=29, help="from each data set and of each size")
    parser.add_argument("--test-share", type=float, default=0.2, help="with 0 figures rest on held-out rows alone")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--candidates", type=int, default=3)
    parser.add_argument("--families", nargs="*", default=["linear", "lightgbm"])
    parser.add_argument("--keep", type=Path, help="a file that draws are added to, and read from by the next call")
    parser.add_argument("--scratch", type=Path, help="where the small projects lie, such as a folder in memory")
    parser.add_argument("--peer", help="the Python of an environment that has AutoGluon: it is asked as well")
    parser.add_argument(
        "--presets", nargs="*", default=["medium_quality"], help="of AutoGluon; see honesty_autogluon.py"
    )
    parser.add_argument("--peer-seconds", type=float, default=30.0, help="the time limit that AutoGluon is told")
    parser.add_argument("--peer-draws", type=int, default=math.inf, help="it gets no more from each set and size")
    parser.add_argument(
        "--quick", action="store_true", help="two data sets, 300 rows, 6 draws; one of them for AutoGluon"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 if intervals hold too rarely or too often")
    options = parser.parse_args()
    if options.peer and (why := honesty_peer.lacking(options.peer)):
        parser.error(f"--peer {why}")
    if options.quick:
        options.only, options.rows, options.draws = options.only[1:3], [300], 6
        options.peer_draws, options.peer_seconds = 1, 5.0
    began = time.process_time()
    found, peers = drawn(options)
    rows, beside = summary(found), list(honesty_peer.lines(found, peers))
    show(rows)
    remarks = list(honesty_peer.remarks(peers))
    if peers:
        honesty_peer.show(beside)
        print("\n".join(remarks))
    not_reached = missed(rows)
    print("missed:", "; ".join(not_reached) or "nothing")
    figures = {
        "benchmark": "honesty",
        "covered": overall(rows),
        "missed": not_reached,
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(row) for row in rows],
        "beside": [asdict(line) for line in beside],
        "remarks": remarks,
    }
    print(json.dumps(figures))
    if options.check and not_reached:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

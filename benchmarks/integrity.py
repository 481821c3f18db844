"""Faults of rows, columns and targets seeded into sound tables: how many are found, and how often none is made up.

Usage: python benchmarks/integrity.py DATA_DIR [--seeds 101 102] [--only SET ...] [--kinds KIND ...] [--halves N]
                                      [--quick] [--check] [--tell]

DATA_DIR holds a folder a data set with a meta.json. Beside the columns of each real table stand sound **companions**
(keys, names, remarks, dates, codes, towns, parts of a sum), so that every kind of fault has a column to be seeded into;
faults go into real columns too where these allow it. A fault is **found** if a check that claims to find its kind names
one of its columns (or, for a fault of rows, speaks at all), and did not before it was seeded.

A **false alarm** is counted in two ways, both of warnings and critical findings by all checks but those of leaks: a
finding about a companion, in the whole table or in a random half of its rows; and a finding in a random half that
nobody finds in the whole, where it was looked at and judged right (see RESULTS.md, findings). What a half truly has and
the whole has not is left out: that it has few rows (`TRUE_OF_A_HALF`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from companions import with_companions
from integrity_kinds import FOUND_BY, KINDS
from mlwright.data.checks import CHECKS
from mlwright.records.findings import Finding, Findings
from seeding import HALVES, ROWS, Clean, Seeded, Trial, clean_set, findings, share_of

GOAL_RECALL, GOAL_FALSE = 0.95, 0.05
MOST_ROWS = 1_200
TRUE_OF_A_HALF = {"too_few_rows", "many_columns_few_rows", "rare_classes", "high_cardinality"}
OWN_CHECKS = {name for name in CHECKS.names() if CHECKS.get(name).group in ("integrity", "target")} | {"missing_lately"}

Said = frozenset[tuple[str, str]]


def said(found: Findings) -> Said:
    """Which check spoke of which column, or of the rows."""
    return frozenset((each.check, column) for each in found.findings for column in (*each.columns, ROWS))


def trials(clean: Clean, name: str, kinds: list[str], seeds: list[int], workspace: Path) -> Iterator[Trial]:
    """Every kind of fault with every seed, in a table that has new companions with each."""
    for seed in seeds:
        whole = with_companions(clean, np.random.default_rng([seed, 1]))
        before = said(findings(whole, clean.target, workspace, OWN_CHECKS))
        for kind in kinds:
            rng = np.random.default_rng([seed, zlib.crc32(f"{name} {kind}".encode())])
            if (seeded := KINDS[kind](whole, rng)) is not None:
                yield _trial(seeded, (name, kind), clean.target, before, workspace)


def _trial(seeded: Seeded, called: tuple[str, str], target: str, before: Said, workspace: Path) -> Trial:
    wanted, start = FOUND_BY[called[1]], time.process_time()
    found = findings(seeded, target, workspace, wanted)
    new = {(check, column) for check, column in said(found) if column in seeded.columns} - before
    told = tuple(f"{f.check} {f.severity}: {f.sentence}" for f in found.findings)
    return Trial(*called, seeded.how, any(check in wanted for check, _ in new), told, time.process_time() - start)


def halves(clean: Clean, name: str, n: int, seed: int, workspace: Path) -> Iterator[Trial]:
    """The whole with its companions, then random halves of its rows: what is said there and should not be."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    whole = with_companions(clean, rng)
    companions = set(whole.frame.columns) - set(clean.frame.columns)
    start = time.process_time()
    found = findings(whole, clean.target, workspace, OWN_CHECKS)
    loud = [each for each in _weighty(found) if companions & set(each.columns)]
    yield Trial(name, "whole", "", bool(loud), _sentences(loud), time.process_time() - start)
    known = said(found)
    for _ in range(n):
        start = time.process_time()
        rows = np.sort(rng.choice(len(whole.frame), len(whole.frame) // 2, replace=False))
        half = replace(whole, frame=whole.frame.iloc[rows].reset_index(drop=True))
        loud = [
            each
            for each in _weighty(findings(half, clean.target, workspace, OWN_CHECKS))
            if each.check not in TRUE_OF_A_HALF and not {(each.check, c) for c in each.columns or (ROWS,)} & known
        ]
        yield Trial(name, "half", "", bool(loud), _sentences(loud), time.process_time() - start)


def _weighty(found: Findings) -> list[Finding]:
    return [each for each in found.findings if each.severity != "note"]


def _sentences(found: list[Finding]) -> tuple[str, ...]:
    return tuple(f"{each.check} {each.severity}: {each.sentence}" for each in found)


def show(done: list[Trial], *, tell: bool) -> dict[str, float]:
    """Print a row a kind, what was missed and the false alarms; the figures."""
    sound = [trial for trial in done if trial.kind in ("whole", "half")]
    seeded = [trial for trial in done if trial not in sound]
    by_kind = defaultdict(list)
    for trial in seeded:
        by_kind[trial.kind].append(trial)
    print("| kind of fault | found | claimed by |\n|---|---|---|")
    for kind, tried in by_kind.items():
        print(f"| {kind} | {share_of(tried)} | {', '.join(sorted(FOUND_BY[kind]))} |")
    print(f"\nrecall: {share_of(seeded)}\nfalse alarms on sound tables and random halves: {share_of(sound)}")
    for trial in (t for t in seeded if tell and not t.found):
        print(f"missed: {trial.data} {trial.kind} ({trial.how}); said: {trial.alarms or 'nothing'}")
    for trial in (t for t in sound if t.found):
        print(f"false alarm: {trial.data} {trial.kind}: {trial.alarms}")
    return {
        "recall": sum(t.found for t in seeded) / max(1, len(seeded)),
        "n_seeded": len(seeded),
        "false": sum(t.found for t in sound) / max(1, len(sound)),
        "n_sound": len(sound),
        "cpu_s_a_table": sum(t.cpu_s for t in done) / max(1, len(done)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--halves", type=int, default=4, help="random halves of each table")
    parser.add_argument("--quick", action="store_true", help="two sets, one seed, two halves")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--tell", action="store_true", help="print what was missed")
    options = parser.parse_args()
    names = [name for half in HALVES.values() for name in half if not options.only or name in options.only]
    if options.quick:
        names, options.seeds, options.halves = ["credit_g", "insurance_charges"], options.seeds[:1], 2
    done = []
    with tempfile.TemporaryDirectory() as workspace:
        for name in names:
            clean = clean_set(options.data, name, MOST_ROWS)
            done += trials(clean, name, options.kinds, options.seeds, Path(workspace))
            for seed in options.seeds[:1]:
                done += halves(clean, name, options.halves, seed, Path(workspace))
            print(f"{name}: {sum(t.data == name for t in done)} tables", file=sys.stderr)
    figures = show(done, tell=options.tell)
    print(json.dumps({"benchmark": "integrity", "seeds": options.seeds, **figures}))
    if options.check and (figures["recall"] < GOAL_RECALL or figures["false"] > GOAL_FALSE):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

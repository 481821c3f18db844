"""Faults of rows, columns and targets seeded into sound tables: how many are found, and how often none is made up.

Usage: python benchmarks/integrity.py DATA_DIR [--half develop|final] [--seeds 101 102] [--only SET ...]
                                      [--kinds KIND ...] [--halves N] [--quick] [--check] [--tell]

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

import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from companions import with_companions
from integrity_kinds import FOUND_BY, KINDS
from mlwright.data.checks import CHECKS
from mlwright.records.findings import Findings
from recall import end, figures_of, loud, parser_of, sentences, sets_of, show_kinds
from seeding import ROWS, Clean, Seeded, Trial, clean_set, findings

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
    hit = any(check in wanted for check, _ in new)
    return Trial(*called, seeded.how, hit, sentences(found.findings), time.process_time() - start)


def halves(clean: Clean, name: str, n: int, seed: int, workspace: Path) -> Iterator[Trial]:
    """The whole with its companions, then random halves of its rows: what is said there and should not be."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    whole = with_companions(clean, rng)
    companions = set(whole.frame.columns) - set(clean.frame.columns)
    start = time.process_time()
    found = findings(whole, clean.target, workspace, OWN_CHECKS)
    alarms = [each for each in loud(found.findings) if companions & set(each.columns)]
    yield Trial(name, "whole", "", bool(alarms), sentences(alarms), time.process_time() - start)
    known = said(found)
    for _ in range(n):
        start = time.process_time()
        rows = np.sort(rng.choice(len(whole.frame), len(whole.frame) // 2, replace=False))
        half = replace(whole, frame=whole.frame.iloc[rows].reset_index(drop=True))
        alarms = [
            each
            for each in loud(findings(half, clean.target, workspace, OWN_CHECKS).findings)
            if each.check not in TRUE_OF_A_HALF and not {(each.check, c) for c in each.columns or (ROWS,)} & known
        ]
        yield Trial(name, "half", "", bool(alarms), sentences(alarms), time.process_time() - start)


def show(done: list[Trial], *, tell: bool) -> dict[str, float]:
    """Print a row a kind, what was missed and the false alarms; the figures."""
    sound = [trial for trial in done if trial.kind in ("whole", "half")]
    seeded = [trial for trial in done if trial not in sound]
    show_kinds(seeded, "found | claimed by", lambda kind, trials: ", ".join(sorted(FOUND_BY[kind])))
    return figures_of(seeded, sound, tell=tell)


def main() -> None:
    parser = parser_of(__doc__, KINDS, [101, 102], "two sets, one seed, two halves")
    parser.add_argument("--halves", type=int, default=4, help="random halves of each table")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.halves = options.seeds[:1], 2
    done = []
    with tempfile.TemporaryDirectory() as workspace:
        for name in sets_of(options):
            clean = clean_set(options.data, name, MOST_ROWS)
            done += trials(clean, name, options.kinds, options.seeds, Path(workspace))
            for seed in options.seeds[:1]:
                done += halves(clean, name, options.halves, seed, Path(workspace))
            print(f"{name}: {sum(t.data == name for t in done)} tables", file=sys.stderr)
    end("integrity", options, show(done, tell=options.tell))


if __name__ == "__main__":
    main()

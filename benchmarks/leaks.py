"""Leaks seeded into clean real tables: how many are found, and how often a clean table is suspected.

Usage: python benchmarks/leaks.py DATA_DIR [--half develop|final] [--seeds 101 102] [--only SET ...] [--kinds KIND ...]
                                  [--quick] [--check] [--tell]

DATA_DIR holds a folder a data set with a meta.json (target, task, main_file). An **alarm** is a critical finding or a
warning by one of the leak checks (`LEAK_CHECKS`); notes are none. A seeded leak is **found** if an alarm names one of
its columns, or, for a leak that lies in rows, if a check of rows speaks. A clean set is a **false alarm** if any leak
check raises an alarm. Bounds were set while looking at the half `develop`; `final` was kept aside.

Taken out of the raw sets, as these are leaks in them: bank_marketing `duration` (known after the call), bike_sharing
`casual` and `registered` (they add up to the target), energy_efficiency `Cooling Load` (a second target); repeated rows
(wine_quality 1,177, employee_salaries 857 and fewer elsewhere); the order of the rows, which is dealt anew where there
is no time column (stroke is sorted by its label, bank_marketing by an unnamed time). Of more than 4,000 rows the first
4,000 by time are taken, or a random 4,000.

Too weak to be called a leak, and not seeded: a column that tells no more than an honest input could (a copy of which
40 % of the rows are drawn anew and look like the others), and a mean of the target over groups of 50 rows and more, in
which the row itself hardly counts.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leak_kinds import KINDS
from mlwright.data.checks import CHECKS
from mlwright.records.findings import Finding, Findings
from recall import end, figures_of, loud, parser_of, sentences, sets_of, show_kinds
from seeding import ROWS, Clean, Seeded, Trial, clean_set, findings

ROW_CHECKS = {"train_test_overlap", "near_copies", "entity_overlap"}
COLUMN_CHECKS = {"dominant_column", "missing_lately", "telling_ids", "row_order", "too_good"}
LEAK_CHECKS = {name for name in CHECKS.names() if name.endswith("_leak")} | COLUMN_CHECKS | ROW_CHECKS


def alarms(found: Findings) -> list[Finding]:
    return [finding for finding in loud(found.findings) if finding.check in LEAK_CHECKS]


def trials(clean: Clean, name: str, kinds: list[str], seeds: list[int], workspace: Path) -> Iterator[Trial]:
    """The clean table, then every kind of leak with every seed."""
    start = time.process_time()
    found = alarms(findings(clean, clean.target, workspace, LEAK_CHECKS))
    yield Trial(name, "clean", "", bool(found), sentences(found), time.process_time() - start)
    for kind in kinds:
        for seed in seeds:
            rng = np.random.default_rng([seed, zlib.crc32(f"{name} {kind}".encode())])
            if (seeded := KINDS[kind](clean, rng)) is None:
                continue
            start = time.process_time()
            found = alarms(findings(seeded, clean.target, workspace, LEAK_CHECKS))
            hit = any(_names(finding, seeded) for finding in found)
            yield Trial(name, kind, seeded.how, hit, sentences(found), time.process_time() - start)


def _names(finding: Finding, seeded: Seeded) -> bool:
    return bool(set(finding.columns) & set(seeded.columns)) or (ROWS in seeded.columns and finding.check in ROW_CHECKS)


def show(done: list[Trial], *, tell: bool) -> dict[str, float]:
    """Print a row a kind, what was missed and the false alarms; the figures."""
    seeded, clean = ([t for t in done if (t.kind == "clean") == is_clean] for is_clean in (False, True))
    show_kinds(
        seeded,
        "found | by",
        lambda kind, trials: ", ".join(sorted({told.split()[0] for t in trials if t.found for told in t.alarms})),
    )
    return figures_of(seeded, clean, tell=tell)


def main() -> None:
    options = parser_of(__doc__, KINDS, [101, 102], "two sets, one seed").parse_args()
    if options.quick:
        options.seeds = options.seeds[:1]
    done = []
    with tempfile.TemporaryDirectory() as workspace:
        for name in sets_of(options):
            clean = clean_set(options.data, name)
            done += trials(clean, name, options.kinds, options.seeds, Path(workspace))
            print(f"{name}: {sum(t.data == name for t in done)} tables", file=sys.stderr)
    end("leaks", options, show(done, tell=options.tell))


if __name__ == "__main__":
    main()

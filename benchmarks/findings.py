"""What the checks find in real tables: one line a set, and every finding in full with --tell.

Usage: python benchmarks/findings.py DATA_DIR [--only SET ...] [--tell] [--quick] [--check]

DATA_DIR holds a folder a data set with a meta.json (target, main_file, read_csv.names where there is no header). Each
set goes the way of any data, from its file to the findings; nothing is trained. Sets without a target are only looked
at, and of a database every table is. `--check` exits with 1 if a check fails, or if a set takes more than the goal that
is written here.

Whether a finding is right is for a person to say: the last judgement stands in RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mlwright.core.engine import execute
from mlwright.core.errors import MlwrightError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.pipeline import BUILD, Settings
from mlwright.records.findings import Findings

GOAL_CPU_S = 30.0
TABLES = "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name"
QUICK = ("titanic", "credit_g", "raha_beers", "wine_quality", "ames_housing")
SEVERITIES = ("critical", "warning", "note")


class Asked(NamedTuple):
    """A table to look at: its name, where it is, and what is to be predicted."""

    name: str
    source: str
    target: str | None
    query: str | None = None


def asked(folder: Path) -> Iterator[Asked]:
    """The tables of a data set."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text("utf-8"))
    for database in folder.glob("*.sqlite*"):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            found = connection.execute(TABLES).fetchall()
        for (table,) in found:
            yield Asked(f"{folder.name}/{table}", f"sqlite:///{database}", None, table)
    if file := meta.get("main_file"):
        names, target = (meta.get("read_csv") or {}).get("names"), meta.get("target")
        if names and target in names:
            target = f"column_{names.index(target) + 1}"
        yield Asked(folder.name, str(folder / file), target)


def look(table: Asked) -> tuple[Findings | str, float]:
    """The findings, or why there are none, and the CPU seconds that it took."""
    collect = {"source": table.source} | ({"query": table.query} if table.query else {})
    project = {"target": table.target} if table.target else {"task": "none"}
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = Run("findings", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None))
        try:
            sections = Settings.model_validate({"project": project, "collect": collect}).sections()
            answer = execute(BUILD, sections, run, until="check")["check"]
        except MlwrightError as refusal:
            return refusal.message, time.process_time() - began
    assert isinstance(answer, Findings)
    return answer, time.process_time() - began


def main() -> int:
    """Look at all sets and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--tell", action="store_true", help="print every finding")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    wanted = given.only or (QUICK if given.quick else [])
    folders = [
        each.parent for each in sorted(given.data.glob("*/meta.json")) if not wanted or each.parent.name in wanted
    ]
    totals: Counter[str] = Counter()
    by_check: Counter[str] = Counter()
    slowest, failed = 0.0, []
    print("| table | critical | warning | note | CPU s | what |\n|---|---|---|---|---|---|")
    for table in (table for folder in folders for table in asked(folder)):
        findings, seconds = look(table)
        slowest = max(slowest, seconds)
        if isinstance(findings, str):
            print(f"| {table.name} | | | | {seconds:.1f} | refused: {findings} |", flush=True)
            totals["refused"] += 1
            continue
        counts = Counter(finding.severity for finding in findings.findings)
        totals.update({"tables": 1, **counts})
        by_check.update(finding.check for finding in findings.findings)
        failed += [f"{table.name}: {item.name}: {item.reason}" for item in findings.skipped if item.failed]
        named = ", ".join(dict.fromkeys(finding.check for finding in findings.findings))
        row = " | ".join(str(counts[severity]) for severity in SEVERITIES)
        print(f"| {table.name} | {row} | {seconds:.1f} | {named} |", flush=True)
        if given.tell:
            for finding in findings.findings:
                print(f"    {finding.severity} {finding.check}: {finding.sentence}", flush=True)
    print("\n".join(f"failed: {each}" for each in failed))
    figures = {**totals, "slowest_cpu_s": round(slowest, 1), "failed": len(failed)}
    print(json.dumps({"benchmark": "findings", **figures, "by_check": dict(by_check.most_common())}))
    return int(given.check and (bool(failed) or slowest > GOAL_CPU_S))


if __name__ == "__main__":
    sys.exit(main())

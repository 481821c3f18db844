"""A model in every form of export: how far its answers are from the bundle's, and how quickly they come.

Usage: python benchmarks/exports.py [BUNDLE] [--quick] [--check] [--postgres URL]

Without BUNDLE a model of LightGBM is made first, from the data that comes with mlwright. Rows are those of the proof:
the golden rows, and mixtures of them, so that hardly two are alike. Processor time, one thread each. What is timed: in
Python and mlwright one call a row, and a list of records; in C a loop over an array of structs; in ONNX Runtime one
call a row and one call for all; in databases the query over a table of 16,000 rows (2,000 with ``--quick``),
whose answers are added up there, with trees in the query and with trees in a table.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

import mlwright
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.exports import EXPORT_FORMS
from mlwright.shipping.exports._lower import program_of
from mlwright.shipping.exports._names import identifiers
from mlwright.shipping.exports._proof import as_values, largest_difference, proof_rows
from mlwright.shipping.exports.c import KEYWORDS, compiled, row_struct
from mlwright.shipping.exports.onnx import FILE, _column, session_of

GOAL_DIFFERENCE = 1e-6
GOAL_C_TIMES = 3.0
"""How much sooner than the bundle C answers one row; a list of rows it answers at least as soon."""

TURNS = 5
DIFFERENT_ROWS = 1_000
MOST_IN_DATABASE = 16_000

MANY = """
void many(const {name}_row *rows, int n, double *out) {{ for (int i = 0; i < n; i++) {name}_scores(rows + i, out); }}
"""


def main() -> int:
    """Print a line for each form, and all figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--postgres", help="an address of a PostgreSQL server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bundle = Bundle.load(options.bundle) if options.bundle else _made(Path(folder), quick=options.quick)
        figures = measure(bundle, 2_000 if options.quick else 100_000, options.postgres)
    print(f"{'form':<16} {'MB':>6} {'apart':>8} {'one row, us':>12} {'rows a second':>14}")
    for form, found in figures.items():
        cells = [found.get(name) for name in ("mb", "apart", "row_us", "rows_a_s")]
        print(f"{form:<16} {_cell(cells[0]):>6} {_cell(cells[1]):>8} {_cell(cells[2]):>12} {_cell(cells[3]):>14}")
        if "refused" in found:
            print(f"{'':<16} {found['refused']}")
    members = [member.candidate for member in bundle.manifest.model.members]
    print(json.dumps({"benchmark": "exports", "members": members} | figures))
    return 1 if options.check and _missed(figures) else 0


def _made(folder: Path, *, quick: bool) -> Bundle:
    source = Path(mlwright.__file__).parent / "example" / "bank_marketing.csv.gz"
    sections = {
        "project": {"target": "deposit"},
        "collect": {"source": str(source)},
        "train": {"families": ["lightgbm"], "candidates": 1 if quick else 4},
    }
    project = mlwright.Project.create(folder / "project", sections)
    project.run()
    return project.bundle()


def _missed(figures: Mapping[str, Mapping[str, Any]]) -> bool:
    if any("refused" in found for found in figures.values()):
        return True
    apart = max(found.get("apart", 0.0) for found in figures.values())
    own, c = figures["mlwright"], figures["c"]
    is_slow = own["row_us"] < GOAL_C_TIMES * c.get("row_us", 0.0) or c.get("rows_a_s", 0) < own["rows_a_s"]
    return apart > GOAL_DIFFERENCE or is_slow


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def measure(bundle: Bundle, n_rows: int, postgres: str | None) -> dict[str, dict[str, Any]]:
    """Figures by form."""
    program = program_of(bundle)
    golden = proof_rows(bundle, program, DIFFERENT_ROWS)
    singles = cycle(golden)
    records = [golden[place % len(golden)] for place in range(n_rows)]
    values = [as_values(program, row) for row in golden]
    figures: dict[str, dict[str, Any]] = {
        "mlwright": {
            "row_us": _each_us(lambda: bundle.score_records([next(singles)])),
            "rows_a_s": _rate(lambda: bundle.score_records(records), n_rows),
        }
    }
    forms: list[tuple[str, str, dict[str, Any]]] = [
        ("python", "python", {}), ("c", "c", {}), ("onnx", "onnx", {}),
        ("duckdb", "sql", {"trees": "query"}), ("duckdb, table", "sql", {"trees": "table"}),
        ("sqlite", "sql", {"dialect": "sqlite", "trees": "query"}),
        ("sqlite, table", "sql", {"dialect": "sqlite", "trees": "table"}),
    ]  # fmt: skip
    if postgres:
        for name, how in (("postgresql", "query"), ("postgresql, table", "table")):
            forms.append((name, "sql", {"dialect": "postgres", "server": postgres, "trees": how}))
    timers: dict[str, Callable[..., dict[str, Any]]] = {"python": _python, "c": _c, "onnx": _onnx}
    for name, form, options in forms:
        writer = EXPORT_FORMS.get(form)(**options)
        try:
            files = writer.write(program, bundle.manifest)
            found = {"mb": sum(map(len, files.values())) / 1e6}
            figures[name] = found | {"apart": largest_difference(writer, files, program, bundle)[0]}
        except mlwright.MlwrightError as refused:
            figures[name] = {"refused": str(refused)}
            continue
        if form == "sql":
            figures[name]["rows_a_s"] = _sql(writer, files, program, bundle, values, min(n_rows, MOST_IN_DATABASE))
        else:
            figures[name] |= timers[form](files, program, values, n_rows)
    return figures


def _each_us(work: Callable[[], Any], seconds: float = 1.0) -> float:
    """Median processor time of one call; each time with another row."""
    times, ends = [], time.perf_counter() + seconds
    while time.perf_counter() < ends or len(times) < 5:
        began = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - began)
    return round(1e-3 * float(np.median(times)), 3)


def _rate(work: Callable[[], Any], n_rows: int) -> float:
    return round(n_rows / _least_s(work))


def _least_s(work: Callable[[], Any]) -> float:
    """Processor time of the quickest of several turns, so that other processes do not count."""
    times = []
    for _ in range(TURNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def _python(files, program, values, n_rows) -> dict[str, Any]:
    from mlwright.shipping.exports._names import read_values
    from mlwright.shipping.exports.python import MODEL, SCORER, _imported

    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        model = _imported(Path(folder) / SCORER).Model(Path(folder) / MODEL)
    read = cycle([read_values(program, row) for row in values])
    row_us = _each_us(lambda: model.work(next(read)))
    return {"row_us": row_us, "rows_a_s": round(1e6 / row_us)}


def _c(files, program, values, n_rows) -> dict[str, Any]:
    name = identifiers([program.name], KEYWORDS)[0]
    with tempfile.TemporaryDirectory() as folder:
        for file, data in files.items():
            (Path(folder) / file).write_bytes(data)
        with open(Path(folder) / f"{name}.c", "a") as file:
            file.write(MANY.format(name=name))
        library = ctypes.CDLL(str(compiled(Path(folder), name)))
    row = row_struct(program)
    rows = (row * n_rows)()
    encoded = [[v.encode() if isinstance(v, str) else v for v in map(r.get, r)] for r in values]
    for place in range(n_rows):
        rows[place] = row(*encoded[place % len(encoded)])
    out = (ctypes.c_double * program.scores.width)()
    passed = _least_s(lambda: library.many(rows, n_rows, out))
    return {"row_us": round(1e6 * passed / n_rows, 3), "rows_a_s": round(n_rows / passed)}


def _onnx(files, program, values, n_rows) -> dict[str, Any]:
    session = session_of(files[FILE])

    def feeds(rows):
        return {given.name: _column(given, [row[given.name] for row in rows]) for given in program.inputs}

    one, many = cycle([feeds([row]) for row in values]), feeds([values[place % len(values)] for place in range(n_rows)])
    return {
        "row_us": _each_us(lambda: session.run(["scores"], next(one))),
        "rows_a_s": _rate(lambda: session.run(["scores"], many), n_rows),
    }


def _sql(writer, files, program, bundle, values, least_rows) -> float:
    """Rows a second of the query, whose answers are added up in the database; the rows are in it already."""
    few = [values[place % len(values)] for place in range(500)]
    query = files["model.sql"].decode().rstrip().rstrip(";")
    score = "answer" if not program.classes else query.rsplit(" AS ", 1)[1].split()[0]
    with writer.filled(program, bundle.manifest, few) as cursor:
        table, n_rows = f'"{writer.table}"', len(few)
        while n_rows < least_rows:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}")
            n_rows *= 2
        if "trees.sql" in files:
            writer.put_trees(files, cursor)
        clock = time.perf_counter if writer.dialect == "postgres" else time.process_time  # it has its own processes
        began = clock()
        cursor.execute(f"SELECT sum({score}) FROM ({query}) AS scored")
        cursor.fetchall()
        return round(n_rows / (clock() - began))


if __name__ == "__main__":
    sys.exit(main())

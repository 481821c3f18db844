"""Cleaning, cell by cell: what is called wrong, what is repaired, and what of clean data is left in peace.

Four sources of evidence, none of which shows a labelled cell to the program:

- pairs: every folder of DATA_DIR with a file ``dirty.*`` and a file ``clean.*`` of equal shape. A cell is wrong if its
  text differs from that of the clean file; a repair is right if its text is that of the clean cell, as
  ``mlwright clean dirty.csv -o clean.csv`` writes it. (What says the same in other words, ``154 min`` for
  ``2 h 34 min``, counts as right in a column of its own.)
- made: pairs of sixteen kinds, drawn from seeds (pair_kinds.py, more_pair_kinds.py, fresh_pair_kinds.py,
  field_pair_kinds.py), scored in the same way. The cures were made while looking at the seeds below 100.
- seeded: faults of known kinds are put into 1 % of the cells of a column of real tables, one column a kind.
- clean: the same real tables unharmed. Whatever is called wrong there counts as a false alarm; words such as ``NA``
  that stand for missing values are counted apart, because they are in the files.

Usage: python benchmarks/cleaning.py DATA_DIR [--seeds 1 2 ...] [--quick] [--check]
"""

import argparse
import csv
import json
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from field_pair_kinds import FIELD_KINDS
from fresh_pair_kinds import FRESH_KINDS
from mlwright.data.cleaning import CALLED, learn_cleaning
from mlwright.data.cleaning.plain_forms import with_plain_forms
from mlwright.data.cleaning.written import Written
from mlwright.data.sources import source_for
from mlwright.data.sources.csv import Csv
from mlwright.records.cleaning import CleaningPlan, ReadDate, ReadNumber
from mlwright.records.settings import CollectSettings
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.spelling import canonical, to_number
from more_pair_kinds import MORE_KINDS
from pair_kinds import KINDS

GOALS = {"raha_beers": 0.80, "raha_hospital": 0.65}
"""F1 of what is called wrong."""

GOAL_MADE = 0.80
"""F1 of what is called wrong in made-up pairs, kind by kind."""

GOAL_REPAIRS_RIGHT = 0.95
GOAL_FALSE_ALARMS = 0.001
"""Cells of clean tables that are called wrong, as a share."""

MADE = KINDS | MORE_KINDS | FRESH_KINDS | FIELD_KINDS
SEEDED_SHARE = 0.01
MAX_ROWS = 10_000
QUICK_ROWS = 2_000
Grid = list[list[str]]


@dataclass
class Score:
    """Counts of cells."""

    n_cells: int = 0
    n_wrong: int = 0
    n_called: int = 0
    n_found: int = 0
    n_repaired: int = 0
    n_right: int = 0
    n_right_meaning: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0

    def __iadd__(self, other: "Score") -> "Score":
        for name in ("n_cells", "n_wrong", "n_called", "n_found", "n_repaired", "n_right", "n_right_meaning", "cpu_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kinds += other.kinds
        return self

    def figures(self) -> dict[str, float]:
        precision, recall = _share(self.n_found, self.n_called), _share(self.n_found, self.n_wrong)
        return {
            "cells": self.n_cells,
            "wrong": self.n_wrong,
            "precision": precision,
            "recall": recall,
            "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
            "repairs": self.n_repaired,
            "repairs_right": _share(self.n_right, self.n_repaired),
            "repairs_right_in_meaning": _share(self.n_right_meaning, self.n_repaired),
            "repaired_of_wrong": _share(self.n_right, self.n_wrong),
            "cpu_s": round(self.cpu_s, 2),
        }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 1.0


def main() -> int:
    """Print a table for each source of evidence, and all figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true", help="fewer rows and tables")
    parser.add_argument("--only", default="", help="tables whose name holds this")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(101, 109)), help="of the made-up pairs")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    n_rows = QUICK_ROWS if options.quick else MAX_ROWS
    pairs = {folder.name: compare(dirty, clean) for folder, dirty, clean in find_pairs(options.data)}
    show("Pairs of a dirty and a clean file", pairs)
    made = {kind: on_made(kind, options.seeds[: 2 if options.quick else None]) for kind in MADE}
    show("Made-up pairs, by kind", made)
    tables = list(clean_tables(options.data))[:: 3 if options.quick and not options.only else 1]
    tables = [table for table in tables if options.only in table[0]]
    seeded = on_seeded(tables, n_rows)
    show("Faults seeded into clean tables, by kind", seeded)
    alarms = on_clean(tables, n_rows)
    figures = {
        "benchmark": "cleaning",
        "pairs": {name: score.figures() for name, score in pairs.items()},
        "made": {name: score.figures() for name, score in made.items()},
        "seeded": {name: score.figures() for name, score in seeded.items()},
        "clean": alarms,
    }
    print(json.dumps(figures))
    return 1 if options.check and report_missed(figures) else 0


def report_missed(figures: dict) -> list[str]:
    missed = [f"{n}: F1 {figures['pairs'][n]['f1']}" for n, goal in GOALS.items() if figures["pairs"][n]["f1"] < goal]
    missed += [f"{n}: F1 {found['f1']}" for n, found in figures["made"].items() if found["f1"] < GOAL_MADE]
    missed += [
        f"{name}: repairs right {found['repairs_right']}"
        for name, found in (*figures["pairs"].items(), *figures["made"].items(), ("seeded", figures["seeded"]["all"]))
        if found["repairs_right"] < GOAL_REPAIRS_RIGHT
    ]
    if figures["clean"]["share"] > GOAL_FALSE_ALARMS:
        missed.append(f"false alarms: {figures['clean']['share']}")
    for line in missed:
        print("missed:", line, file=sys.stderr)
    return missed


def show(title: str, scores: dict[str, Score]) -> None:
    heads = ("wrong", "precision", "recall", "f1", "repairs", "repairs_right", "repairs_right_in_meaning", "cpu_s")
    print(f"\n{title}\n{'':24}" + "".join(f"{head.replace('repairs_', ''):>16}" for head in heads))
    for name, score in scores.items():
        figures = score.figures()
        missed = [f"{column} {n}" for column, n in score.kinds.most_common(4) if n]
        told = f"   not right in: {', '.join(missed)}" if missed else ""
        print(f"{name[:23]:24}" + "".join(f"{figures[head]:>16}" for head in heads) + told)


def find_pairs(data: Path) -> Iterator[tuple[Path, Path, Path]]:
    """Folders with a dirty and a clean file of equal shape."""
    for folder in sorted({path.parent for path in data.glob("**/dirty.*")}):
        dirty, clean = next(folder.glob("dirty.*")), next(folder.glob("clean.*"), None)
        if clean is None:
            continue
        a, b = grid(dirty), grid(clean)
        if len(a) == len(b) and len(a[0]) == len(b[0]):
            yield folder, dirty, clean


def clean_tables(data: Path) -> Iterator[tuple[str, Grid]]:
    """The main text tables of the real data sets that are not known to be dirty."""
    for meta in sorted(data.glob("*/meta.json")):
        known = json.loads(meta.read_text("utf-8"))
        path = meta.parent / str(known.get("main_file") or "")
        if known.get("task") == "dirty" or path.suffix != ".csv" or path.stat().st_size > 50e6:
            continue
        cells = grid(path)
        if len({len(row) for row in cells}) == 1 and len(cells) > 100 and is_read_alike(cells):
            yield known["name"], cells


def is_read_alike(cells: Grid) -> bool:
    """Whether the first line is the header for mlwright too, and no line is a remark."""
    table = through_file(cells[:501])
    return table.column_names == cells[0] and len(table) == len(cells[:501]) - 1


def grid(path: Path) -> Grid:
    """All cells of a file as text, the header among them."""
    if path.suffix == ".csv":
        with open(path, newline="", encoding="utf-8", errors="replace") as file:
            return [row for row in csv.reader(file) if row]
    table = read(path)
    columns = [[canonical(value) or "" for value in table[name].to_pylist()] for name in table.column_names]
    return [table.column_names, *map(list, zip(*columns, strict=True))]


def read(path: Path) -> pa.Table:
    wanted = CollectSettings(source=str(path))
    reading = source_for(wanted)[1](wanted).read()
    return pa.Table.from_batches(list(reading.batches), reading.schema)


def read_spelled(path: Path) -> pa.Table:
    """The same rows as they are written."""
    wanted = CollectSettings(source=str(path))
    reading, _ = Csv(wanted).read_spelled() or (source_for(wanted)[1](wanted).read(), None)
    return pa.Table.from_batches(list(reading.batches), reading.schema)


def cleaned(path: Path) -> tuple[CleaningPlan, pa.Table, Written]:
    """The plan for a file of text, its rows in their types, and what cleaning makes of its cells."""
    table, texts = read(path), read_spelled(path)
    plan = with_plain_forms(learn_cleaning(table), table.schema, texts)
    return plan, table, Written(plan, table, texts)


def compare(dirty: Path, clean: Path) -> Score:
    """Learn a plan from the dirty file, carry it out, and hold it against the clean one."""
    began = time.process_time()
    plan, table, written = cleaned(dirty)
    cpu_s = time.process_time() - began
    before, right = grid(dirty)[1:], grid(clean)[1:]
    after = written.table(pa.schema([(name, pa.string()) for name in table.column_names]))
    verdicts = written.verdicts()
    score = Score(cpu_s=cpu_s)
    for place, name in enumerate(table.column_names):
        calls = verdicts[name]
        truth = [row[place] for row in right]
        wrong = np.array([row[place] != value for row, value in zip(before, truth, strict=True)])
        called, repaired = calls >= CALLED.index("doubt"), calls >= CALLED.index("spelling")
        values = [value or "" for value in after[name].to_pylist()]
        same = says(plan, name, truth)
        means = np.array([same(value, row) for row, value in enumerate(values)])
        is_right = np.array([value == truth[row] for row, value in enumerate(values)])
        score += Score(
            n_cells=len(truth),
            n_wrong=int(wrong.sum()),
            n_called=int(called.sum()),
            n_found=int((called & wrong).sum()),
            n_repaired=int(repaired.sum()),
            n_right=int((repaired & is_right).sum()),
            n_right_meaning=int((repaired & means).sum()),
            kinds=Counter({name: int((repaired & ~is_right).sum())}),
        )
    return score


def says(plan: CleaningPlan, name: str, truth: list[str]) -> Callable[[str, int], bool]:
    """Whether a text says what the clean cell of a row says."""
    reads = tuple(s for s in plan.steps if s.column == name and isinstance(s, ReadNumber | ReadDate))
    typed = Cleaner(CleaningPlan(n_rows=0, steps=reads))

    def meaning(text: str) -> str | None:
        return canonical(typed.clean_records([{name: text.strip() or None}])[0][name])

    def same(text: str, row: int) -> bool:
        if text.strip() == truth[row].strip():
            return True
        number = to_number(text)
        return meaning(text) == meaning(truth[row]) or (number == number and number == to_number(truth[row]))

    return same


def on_made(kind: str, seeds: list[int]) -> Score:
    """The pairs of one kind, one a seed."""
    total = Score()
    for seed in seeds:
        pair = MADE[kind](np.random.default_rng([seed, zlib.crc32(kind.encode())]))
        total += compare_grids(as_grid(pair.dirty), as_grid(pair.clean))
    return total


def as_grid(columns: dict[str, list[str]]) -> Grid:
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]


def on_clean(tables: list[tuple[str, Grid]], n_rows: int) -> dict[str, object]:
    """What is called wrong in clean tables."""
    n_cells = n_called = n_words = 0
    worst: list[tuple[float, str]] = []
    for name, cells in tables:
        with tempfile.TemporaryDirectory() as folder:
            plan, table, written = cleaned(write(Path(folder) / "table.csv", cells[: n_rows + 1]))
        words = sum(plan.steps[cell.step].cure == "disguised_missing" for cell in written.changes)
        called = sum(int((calls >= CALLED.index("doubt")).sum()) for calls in written.verdicts().values()) - words
        size = len(table) * table.num_columns
        n_cells, n_called, n_words = n_cells + size, n_called + called, n_words + words
        worst.append((called / size, name))
    worst.sort(reverse=True)
    told = ", ".join(f"{name} {share:.2%}" for share, name in worst[:5] if share)
    print(f"\nClean tables: {len(tables)}; {n_called:,} of {n_cells:,} cells called wrong ({n_called / n_cells:.4%}),")
    print(f"and {n_words:,} words for missing values marked. Most: {told or 'none'}")
    return {"tables": len(tables), "cells": n_cells, "called": n_called, "share": _share(n_called, n_cells)} | {
        "missing_words": n_words
    }


def through_file(cells: Grid) -> pa.Table:
    with tempfile.TemporaryDirectory() as folder:
        return read(write(Path(folder) / "table.csv", cells))


def write(path: Path, cells: Grid) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(cells)
    return path


# what may be wrong with a cell: a function of the text and of a random generator and all values of the column
Harm = Callable[[str, np.random.Generator, list[str]], str]
MISSING = "N/A"
WORDS_FOR_MISSING = ("NA", "N/A", "?")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def typo(text: str, rng: np.random.Generator, _: list[str]) -> str:
    at, letter = int(rng.integers(len(text))), str(rng.choice(list(LETTERS)))
    way = int(rng.integers(4))
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[:at] + letter + text[at:]
    return text[:at] + letter + text[at + 1 :] if way == 2 else text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def other_value(text: str, rng: np.random.Generator, values: list[str]) -> str:
    others = [value for value in values if value != text]
    return str(rng.choice(others)) if others else text


def thousands(text: str, *_: object) -> str:
    return f"{float(text):,.0f}" if float(text).is_integer() and abs(float(text)) >= 1000 else text


HARMS: dict[str, tuple[Harm, str]] = {
    "typo": (typo, "names"),
    "capitals": (lambda text, *_: text.swapcase(), "names"),
    "blanks": (lambda text, *_: f" {text}", "names"),
    "missing word": (lambda *_: MISSING, "any"),
    "value of another row": (other_value, "determined"),
    "typo where determined": (typo, "determined"),
    "emptied where determined": (lambda *_: "", "determined"),
    "unit": (lambda text, *_: f"{text} kg", "numbers"),
    "percent sign": (lambda text, *_: f"{text}%", "numbers"),
    "thousands apart": (thousands, "numbers"),
    "other date format": (lambda text, *_: other_date(text), "dates"),
}


def other_date(text: str) -> str:
    year, month, day = text[:10].split("-")
    return f"{day} {MONTHS[3 * int(month) - 3 : 3 * int(month)]} {year}"


def on_seeded(tables: list[tuple[str, Grid]], n_rows: int) -> dict[str, Score]:
    """Seed every kind of fault into every table that has a column for it, one kind at a time.

    What is missing is blank in them: a second way of saying so would be one more fault.
    """
    found = {kind: Score() for kind in HARMS}
    for number, (_, whole) in enumerate(tables):
        cells = [["" if value in WORDS_FOR_MISSING else value for value in row] for row in whole[: n_rows + 1]]
        calm = compare_grids(cells, cells)
        for place, (kind, (harm, wanted)) in enumerate(HARMS.items()):
            rng = np.random.default_rng([number, place])
            columns = [c for c in range(len(cells[0])) if suits([row[c] for row in cells[1:]], wanted, cells, c)]
            if columns:
                found[kind] += seed(cells, int(rng.choice(columns)), harm, rng, calm)
    total = Score()
    for score in found.values():
        total += score
    return found | {"all": total}


def seed(cells: Grid, column: int, harm: Harm, rng: np.random.Generator, calm: Score) -> Score:
    """The score of one harmed column; what is called wrong in the unharmed table (`calm`) is counted elsewhere."""
    dirty, clean = [list(row) for row in cells], [list(row) for row in cells]
    values = [row[column] for row in cells[1:]]
    known = [row for row, value in enumerate(values, 1) if value.strip()]
    for row in rng.choice(known, max(5, int(SEEDED_SHARE * len(known))), replace=False):
        dirty[row][column] = harm(cells[row][column], rng, values)
        if dirty[row][column] == MISSING:
            clean[row][column] = ""
    whole = compare_grids(dirty, clean)
    whole.n_called -= min(calm.n_called, whole.n_called - whole.n_found)
    not_right = whole.n_repaired - whole.n_right
    spared = min(calm.n_repaired - calm.n_right, not_right)
    whole.n_repaired -= spared
    return whole


def compare_grids(dirty: Grid, clean: Grid) -> Score:
    with tempfile.TemporaryDirectory() as folder:
        return compare(*(write(Path(folder) / f"{n}.csv", g) for n, g in (("dirty", dirty), ("clean", clean))))


def suits(values: list[str], wanted: str, cells: Grid, column: int) -> bool:
    known = [value for value in values if value.strip()]
    if len(known) < max(100, 0.5 * len(values)) or len(set(known)) < 2:
        return False
    numbers = [value for value in known if not np.isnan(to_number(value))]
    are_numbers = len(numbers) == len(known)
    if wanted == "any":
        return True
    if wanted == "numbers":
        return (
            are_numbers
            and len(set(known)) > 20
            and all(value[:1] != "0" or value[:2] in ("0", "0.") for value in known)
        )
    if wanted == "dates":
        return all(len(value) == 10 and value[4] == value[7] == "-" and value[:4].isdigit() for value in known)
    is_named = not numbers and len(set(known)) <= len(known) / 5 and min(map(len, known)) > 1
    return is_named if wanted == "names" else is_named and is_determined(cells, column)


def is_determined(cells: Grid, column: int) -> bool:
    """Whether some other column with values that come back determines this one without exception."""
    for other in range(len(cells[0])):
        pairs = {(row[other], row[column]) for row in cells[1:]}
        givens = {given for given, _ in pairs}
        if other != column and len(pairs) == len(givens) and 5 <= len(givens) <= (len(cells) - 1) / 3:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())

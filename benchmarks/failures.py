"""Tables that break others, by the command line: each gives a model within the budget, or a refusal in plain words.

Usage: python benchmarks/failures.py [FOLDER] [--budget 15] [--only NAME ...] [--memory-gb 4] [--stages]
                                     [--quick] [--check]

FOLDER holds the tables that are made (a temporary folder by default). `over` is the wall clock of the whole process,
start-up included, over the budget, and `cpu_s` what its threads ran: on a busy machine the wall clock holds other
programs too. A refusal must end with exit status 2, say in one sentence what was found, and what to do in another;
the words that it must hold stand beside each table. `--memory-gb` limits the address space of the process, and
`--stages` tells what every stage took.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

GOAL_OVER = 1.05
QUICK = ("rare class", "only text", "one row of data", "constant target", "odd names", "dates only")
WORDS = """train late crew kind again never seat food cold driver ticket refund window quiet clean noisy delay platform
coffee luggage staff polite rude broken heating screen charge bike family weekend morning evening night price"""
Columns = dict[str, object]


class Nasty(NamedTuple):
    """A table: who makes its columns, the words of its refusal (none: it gives a model), and how it is written."""

    make: Callable[[np.random.Generator], Columns]
    refusal: str = ""
    form: str = "parquet"


class Row(NamedTuple):
    """What came of one table."""

    name: str
    outcome: str
    wall_s: float
    cpu_s: float
    over: float
    cpu_over: float
    peak_gb: float
    fits_end: float
    metric: str
    model: float
    baseline: float
    words: str
    is_right: bool
    stages: dict[str, tuple[float, float]]


def sentences(rng: np.random.Generator, n: int, n_words: int = 12) -> list[str]:
    words = np.array(WORDS.split())
    return [" ".join(row) for row in words[rng.integers(len(words), size=(n, n_words))]]


def yes_no(score: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(len(score)) < 1 / (1 + np.exp(-2 * score)), "yes", "no")


def rare_class(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(3_000, 6))
    y = np.where(x[:, 0] + rng.normal(size=3_000) > 0, "a", "b").astype(object)
    y[:3] = "rare"
    return {f"x{i}": x[:, i] for i in range(6)} | {"y": y}


def wide(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(150, 2_000))
    return {f"gene{i}": x[:, i] for i in range(2_000)} | {"y": yes_no(x[:, 7] + x[:, 99], rng)}


def all_categories(rng: np.random.Generator) -> Columns:
    columns = {f"c{i}": rng.choice([f"level {k}" for k in range(3 + 10 * i)], 3_000) for i in range(8)}
    return columns | {"y": yes_no((columns["c0"] == "level 0") - 0.5, rng)}


def only_text(rng: np.random.Generator) -> Columns:
    texts = sentences(rng, 2_000, 15)
    return {"remark": texts, "y": yes_no(np.array(["rude" in text for text in texts]) - 0.5, rng)}


def all_missing_but_one(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_000)
    empty = {f"e{i}": pa.nulls(1_000, pa.float64() if i % 2 else pa.string()) for i in range(20)}
    return empty | {"x": x, "y": yes_no(x, rng)}


def one_row_again(rng: np.random.Generator) -> Columns:
    return {"x": [1.0] * 1_000, "z": ["a"] * 1_000, "y": ["yes"] * 1_000}


def two_rows_again(rng: np.random.Generator) -> Columns:
    return {"x": [1.0, 2.0] * 500, "y": ["yes", "no"] * 500}


def many_classes(rng: np.random.Generator) -> Columns:
    code = rng.integers(10_000, size=60_000)
    x = {f"x{i}": (code * (i + 3) % 997) + rng.normal(size=60_000) for i in range(5)}
    return x | {"y": [f"article {each}" for each in code]}


def far_target(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(2_000, 4))
    return {f"x{i}": x[:, i] for i in range(4)} | {"y": 1e12 + 1e6 * (x[:, 0] + 0.2 * rng.normal(size=2_000))}


def target_with_outliers(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(2_000, 4))
    y = 10 * x[:, 0] + rng.normal(size=2_000)
    y[::200] = 1e9
    return {f"x{i}": x[:, i] for i in range(4)} | {"y": y}


def one_row(rng: np.random.Generator) -> Columns:
    return {"x": [1.0], "y": ["yes"]}


def no_row(rng: np.random.Generator) -> Columns:
    return {"x": pa.array([], pa.float64()), "y": pa.array([], pa.string())}


def constant_target(rng: np.random.Generator) -> Columns:
    return {"x": rng.normal(size=1_000), "y": ["yes"] * 1_000}


def constant_number(rng: np.random.Generator) -> Columns:
    return {"x": rng.normal(size=1_000), "y": [3.5] * 1_000}


def unique_names(rng: np.random.Generator) -> Columns:
    return {"x": rng.normal(size=1_000), "y": [f"customer {i}" for i in range(1_000)]}


def unique_numbers(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_000)
    return {"x": x, "y": 3 * x + rng.normal(size=1_000)}


def infinite(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(2_000, 4))
    y = yes_no(x[:, 0], rng)
    x[::50, 0], x[1::50, 1] = np.inf, -np.inf
    return {f"x{i}": x[:, i] for i in range(4)} | {"all": np.full(2_000, np.inf), "y": y}


def infinite_target(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=2_000)
    y = 3 * x + rng.normal(size=2_000)
    y[::100] = np.inf
    return {"x": x, "y": y}


def mixed(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=2_000)
    cells = np.array([f"{value:.3f}" for value in x], dtype=object)
    cells[::7], cells[3::11], cells[5::13] = "2024-01-05", "unknown", "true"
    odd = np.array([f"{value:,.2f} EUR" if i % 3 else f"{value:.2f}" for i, value in enumerate(1000 * x)])
    return {"cells": cells.tolist(), "amount": odd, "y": yes_no(x, rng)}


def long(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(1_000_000, 4))
    name = rng.choice(["north", "south", "east"], 1_000_000)
    score = x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + (name == "north")
    return {f"x{i}": x[:, i] for i in range(4)} | {"name": name, "y": yes_no(score, rng)}


def many_texts(rng: np.random.Generator) -> Columns:
    texts = {f"t{i}": sentences(rng, 1_000, 10) for i in range(200)}
    return texts | {"y": yes_no(np.array(["rude" in text for text in texts["t3"]]) - 0.5, rng)}


def wide_texts(rng: np.random.Generator) -> Columns:
    n = 10_000
    columns: Columns = {f"x{i}": rng.normal(size=n) for i in range(400)}
    columns |= {f"c{i}": rng.choice(["red", "green", "blue"], n) for i in range(140)}
    columns |= {f"t{i}": sentences(rng, n, 15) for i in range(60)}
    return columns | {"y": yes_no(np.asarray(columns["x0"]), rng)}


def odd_names(rng: np.random.Generator) -> Columns:
    names = ["", " ", 'a"b', "a'b", "a,b", "a\nb", "größe (m²)", "select", "__row__x", "{x}", "a.b", "A.B", "100%"]
    x = rng.normal(size=(1_000, len(names)))
    return {name: x[:, i] for i, name in enumerate(names)} | {"y": yes_no(x[:, 2], rng)}


def same_names(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_000)
    return {"x": x, "x\0": -x, "y": yes_no(x, rng)}


def dates_only(rng: np.random.Generator) -> Columns:
    days = rng.integers(0, 2_000, size=(2_000, 3))
    dates = {f"d{i}": (np.datetime64("2018-01-01") + days[:, i]).astype("datetime64[ms]") for i in range(3)}
    return dates | {"y": yes_no((days[:, 0] % 7 < 2) - 0.5, rng)}


def boolean_with_gaps(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=2_000)
    answer = rng.random(2_000) < 1 / (1 + np.exp(-2 * x))
    return {"x": x, "z": rng.normal(size=2_000), "y": pa.array(answer, mask=rng.random(2_000) < 0.2)}


def five_of_many(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(50_000, 6))
    y = np.full(50_000, "no", dtype=object)
    y[np.argsort(-x[:, 0])[:5]] = "yes"
    return {f"x{i}": x[:, i] for i in range(6)} | {"y": y}


def many_names(rng: np.random.Generator) -> Columns:
    code = rng.integers(355, size=12_000)
    x = rng.normal(size=(355, 6))[code] * 1.5 + rng.normal(size=(12_000, 6))
    return {f"x{i}": x[:, i] for i in range(6)} | {"y": [f"article {each}" for each in code]}


def row_per_class(rng: np.random.Generator) -> Columns:
    return {"x": rng.normal(size=40), "y": [f"c{i}" for i in range(40)]}


def dates_as_target(rng: np.random.Generator) -> Columns:
    return {"x": rng.normal(size=300), "y": (np.datetime64("2020-01-01") + np.arange(300)).astype("datetime64[ms]")}


def names_only(rng: np.random.Generator) -> Columns:
    return {"c": [f"k{i}" for i in range(300)], "y": yes_no(rng.normal(size=300), rng)}


def same_but_one(rng: np.random.Generator) -> Columns:
    x = np.ones(300)
    x[7] = 2.0
    return {"x": x, "y": np.where(x > 1, "yes", "no")}


def huge_integers(rng: np.random.Generator) -> Columns:
    x, places = rng.normal(size=300), range(300)
    big = pa.array([2**63 + i for i in places], pa.uint64())
    return {"big": big, "written": [str(10**30 + i) for i in places], "x": x, "y": yes_no(x, rng)}


def nested(rng: np.random.Generator) -> Columns:
    x, places = rng.normal(size=300), range(300)
    lists, structs = [[1.0, float(i)] for i in places], [{"a": i, "b": "q"} for i in places]
    raw = [b"\x00\xff%d" % i for i in places]
    return {"l": pa.array(lists), "s": pa.array(structs), "raw": pa.array(raw), "x": x, "y": yes_no(x, rng)}


def one_huge_text(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=300)
    return {"t": ["short text here"] * 299 + ["word " * 1_000_000], "x": x, "y": yes_no(x, rng)}


def far_numbers(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=300)
    return {"x": x * 1e300, "z": x * 1e-300, "y": x * 1e200}


def two_of_many(rng: np.random.Generator) -> Columns:
    y = np.full(20_000, "no", dtype=object)
    y[:2] = "yes"
    return {"x": rng.normal(size=20_000), "z": rng.normal(size=20_000), "y": y}


def rows_again(rng: np.random.Generator) -> Columns:
    x = np.tile(rng.normal(size=(60, 3)), (30, 1))
    return {f"x{i}": x[:, i] for i in range(3)} | {"y": np.tile(yes_no(x[:60, 0], rng), 30)}


def names_and_a_number(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=800)
    names = {f"c{i}": [f"{word}{k}" for k in range(800)] for i, word in enumerate(("ticket ", "visitor-", "Q"))}
    return names | {"x": x, "y": yes_no(x, rng)}


def json_cells(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_000)
    cells = [json.dumps({"a": round(value, 3), "tags": ["red", "blue"][: i % 3]}) for i, value in enumerate(x)]
    lists = [str([i % 5, round(value, 2)]) for i, value in enumerate(x)]
    return {"json": cells, "list": lists, "empty": ["{}"] * 1_000, "y": yes_no(x, rng)}


def mixed_units(rng: np.random.Generator) -> Columns:
    grams = rng.lognormal(7, 1, 1_500)
    written_as = [f"{g:.0f} g" if i % 2 else f"{g / 1000:.3f} kg" for i, g in enumerate(grams)]
    size = [f"{g / 30:.1f}cm" if i % 3 else f'{g / 76:.1f}"' for i, g in enumerate(grams)]
    return {"weight": written_as, "size": size, "y": yes_no(np.log(grams) - 7, rng)}


def foreign_names(rng: np.random.Generator) -> Columns:
    names = ["温度", "größe", "gro\u0308ße", "température", "سعر", "🚲 fahrten", "\u200bhidden", "Ａ", "A", "a", "цена"]
    x = rng.normal(size=(800, len(names)))
    return {name: x[:, i] for i, name in enumerate(names)} | {"y": yes_no(x[:, 0], rng)}


def lone_classes(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(1_200, 3))
    y = np.where(x[:, 0] > 0, "a", "b").astype(object)
    y[:12] = [f"lone {i}" for i in range(12)]
    return {f"x{i}": x[:, i] for i in range(3)} | {"y": y}


def commas_in_target(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_500)
    return {"x": x, "z": rng.normal(size=1_500), "y": [f"{value:,.2f}" for value in np.exp(8 + x)]}


def written_booleans(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_500)
    told = (yes_no(x, rng) == "yes").tolist()
    ways = ("True", "TRUE", "true"), ("False", "FALSE", "false")
    flags = ["Y" if value > 0 else "N" for value in rng.normal(size=1_500)]
    return {"x": x, "flag": flags, "y": [ways[0 if each else 1][i % 3] for i, each in enumerate(told)]}


def nearly_one_number(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(20_000, 4))
    y = np.zeros(20_000)
    y[:20] = rng.exponential(100, 20)
    return {f"x{i}": x[:, i] for i in range(4)} | {"y": y}


def nearly_one_class(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(20_000, 4))
    y = np.full(20_000, "no", dtype=object)
    y[np.argsort(-x[:, 0] - rng.normal(size=20_000))[:20]] = "yes"
    return {f"x{i}": x[:, i] for i in range(4)} | {"y": y}


def empty_strings(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=1_000)
    some = ["" if i % 3 else f"level {i % 4}" for i in range(1_000)]
    blanks = [" " * (i % 4) for i in range(1_000)]
    return {"nothing": [""] * 1_000, "blanks": blanks, "some": some, "x": x, "y": yes_no(x, rng)}


def long_texts(rng: np.random.Generator) -> Columns:
    texts = [" ".join(part) for part in np.array_split(np.array(sentences(rng, 150_000)), 300)]
    return {"t": texts, "x": rng.normal(size=300), "y": yes_no(rng.normal(size=300), rng)}


def columns_again(rng: np.random.Generator) -> Columns:
    x = rng.normal(size=(1_000, 60))
    return {f"x{i}": x[:, i % 60] for i in range(120)} | {"y": yes_no(x[:, 0], rng)}


def constant_in_training(rng: np.random.Generator) -> Columns:
    """Two columns differ in one row, and the newest fifth has one class alone."""
    x, places = rng.normal(size=1_500), np.arange(1_500)
    day = (np.datetime64("2021-01-01") + places).astype("datetime64[ms]")
    y = np.where(places >= 1_200, "no", yes_no(x, rng))
    return {"day": day, "x": x, "last": (places == 1_499) * 1.0, "one": np.where(places == 3, "a", "b"), "y": y}


NASTY = {
    "rare class": Nasty(rare_class),
    "2,000 columns of 150 rows": Nasty(wide),
    "all categories": Nasty(all_categories),
    "only text": Nasty(only_text),
    "all missing but one": Nasty(all_missing_but_one),
    "one row again and again": Nasty(one_row_again, "nothing to tell apart"),
    "two rows again and again": Nasty(two_rows_again),
    "10,000 classes": Nasty(many_classes, "at most 1,000 classes"),
    "a target of 1e12": Nasty(far_target),
    "a target with outliers": Nasty(target_with_outliers),
    "one row of data": Nasty(one_row, "1 row"),
    "no row of data": Nasty(no_row, "no rows"),
    "constant target": Nasty(constant_target, "nothing to tell apart"),
    "constant number": Nasty(constant_number, "nothing to tell apart"),
    "names for a target": Nasty(unique_names, "names, not classes"),
    "numbers that differ": Nasty(unique_numbers),
    "infinite values": Nasty(infinite),
    "infinite target": Nasty(infinite_target),
    "mixed types": Nasty(mixed, form="csv"),
    "1,000,000 rows of 5": Nasty(long),
    "200 texts": Nasty(many_texts),
    "600 columns, 60 texts": Nasty(wide_texts),
    "odd names": Nasty(odd_names),
    "odd names in CSV": Nasty(odd_names, form="csv"),
    "the same name twice": Nasty(same_names, form="csv"),
    "dates only": Nasty(dates_only),
    "booleans with gaps": Nasty(boolean_with_gaps),
    "5 of 50,000": Nasty(five_of_many),
    "2 of 20,000": Nasty(two_of_many),
    "355 classes": Nasty(many_names),
    "a class for each row": Nasty(row_per_class, "names, not classes"),
    "dates as target": Nasty(dates_as_target, "holds dates"),
    "names alone": Nasty(names_only, "No column is left"),
    "the same but one": Nasty(same_but_one),
    "integers beyond 64 bits": Nasty(huge_integers),
    "lists, structs and bytes": Nasty(nested),
    "5 MB in one cell": Nasty(one_huge_text),
    "numbers near the limits": Nasty(far_numbers, "cannot be kept"),
    "60 rows 30 times": Nasty(rows_again),
    "names and a number": Nasty(names_and_a_number),
    "JSON in cells": Nasty(json_cells),
    "mixed units": Nasty(mixed_units, form="csv"),
    "names of all scripts": Nasty(foreign_names),
    "12 classes of one row": Nasty(lone_classes),
    "commas in the target": Nasty(commas_in_target, form="csv"),
    "booleans written in three ways": Nasty(written_booleans, form="csv"),
    "one number in 99.9 %": Nasty(nearly_one_number),
    "one class in 99.9 %": Nasty(nearly_one_class),
    "empty strings": Nasty(empty_strings),
    "40 KB in each cell": Nasty(long_texts),
    "half the columns twice": Nasty(columns_again),
    "constant where it learns": Nasty(constant_in_training),
}


def written(name: str, nasty: Nasty, folder: Path) -> Path:
    """The file of a table."""
    columns = nasty.make(np.random.default_rng(0))
    file = folder / f"{name.replace(' ', '-').replace(',', '')}.{nasty.form}"
    names = [each.rstrip("\0") for each in columns]
    table = pa.Table.from_arrays([_array(each) for each in columns.values()], names)
    if nasty.form == "csv":
        pa.csv.write_csv(table, file)
    else:
        pq.write_table(table, file)
    return file


def _array(values: object) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values)


PEAK = """
import resource, sys
from mlwright.faces.cli.main import main
try:
    main()
finally:
    sys.stderr.write(f"peak_kb={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""


def run(name: str, nasty: Nasty, budget: float, folder: Path, memory_gb: float | None) -> Row:
    """One table, as a user would do it."""
    file, project = written(name, nasty, folder), folder / "projects" / f"{name}-{budget:g}"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-c", PEAK, "run", str(file), "--target", "y", "-p", str(project)]

    def limited() -> None:
        if memory_gb is not None:
            resource.setrlimit(resource.RLIMIT_AS, (int(memory_gb * 1e9),) * 2)

    done = subprocess.run(
        [*command, "--budget", f"{budget:g}s"], capture_output=True, text=True, preexec_fn=limited, check=False
    )
    wall_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said, _, peak = done.stderr.rpartition("peak_kb=")
    figures = {
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
        "over": round(wall_s / budget, 2),
        "cpu_over": round(cpu_s / budget, 2),
        "peak_gb": round(int(peak or 0) / 1e6, 2),
    }
    if done.returncode:
        is_right = bool(nasty.refusal) and done.returncode == 2 and nasty.refusal in said and "->" in said
        words = " ".join(said.split())[-400:]
        return Row(name, f"exit {done.returncode}", **figures, fits_end=0, metric="", model=0, baseline=0, words=words,
                   is_right=is_right, stages={})  # fmt: skip
    return _with_model(name, project, nasty, figures)


def _with_model(name: str, folder: Path, nasty: Nasty, figures: dict[str, float]) -> Row:
    from mlwright import Project

    project = Project(folder)
    evaluation, training = project.show("evaluation"), project.show("leaderboard")
    first = evaluation.metrics[0]
    done = [event for event in project.events() if event["event"] == "stage_done"]
    stages = {event["stage"]: (event["seconds"], event["cpu_s"]) for event in done}
    return Row(
        name=name,
        outcome="model",
        **figures,
        fits_end=round(training.used_s / training.budget_s, 2),
        metric=first.name,
        model=first.model.value,
        baseline=first.baseline.value,
        words=f"{len(training.leaderboard)} candidates, {training.stopped}",
        is_right=not nasty.refusal and bool(np.isfinite(first.model.value)),
        stages=stages,
    )


def show(rows: list[Row], *, stages: bool) -> None:
    print(
        "| table | outcome | wall s | over | CPU s | CPU over | GB | search ends | metric | model | dummy | in words |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for r in rows:
        figures = f"{r.wall_s} | {r.over} | {r.cpu_s} | {r.cpu_over} | {r.peak_gb} | {r.fits_end}"
        print(
            f"| {r.name} | {r.outcome}{'' if r.is_right else ' (wrong)'} | {figures} | {r.metric} | {r.model:.4g} "
            f"| {r.baseline:.4g} | {r.words} |"
        )
        if stages:
            print("    " + ", ".join(f"{stage} {cpu_s:.1f}" for stage, (_, cpu_s) in r.stages.items()))


def missed(rows: list[Row]) -> list[str]:
    """Which goals were missed, as sentences."""
    wrong = [f"{r.name}: {r.outcome}, {r.words}" for r in rows if not r.is_right]
    return wrong + [f"{r.name}: {r.over} of the budget" for r in rows if r.over > GOAL_OVER]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the tables are made")
    parser.add_argument("--budget", type=float, default=15.0)
    parser.add_argument("--only", nargs="*", default=[], choices=list(NASTY), metavar="NAME")
    parser.add_argument("--memory-gb", type=float, help="of address space")
    parser.add_argument("--stages", action="store_true", help="CPU seconds of every stage")
    parser.add_argument("--quick", action="store_true", help="six of the tables")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    names = options.only or (QUICK if options.quick else NASTY)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name in names:
            rows.append(run(name, NASTY[name], options.budget, Path(folder), options.memory_gb))
            print(rows[-1], file=sys.stderr)
    show(rows, stages=options.stages)
    late = missed(rows)
    print("\n".join(late))
    print(
        json.dumps(
            {
                "benchmark": "failures",
                "budget_s": options.budget,
                "n_wrong": sum(not row.is_right for row in rows),
                "longest_share": max(row.over for row in rows),
                "rows": [row._asdict() for row in rows],
            }
        )
    )
    if options.check and late:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""What each form in a programming language can do by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import onnx
import pytest

import mlwright
from mlwright.records.cleaning import (
    CleaningPlan,
    MapValues,
    MarkMissing,
    ReadDate,
)
from mlwright.records.model import (
    DateColumn,
)
from mlwright.shipping.exports._lower import program_of

from .conftest import EXACT, PLAN, agrees, as_csv, bundle_of, needs_compiler, rows_of


def test_the_python_form_runs_alone_on_a_csv_file(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "multiclass")
    mlwright.export(bundle, "python", tmp_path / "out")
    rows = rows_of(40, seed=3)
    command = [sys.executable, "-I", "-S", "scorer.py", "model.json"]
    done = subprocess.run(command, cwd=tmp_path / "out", input=as_csv(rows), capture_output=True, text=True, check=True)
    agrees(done.stdout, bundle, rows)


STRICT = (
    "CFLAGS=-std=c99 -O2 -g -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"
)


@needs_compiler
@pytest.mark.parametrize(
    ("family", "task"),
    [("linear", "multiclass"), ("lightgbm", "binary"), ("crafted", "binary"), ("catboost", "multiclass")],
)
def test_the_c_form_is_a_program_that_reads_csv_without_a_warning_or_a_look_beside_its_data(family, task, tmp_path):
    bundle = bundle_of(tmp_path, (family,), task)
    mlwright.export(bundle, "c", tmp_path / "out")
    built = subprocess.run(["make", STRICT], cwd=tmp_path / "out", capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr:  # a compiler without its sanitizers
        command = ["make", "CC=cc -Werror"]
        built = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    rows = rows_of(40, seed=3)
    program = tmp_path / "out" / "flights_co"
    agrees(
        subprocess.run([program], input=as_csv(rows), capture_output=True, text=True, check=True).stdout, bundle, rows
    )
    lost = subprocess.run([program], input="age\n3\n", capture_output=True, text=True, check=False)
    assert (lost.returncode, "is missing" in lost.stderr) == (2, True)


@pytest.mark.skipif(shutil.which("c++") is None, reason="c++ is not installed")
def test_the_header_for_cpp_answers_the_same(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "regression")
    out = tmp_path / "out"
    mlwright.export(bundle, "c", out)
    (out / "try.cpp").write_text(
        '#include <cstdio>\n#include "flights_co.hpp"\n'
        'int main() { flights_co::Row row; row.age = 31; row.city = "city 7";'
        ' std::printf("%.17g", flights_co::scores(row)[0]); }\n'
    )
    subprocess.run(["cc", "-O1", "-c", "flights_co.c"], cwd=out, check=True)
    subprocess.run(
        ["c++", "-std=c++17", "-Wall", "-Werror", "-o", "try", "try.cpp", "flights_co.o"], cwd=out, check=True
    )
    found = float(subprocess.check_output([out / "try"], text=True))
    row = dict.fromkeys(rows_of(1)[0]) | {"age": 31, "city": "city 7"}
    assert found == pytest.approx(bundle.predict([row])[0], abs=1e-9)


def test_the_onnx_form_says_what_its_scores_mean(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "binary")
    mlwright.export(bundle, "onnx", tmp_path)
    facts = onnx.load(tmp_path / "model.onnx").metadata_props
    known = {fact.key: fact.value for fact in facts}
    assert json.loads(known["classes"]) == ["no", "yes"]
    assert known["threshold"] == "0.4"
    assert known["bundle_id"] == bundle.bundle_id


def test_names_that_are_cleaned_first_have_the_codes_of_what_they_become(tmp_path):
    steps = (
        MapValues(cure="spellings", column="city", level="spelling", reason="", values={"Citty 7": "city 7"}),
        MarkMissing(cure="gaps", column="job", level="type", reason="", codes=("n/a",)),
    )
    plan = PLAN.model_copy(update={"cleaning": CleaningPlan(n_rows=400, steps=steps)})
    bundle = bundle_of(tmp_path, ("linear",), "binary", plan)
    program = {given.name: given for given in program_of(bundle).inputs}
    assert program["city"].codes["Citty 7"] == program["city"].codes["city 7"]
    assert program["job"].codes["n/a"] == -1
    assert mlwright.export(bundle, "sql", tmp_path / "sql").largest_difference < EXACT


def test_years_of_two_digits_are_of_the_same_century_in_python_as_in_the_bundle(tmp_path):
    how = {
        "column": "since",
        "level": "type",
        "reason": "",
        "formats": ("%m/%d/%y",),
        "first_year": 1927,
        "with_time": True,
    }
    plan = PLAN.model_copy(update={"cleaning": CleaningPlan(n_rows=400, steps=(ReadDate(cure="dates", **how),))})
    bundle = bundle_of(tmp_path, ("linear",), "multiclass", plan)
    _reads_days_from_1927(bundle, tmp_path)


def test_a_column_of_dates_says_itself_of_which_century_its_years_are(tmp_path):
    columns = tuple(
        column.model_copy(update={"format": "%m/%d/%y from 1927"}) if isinstance(column, DateColumn) else column
        for column in PLAN.columns
    )
    plan = PLAN.model_copy(update={"columns": columns})
    _reads_days_from_1927(bundle_of(tmp_path, ("linear",), "multiclass", plan), tmp_path)


def _reads_days_from_1927(bundle, tmp_path):
    mlwright.export(bundle, "python", tmp_path / "out")
    rows = [{**row, "since": f"{1 + n % 12}/{1 + n % 28}/{n % 100:02d}"} for n, row in enumerate(rows_of(120))]
    command = [sys.executable, "-I", "-S", "scorer.py", "model.json"]
    done = subprocess.run(command, cwd=tmp_path / "out", input=as_csv(rows), capture_output=True, text=True, check=True)
    agrees(done.stdout, bundle, rows)

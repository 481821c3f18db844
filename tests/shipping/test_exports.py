"""A model answers in another language what it answers here, or is not handed over."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import itertools
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import onnx
import pyarrow as pa
import pytest

import mlwright
from mlwright.core.errors import ExportRefused, SettingsError, StorageError
from mlwright.faces.cli.main import main
from mlwright.learning.aim import MEAN, Aim
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.bundle import GoldenRow, Manifest
from mlwright.records.cleaning import (
    CleaningPlan,
    MapValues,
    MapWords,
    MarkMissing,
    ReadDate,
    ReadNumber,
    SetNumbers,
    SwapCells,
    WriteList,
    WriteTime,
)
from mlwright.records.contract import Clause, Contract
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision, Worth
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.model import (
    Calibrator,
    CategoryColumn,
    CoreRef,
    DateColumn,
    EncodingPlan,
    Linear,
    Member,
    ModelSpec,
    NumberColumn,
    OwnAmounts,
    TextColumn,
)
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.folder import MANIFEST, UNSEALED, sealed, write_folder
from mlwright.shipping.exports import EXPORT_FORMS, _answers, _sql_trees, sql
from mlwright.shipping.exports._graph import Binary, Choose, Forest, Join, Missing, Read, Unary, as_node
from mlwright.shipping.exports._inputs import NumberInput
from mlwright.shipping.exports._lower import program_of
from mlwright.shipping.exports._once import once
from mlwright.shipping.exports._proof import as_values

N_ROWS = 400
CITIES = tuple(f"city {j}" for j in range(24))
JOBS = ("clerk", "trnvfv", 'it\'s "odd" 100%', "nürse")
PARTS = ("year", "month", "day", "weekday", "hour", "minute", "day_of_year", "days")
CLASSES = {"regression": (), "binary": ("no", "yes"), "multiclass": ("a", "b", "c")}
FIGURE = Estimate(value=0.5, low=0.4, high=0.6, method="made up")
PASSWORD = "pass:w/rd@%"
WORTH = Worth(unit="money", assumed=True, table={}, model=FIGURE, today=FIGURE, today_is="nobody", gain=FIGURE)
PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0, missing_codes=("-1",)),
        NumberColumn(name="Größe (cm)", low=-3.0, high=3.0),
        CategoryColumn(name="city", levels=CITIES, counts=tuple(range(1, 25)), with_counts=True, missing_codes=("?",)),
        CategoryColumn(name="job", levels=JOBS, counts=(9, 9, 9, 9)),
        CategoryColumn(name="member", levels=("true", "false"), counts=(50, 50)),
        CategoryColumn(name="rooms", levels=("1", "2", "3"), counts=(5, 5, 5)),
        DateColumn(name="since", parts=PARTS),
    )
)
TYPES = {
    "age": "int64", "Größe (cm)": "double", "city": "string", "job": "string", "member": "bool", "rooms": "int64",
    "since": "timestamp[us]",
}  # fmt: skip
KINDS = {"age": "number", "Größe (cm)": "number", "since": "date"}


def rows_of(n_rows: int, seed: int = 0) -> list[dict]:
    """Rows in which about one value in ten is missing."""
    rng = np.random.default_rng(seed)
    start = datetime(1999, 12, 30)

    def maybe(value):
        return None if rng.uniform() < 0.1 else value

    return [
        {
            "age": maybe(int(rng.integers(-1, 110))),
            "Größe (cm)": maybe(float(rng.normal())),
            "city": maybe(str(rng.choice(CITIES))),
            "job": maybe(str(rng.choice(JOBS))),
            "member": maybe(bool(rng.integers(2))),
            "rooms": maybe(int(rng.integers(1, 5))),
            "since": maybe((start + timedelta(minutes=int(rng.integers(0, 10_000_000)))).isoformat()),
        }
        for _ in range(n_rows)
    ]


def target_of(rows: list[dict], task: str):
    rng = np.random.default_rng(1)
    signal = np.array(
        [
            (row["age"] or 40) / 30 + (row["city"] or "city 0").endswith("7") * 2 + (row["job"] == "trnvfv")
            for row in rows
        ]
    )
    noisy = signal + rng.normal(0, 0.5, len(rows))
    if task == "regression":
        return noisy * 100
    cuts = np.quantile(noisy, [0.6] if task == "binary" else [0.4, 0.8])
    return np.searchsorted(cuts, noisy).astype(float)


def bundle_of(
    folder,
    families: tuple[str, ...],
    task: str,
    plan=PLAN,
    title="flights & co",
    aim=MEAN,
    objectives=(),
    types=None,
    **spec,
):
    """A bundle whose model is the mean of one model of each family."""
    rows = rows_of(N_ROWS)
    encoder = Encoder(plan)
    blocks = encoder.encode_records(rows)
    n_classes = len(CLASSES[task])
    facts = Facts(task, n_classes, N_ROWS, len(TYPES), encoder.names, 1.0, aim=aim, amount_objectives=objectives)
    ticks = itertools.count()
    context = FitContext(facts, 0, 1, lambda: next(ticks) > 40)
    target = target_of(rows, task)
    whole = Rows(blocks, np.abs(target) + 1.0 if objectives else target)
    files, members = {}, []
    for name in families:
        family = MODELS.get(name)()
        suited = replace(facts, n_rows=20_000) if name in ("crafted", "tabm") else facts
        candidate = family.candidates(suited)[-1 if objectives else 0]
        core = family.fit(candidate, whole, whole, context).core
        data = core.to_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        files[f"model/{sha256[:12]}.bin"] = data
        members.append(Member(candidate=name, weight=1 / len(families), cores=(CoreRef(form=core.form, blob=sha256),)))
    model = ModelSpec(
        task=task,
        classes=CLASSES[task],
        plan=plan,
        members=tuple(members),
        **({"threshold": 0.4 if task == "binary" else None} | spec),
    )
    draft = Manifest(
        bundle_id=UNSEALED, name=title, made_at="2026-01-01T00:00:00+00:00", made_by="mlwright 0", run_id="r",
        target="late", target_type="string", model=model, golden=(), reference=(), packages={"numpy": "1.0"},
        evaluation=Evaluation(n_rows=9, metrics=(), predictions="", simple_predictions="", baseline_predictions=""),
        decision=Decision(verdict="deploy", headline="Use it.", reasons=(), rulings=(), worth=WORTH),
        contract=Contract(n_rows=100, columns=tuple(
            Clause(type=kind, name=name, kind=KINDS.get(name, "category"), optional=True)
            for name, kind in (TYPES | (types or {})).items()
        )),
        lineage=Lineage(source="csv", location="flights.csv", read_at="2026-01-01T00:00:00Z"),
        files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )  # fmt: skip
    _write(folder / "draft", files, draft)
    golden = rows_of(20, seed=5)
    answers = Bundle.load(folder / "draft").score_records(golden).tolist()
    stored = tuple(GoldenRow(row=row, answer=tuple(answer)) for row, answer in zip(golden, answers, strict=True))
    _write(folder / "bundle", files, draft.model_copy(update={"golden": stored}))
    return Bundle.load(folder / "bundle")


BETA = Calibrator(form="beta", parameters=(1.2, 0.7, 0.1))
VECTOR = Calibrator(form="vector", parameters=(1.1, 0.9, 1.0, 0.2, 0.0, -0.2))


def _write(folder, files, manifest) -> None:
    _, data = sealed(manifest)
    write_folder(files | {MANIFEST: data}, folder)


FORMS = ("python", "c", "onnx", "sql")
TRIED = [
    ("dummy", "multiclass"),
    ("linear", "binary"),
    ("linear", "multiclass"),
    ("linear", "regression"),
    ("mlp", "regression"),
    pytest.param(
        "tabm", "binary", marks=pytest.mark.skipif("tabm" not in MODELS.installed(), reason="torch is not installed")
    ),
    ("lightgbm", "binary"),
    ("lightgbm", "multiclass"),
    ("crafted", "binary"),
    ("catboost", "binary"),
    ("catboost", "multiclass"),
    ("catboost", "regression"),
    ("crafted_catboost", "regression"),
    ("extra_trees", "multiclass"),
    ("extra_trees", "regression"),
]
EXACT = 1e-9
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "export.md"
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="cc is not installed")


def said_of(row: str) -> dict[str, str]:
    """What the page says of a model or an input, by form."""
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].strip("`") == row and len(cells) == 1 + len(FORMS):
            return dict(zip(("python", "c", "onnx", "sql"), cells[1:], strict=True))
    raise AssertionError(f"{row} is missing from {PAGE.name}")


@pytest.mark.parametrize(("family", "task"), TRIED)
def test_every_family_answers_the_same_in_every_form_that_can_say_it(family, task, tmp_path):
    bundle, said = bundle_of(tmp_path, (family,), task), said_of(family)
    for form in FORMS:
        if form == "c" and not shutil.which("cc"):
            continue
        if said[form] != "yes":
            with pytest.raises(ExportRefused, match=said[form].removeprefix("no: ")):
                mlwright.export(bundle, form, tmp_path / form)
            continue
        made = mlwright.export(bundle, form, tmp_path / form)
        assert made.largest_difference < (1e-6 if family == "extra_trees" else EXACT), (form, made)
        assert made.n_rows >= 200


@pytest.mark.parametrize("family", ["linear", "mlp"])
def test_a_model_of_names_alone_answers_the_same_in_python(family, tmp_path):
    plan = PLAN.model_copy(update={"columns": tuple(c for c in PLAN.columns if c.name in ("job", "member"))})
    bundle = bundle_of(tmp_path, (family,), "multiclass", plan)
    assert mlwright.export(bundle, "python", tmp_path / "python").largest_difference < EXACT


def test_the_page_tells_of_every_family():
    for family in MODELS.names():
        assert set(said_of(family)) == set(FORMS)


def columns_with(name: str, **changes) -> EncodingPlan:
    columns = tuple(each.model_copy(update=changes) if each.name == name else each for each in PLAN.columns)
    return PLAN.model_copy(update={"columns": columns})


def cleaned_by(step) -> EncodingPlan:
    return PLAN.model_copy(update={"cleaning": CleaningPlan(n_rows=400, steps=(step,))})


TEXT = TextColumn(name="job", terms=(), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="idf")
INPUTS = {
    "numbers, names, truth values": PLAN,
    "moments and dates as such": PLAN,
    "dates as text in a pattern of ISO 8601 (`2026-12-31`)": columns_with("since", format="%Y-%m-%d"),
    "dates in a pattern of their own, of numbers (`31.12.2026 9:30`)": columns_with("since", format="%d.%m.%Y %H:%M"),
    "dates in a pattern with names (`31 Dec 2026`)": columns_with("since", format="%d %b %Y"),
    "dates with years of two digits": columns_with("since", format="%m/%d/%y from 1927"),
    "names whose spellings and marks of missing values are cleaned": cleaned_by(
        MapValues(cure="x", column="city", level="spelling", reason="", values={"Citty 7": "city 7"})
    ),
    "columns that are cleaned by reading units, lists or times": cleaned_by(
        ReadNumber(cure="x", column="age", level="type", reason="", units={})
    ),
    "free text": EncodingPlan(columns=(TEXT,)),
}
SQL_SAYS = {"DuckDB: yes; others no": {"duckdb"}, "yes": {"duckdb", "postgres", "sqlite"}, "no": set()}


@pytest.mark.parametrize("row", INPUTS)
def test_every_input_is_read_alike_by_the_forms_that_can_read_it(row, tmp_path):
    said, types = said_of(row), {"since": "string"} if row.startswith("dates") and "as such" not in row else {}
    can_fit = said["python"] == "yes"
    bundle = bundle_of(tmp_path, ("linear",), "binary", INPUTS[row] if can_fit else PLAN, types=types)
    forms = [(form, {}, said[form] == "yes") for form in FORMS if form != "sql" and (form != "c" or shutil.which("cc"))]
    forms += [("sql", {"dialect": dialect}, dialect in SQL_SAYS[said["sql"]]) for dialect in SQL_SAYS["yes"]]
    for form, options, can in forms:
        if can:
            made = mlwright.export(bundle, form, tmp_path / "out", **options)
            assert made.largest_difference is None or made.largest_difference < EXACT, (form, options)
            continue
        asked = bundle if can_fit else _WithPlan(bundle, INPUTS[row])
        with pytest.raises(ExportRefused):
            EXPORT_FORMS.get(form)(**options).write(program_of(asked), asked.manifest)


@pytest.mark.parametrize(("family", "aim"), [("lightgbm", Aim(0.5)), ("crafted", Aim(0.5)), ("lightgbm", Aim(0.9))])
def test_models_that_make_absolute_or_lopsided_errors_small_answer_the_same(family, aim, tmp_path):
    bundle = bundle_of(tmp_path, (family,), "regression", aim=aim)
    assert mlwright.export(bundle, "python", tmp_path / "python").largest_difference < EXACT
    assert mlwright.export(bundle, "sql", tmp_path / "sql").largest_difference < EXACT


@pytest.mark.parametrize("objective", ["tweedie", "gamma"])
def test_models_of_amounts_answer_the_same_in_every_form(objective, tmp_path):
    bundle = bundle_of(tmp_path, ("crafted",), "regression", objectives=(objective,))
    assert bundle.scores(rows_of(50)).min() > 1.0
    for form in FORMS:
        if form != "c" or shutil.which("cc"):
            assert mlwright.export(bundle, form, tmp_path / form).largest_difference < EXACT, form


@pytest.mark.parametrize(("task", "calibrator"), [("binary", BETA), ("multiclass", VECTOR)])
def test_a_calibrated_mean_of_two_models_answers_the_same(task, calibrator, tmp_path):
    bundle = bundle_of(tmp_path, ("linear", "dummy"), task, calibrator=calibrator)
    for form, options in [("python", {}), ("onnx", {}), ("sql", {}), ("sql", {"dialect": "sqlite"})]:
        assert mlwright.export(bundle, form, tmp_path / form, **options).largest_difference < EXACT


LINEAR = Linear(plus=5.0, times={"age": 0.2, "Größe (cm)": 30.0})
AMOUNTS = OwnAmounts(saved=LINEAR, spent=Linear(plus=9.0), usual={"age": 40.0, "Größe (cm)": 0.5}, least=1.0)
ALL_FORMS = [
    ("python", {}),
    pytest.param("c", {}, marks=needs_compiler),
    ("onnx", {}),
    ("sql", {}),
    ("sql", {"dialect": "sqlite"}),
]


@pytest.mark.parametrize(("form", "options"), ALL_FORMS)
def test_each_case_is_answered_by_its_own_amounts(form, options, tmp_path):
    """Some cases are answered positive at any probability, some never; an amount that is not known is the usual one."""
    numbers = (NumberColumn(name="age", low=0.0, high=100.0), *PLAN.columns[1:])
    plan = PLAN.model_copy(update={"columns": numbers})
    bundle = bundle_of(tmp_path, ("linear",), "binary", plan, amounts=AMOUNTS)
    made = mlwright.export(bundle, form, tmp_path / form, **options)
    assert made.largest_difference < EXACT
    rows = rows_of(300, seed=8)
    usual = bundle.model.answers(bundle.model.scores(rows), [row | dict.fromkeys(AMOUNTS.usual) for row in rows])
    own = bundle.predict(rows)
    assert 20 < (np.array(["no", "yes"])[usual.astype(int)] != own).sum() < 280
    if form == "python":
        spec = importlib.util.spec_from_file_location("scorer", tmp_path / form / "scorer.py")
        spec.loader.exec_module(scorer := importlib.util.module_from_spec(spec))
        model = scorer.Model(tmp_path / form / "model.json")
        assert [model.predict(row) for row in rows] == own.tolist()
        assert len(model.scores(rows[0])) == 2


@pytest.mark.parametrize(("form", "options"), ALL_FORMS)
def test_of_several_classes_the_one_is_answered_of_which_most_is_expected(form, options, tmp_path):
    worth = ((0.0, -1.0, -1.0), (-1.0, 0.0, -1.0), (-9.0, -2.0, 0.0))
    bundle = bundle_of(tmp_path, ("linear",), "multiclass", worth=worth)
    assert mlwright.export(bundle, form, tmp_path / form, **options).largest_difference < EXACT
    scores = bundle.scores(rows_of(300))
    assert (bundle.predict(rows_of(300)) != np.array(list("abc"))[scores.argmax(axis=1)]).sum() > 10


def test_an_answer_that_differs_is_found_even_where_the_scores_agree(tmp_path, monkeypatch):
    monkeypatch.setattr(_answers, "_first", lambda flags: as_node(0.0))
    worth = ((0.0, -1.0, -1.0), (-1.0, 0.0, -1.0), (-9.0, -2.0, 0.0))
    with pytest.raises(ExportRefused, match="is not handed over"):
        mlwright.export(bundle_of(tmp_path, ("linear",), "multiclass", worth=worth), "python", tmp_path / "out")


def test_an_amount_that_is_read_in_two_ways_is_refused(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "binary", amounts=AMOUNTS)
    with pytest.raises(ExportRefused, match="'age' is an amount, and an input that is read in another way"):
        mlwright.export(bundle, "python", tmp_path / "out")


def test_clipped_numbers_answer_the_same(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "regression", low=50.0, high=200.0)
    scores = bundle.scores(rows_of(50))
    assert scores.min() == 50.0
    assert mlwright.export(bundle, "sql", tmp_path / "sql").largest_difference < EXACT
    assert mlwright.export(bundle, "python", tmp_path / "py").largest_difference < EXACT


@pytest.mark.postgresql
def test_postgresql_answers_the_same(tmp_path, postgresql):
    server = f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{postgresql}/postgres"
    for family, task in [("linear", "binary"), ("lightgbm", "binary"), ("linear", "regression")]:
        bundle = bundle_of(tmp_path / family / task, (family,), task)
        made = mlwright.export(bundle, "sql", tmp_path / "sql", dialect="postgres", server=server)
        assert made.largest_difference < EXACT
        assert made.n_rows == 500


def test_a_query_of_deep_trees_can_be_a_view_of_sqlite_or_part_of_a_query(tmp_path):
    bundle = bundle_of(tmp_path, ("extra_trees",), "binary")
    form, program = EXPORT_FORMS.get("sql")(dialect="sqlite", trees="query"), program_of(bundle)
    query = form.write(program, bundle.manifest)["model.sql"].decode().rstrip().rstrip(";")
    rows = [as_values(program, golden.row) for golden in bundle.manifest.golden]
    with form.filled(program, bundle.manifest, rows) as cursor:
        cursor.execute(f"CREATE TEMPORARY VIEW scored AS {query}")
        counted = cursor.execute(f"SELECT count(*) FROM ({query})").fetchall()
        assert cursor.execute("SELECT count(answer) FROM scored").fetchall() == counted == [(len(rows),)]


LARGE = [("lightgbm", "multiclass"), ("catboost", "binary"), ("extra_trees", "regression"), ("crafted", "binary")]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@pytest.mark.parametrize(("family", "task"), LARGE)
def test_trees_in_a_table_answer_the_same(family, task, dialect, tmp_path):
    bundle = bundle_of(tmp_path, (family,), task)
    made = mlwright.export(bundle, "sql", tmp_path / "sql", dialect=dialect, trees="table")
    assert made.files == ("trees.sql", "model.sql")
    assert made.largest_difference < (1e-6 if family == "extra_trees" else EXACT)
    assert (tmp_path / "sql" / "model.sql").stat().st_size < 60_000


BLEND = ("linear", "lightgbm", "crafted", "catboost")
STRANGE = {"age": None, "Größe (cm)": 1e9, "city": "(never seen)", "job": None, "member": None, "since": "1900-01-01"}


@pytest.fixture(scope="module")
def blend(tmp_path_factory) -> Bundle:
    return bundle_of(tmp_path_factory.mktemp("blend"), BLEND, "binary", calibrator=BETA)


def odd_rows() -> list[dict]:
    """Rows of which each third one has a value that is missing, or that no row had in training."""
    rows = rows_of(90, seed=12)
    names = list(STRANGE)
    return [
        row if place % 3 else row | {(name := names[place // 3 % len(names)]): STRANGE[name]}
        for place, row in enumerate(rows)
    ]


@pytest.mark.parametrize("trees", ["query", "table"])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.postgresql)])
def test_a_blend_of_cores_answers_in_a_database_as_in_the_service(dialect, trees, blend, tmp_path, request):
    server = {}
    if dialect == "postgres":
        port = request.getfixturevalue("postgresql")
        server = {"server": f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"}
    made = mlwright.export(blend, "sql", tmp_path / "sql", dialect=dialect, trees=trees, **server)
    assert (made.n_rows, made.unproved_because) == (500, "")
    assert made.largest_difference < EXACT
    form, program, rows = EXPORT_FORMS.get("sql")(dialect, trees=trees, **server), program_of(blend), odd_rows()
    files = {name: (tmp_path / "sql" / name).read_bytes() for name in made.files}
    with form.filled(program, blend.manifest, [as_values(program, row) for row in rows]) as cursor:
        if trees == "table":
            form.put_trees(files, cursor)
        cursor.execute(files["model.sql"].decode())
        found = cursor.fetchall()
    assert [row[-3] for row in found] == blend.predict(rows).tolist()
    np.testing.assert_allclose([row[-1] for row in found], blend.predict_proba(rows)[:, 1], atol=EXACT)


@pytest.mark.parametrize("form", ["python", "onnx", pytest.param("c", marks=needs_compiler)])
def test_a_blend_of_cores_answers_the_same_in_a_program(form, blend, tmp_path):
    assert mlwright.export(blend, form, tmp_path / form).largest_difference < EXACT


def test_trees_of_several_cores_ask_of_one_row_that_is_laid_out_once(tmp_path):
    bundle = bundle_of(tmp_path, ("lightgbm", "lightgbm", "lightgbm"), "multiclass")
    program = program_of(bundle)
    forests = [node for node in program.in_order() if isinstance(node, Forest)]
    assert len(forests) == 3
    assert len({id(forest.features) for forest in forests}) == 1
    code = EXPORT_FORMS.get("c")().write(program, bundle.manifest)["flights_co.c"].decode()
    assert code.count("    slots_of(") == 1
    assert code.count("    leaves_of(") == 3


def test_what_does_the_same_with_the_same_is_done_once():
    def filled():
        x = Read(NumberInput("x"))
        return Choose(Missing(x), as_node(3.0), x)

    left, right = once(Join((filled() + 1.0, filled() + 2.0))).parts
    assert isinstance(left, Binary)
    assert left.left is right.left
    assert left.right is not right.right
    several = once(Join((Unary("exp", as_node(1.0)), Unary("log", as_node(1.0))))).parts
    assert several[0].of is several[1].of
    assert several[0] is not several[1]


@pytest.mark.postgresql
def test_rows_of_any_width_lie_in_their_order_in_the_table_of_the_proof(tmp_path, postgresql):
    server = f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{postgresql}/postgres"
    bundle = bundle_of(tmp_path, ("linear",), "binary")
    form, program = EXPORT_FORMS.get("sql")(dialect="postgres", server=server), program_of(bundle)
    widths = np.random.default_rng(0).integers(0, 900, 500)
    rows = [dict.fromkeys(given.name for given in program.inputs) | {"age": float(place), "city": "x" * int(width)}
            for place, width in enumerate(widths)]  # fmt: skip
    with form.filled(program, bundle.manifest, rows) as cursor:
        cursor.execute('SELECT "age" FROM new_rows')
        assert [age for (age,) in cursor.fetchall()] == [float(place) for place in range(500)]


@pytest.mark.postgresql
def test_postgresql_goes_down_trees_in_a_table(tmp_path, postgresql):
    server = f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{postgresql}/postgres"
    bundle = bundle_of(tmp_path, ("lightgbm", "extra_trees"), "multiclass")
    made = mlwright.export(bundle, "sql", tmp_path / "sql", dialect="postgres", server=server, trees="table")
    assert made.largest_difference < 1e-6
    assert (tmp_path / "sql" / "model.sql").read_text().endswith("\nORDER BY row_no\n")


def test_what_is_too_long_for_one_query_becomes_a_table_of_trees(tmp_path, monkeypatch):
    bundle = bundle_of(tmp_path, ("extra_trees", "linear"), "binary")
    monkeypatch.setattr(sql, "MOST_BYTES", 400_000)
    made = mlwright.export(bundle, "sql", tmp_path / "sql")
    assert made.files == ("trees.sql", "model.sql")
    assert made.largest_difference < 1e-6
    with pytest.raises(ExportRefused, match="more than a database should be given") as refused:
        mlwright.export(bundle, "sql", tmp_path / "other", trees="query")
    assert refused.value.hint == "Leave --trees query out."


def test_the_table_of_trees_is_made_once_and_asked_again_and_again(tmp_path):
    import duckdb

    bundle = bundle_of(tmp_path, ("lightgbm", "catboost"), "binary")
    mlwright.export(bundle, "sql", tmp_path, table="Their rows", keep=["city"], trees="table")
    with duckdb.connect(tmp_path / "shop.db") as connection:
        connection.execute((tmp_path / "trees.sql").read_text())
    for seed in (1, 2):
        rows = rows_of(700, seed=seed)
        table = pa.table({name: [_stored(name, row[name]) for row in rows] for name in rows[0]})
        with duckdb.connect(tmp_path / "shop.db") as connection:
            connection.register("Their rows", table)
            found = connection.execute((tmp_path / "model.sql").read_text()).to_arrow_table()
        by_chance = np.sort(bundle.predict_proba(rows)[:, 1])
        np.testing.assert_allclose(np.sort(found["p_yes"].to_numpy()), by_chance, atol=EXACT)


def test_a_tree_that_is_too_deep_for_joins_is_said_to_be_so(tmp_path, monkeypatch):
    monkeypatch.setattr(_sql_trees, "MOST_LEVELS", 2)
    bundle = bundle_of(tmp_path, ("lightgbm",), "binary")
    with pytest.raises(ExportRefused, match="levels; a query can go down 2"):
        mlwright.export(bundle, "sql", tmp_path / "sql", trees="table")
    assert mlwright.export(bundle, "sql", tmp_path / "sql").files == ("model.sql",)


def test_without_a_server_a_query_for_postgresql_is_written_and_called_unproved(tmp_path):
    made = mlwright.export(bundle_of(tmp_path, ("linear",), "binary"), "sql", tmp_path / "sql", dialect="postgres")
    assert made.largest_difference is None
    assert "--server" in made.unproved_because
    assert (tmp_path / "sql" / "model.sql").exists()


def test_the_query_hands_on_the_columns_that_are_asked_for(tmp_path):
    import duckdb

    bundle = bundle_of(tmp_path, ("linear",), "binary")
    mlwright.export(bundle, "sql", tmp_path, table="Their rows", keep=["ticket", "city"])
    rows = [row | {"ticket": place} for place, row in enumerate(rows_of(30, seed=9))]
    table = pa.table({name: [_stored(name, row[name]) for row in rows] for name in rows[0]})
    with duckdb.connect() as connection:
        connection.register("Their rows", table)
        found = connection.execute((tmp_path / "model.sql").read_text()).to_arrow_table()
    assert found.column_names == ["ticket", "city", "answer", "p_no", "p_yes"]
    assert found["answer"].to_pylist() == bundle.predict(rows).tolist()
    np.testing.assert_allclose(found["p_yes"], bundle.predict_proba(rows)[:, 1], atol=EXACT)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_a_column_of_numbers_is_read_where_the_model_learned_from_texts(dialect, tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "regression", types={"age": "string", "Größe (cm)": "string"})
    mlwright.export(bundle, "sql", tmp_path, dialect=dialect, table="t", keep=["city"])
    query = (tmp_path / "model.sql").read_text()
    rows = rows_of(200, seed=9)
    names = [name for name in rows[0] if name in query]
    stored = pa.table({name: [_stored(name, row[name]) for row in rows] for name in names})
    if dialect == "duckdb":
        import duckdb

        with duckdb.connect() as connection:
            connection.register("t", stored)
            found = [row[1] for row in connection.execute(query).fetchall()]
    else:
        with closing(sqlite3.connect(":memory:")) as connection:
            kinds = {"age": "INTEGER", "Größe (cm)": "REAL"}
            connection.execute(
                f"CREATE TABLE t ({', '.join(f'{sql.quoted(n)} {kinds.get(n, chr(32))}' for n in names)})"
            )
            texts = [[str(v) if isinstance(v, datetime) else v for v in row.values()] for row in stored.to_pylist()]
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", texts)
            found = [row[1] for row in connection.execute(query.rstrip().rstrip(";")).fetchall()]
    np.testing.assert_allclose(found, bundle.predict(rows), atol=EXACT)


def test_the_python_form_runs_alone_on_a_csv_file(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "multiclass")
    mlwright.export(bundle, "python", tmp_path / "out")
    rows = rows_of(40, seed=3)
    command = [sys.executable, "-I", "-S", "scorer.py", "model.json"]
    done = subprocess.run(command, cwd=tmp_path / "out", input=_csv(rows), capture_output=True, text=True, check=True)
    _agrees(done.stdout, bundle, rows)


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
    _agrees(
        subprocess.run([program], input=_csv(rows), capture_output=True, text=True, check=True).stdout, bundle, rows
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
    done = subprocess.run(command, cwd=tmp_path / "out", input=_csv(rows), capture_output=True, text=True, check=True)
    _agrees(done.stdout, bundle, rows)


@pytest.mark.parametrize(
    "step",
    [
        WriteTime(cure="x", column="city", level="spelling", reason=""),
        WriteList(cure="x", column="city", level="spelling", reason="", mark=", ", signs=",;"),
        MapWords(cure="x", column="city", level="spelling", reason="", words={"Rd": "Road"}),
        SetNumbers(cure="x", column="city", level="spelling", reason="", way="# x #"),
        SwapCells(cure="x", column="city", level="repair", reason="", into="job", own=("a",), other=("b",)),
    ],
    ids=lambda step: step.do,
)
@pytest.mark.parametrize("form", ["python", "c", "onnx", "sql"])
def test_a_way_of_writing_that_no_export_knows_is_refused_with_what_to_do(form, step, tmp_path):
    plan = PLAN.model_copy(update={"cleaning": CleaningPlan(n_rows=400, steps=(step,))})
    with pytest.raises(ExportRefused, match=f"'city' is cleaned by a step .{step.do}.") as refused:
        mlwright.export(bundle_of(tmp_path, ("dummy",), "binary", plan), form, tmp_path / "out")
    assert "serve the bundle itself" in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_said_exactly_is_refused_and_nothing_is_written(tmp_path):
    steps = (ReadNumber(cure="units", column="age", level="type", reason="", units={}),)
    plan = PLAN.model_copy(update={"cleaning": CleaningPlan(n_rows=400, steps=steps)})
    bundle = bundle_of(tmp_path, ("dummy",), "binary", plan)
    with pytest.raises(ExportRefused, match="'age' is cleaned"):
        mlwright.export(bundle, "c", tmp_path / "out")
    text = TextColumn(name="job", terms=(), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="idf")
    with pytest.raises(ExportRefused, match="free text") as refused:
        program_of(_WithPlan(bundle, EncodingPlan(columns=(text,))))
    assert 'ignore = ["job"] under [profile]' in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_where_long_names_are_read_as_words_it_is_said_how_they_are_read_as_names(tmp_path):
    bundle = bundle_of(tmp_path, ("dummy",), "binary")
    texts = [
        TextColumn(name=name, terms=(), word_ngrams=(1, 1), char_ngrams=(0, 0), idf=name) for name in ("job", "note")
    ]
    with pytest.raises(ExportRefused, match=r"of long names \(job, note\)") as refused:
        program_of(_WithPlan(bundle, EncodingPlan(columns=(texts[0], *PLAN.columns, texts[1]))))
    assert 'ignore = ["note"] and kinds = {"job" = "category"} under [profile]' in refused.value.hint


def test_an_export_that_answers_otherwise_is_not_handed_over(tmp_path, monkeypatch):
    form = EXPORT_FORMS.get("python")
    monkeypatch.setattr(form, "run", lambda *_: np.zeros((200, 2)))
    with pytest.raises(ExportRefused, match="not handed over"):
        mlwright.export(bundle_of(tmp_path, ("linear",), "binary"), "python", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_mistakes_are_told_in_words(tmp_path):
    bundle = bundle_of(tmp_path, ("dummy",), "binary")
    with pytest.raises(SettingsError, match="dialect 'oracle'"):
        mlwright.export(bundle, "sql", tmp_path / "out", dialect="oracle")
    with pytest.raises(SettingsError, match="Trees cannot be written as 'rows'"):
        mlwright.export(bundle, "sql", tmp_path / "out", trees="rows")
    with pytest.raises(SettingsError, match="takes no such options"):
        mlwright.export(bundle, "c", tmp_path / "out", dialect="duckdb")
    (tmp_path / "taken").write_text("")
    with pytest.raises(StorageError, match="is a file"):
        mlwright.export(bundle, "python", tmp_path / "taken")


def test_the_command_says_what_it_wrote_and_how_it_was_proved(tmp_path, capsys):
    bundle_of(tmp_path, ("linear",), "binary")
    with pytest.raises(SystemExit) as ended:
        main(["export", str(tmp_path / "bundle"), "--as", "python", "-o", str(tmp_path / "out")])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "scorer.py, model.json" in told
    assert "Proved: it was run on 200 rows" in told
    with pytest.raises(SystemExit) as ended:
        main(["export", str(tmp_path / "bundle"), "--as", "sql", "--server", "env:NO_SUCH_NAME", "-o", str(tmp_path)])
    assert ended.value.code == 2
    assert "NO_SUCH_NAME" in capsys.readouterr().err


@needs_compiler
@pytest.mark.postgresql
def test_the_page_on_exports_can_be_followed(tmp_path, postgresql, monkeypatch, type_in, run_python):
    monkeypatch.setenv("SHOP_URL", f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{postgresql}/postgres")
    rows = rows_of(20, seed=3)
    bundle = bundle_of(tmp_path, ("linear",), "binary", title="churn")
    (tmp_path / "bundle").rename(tmp_path / "churn")
    (tmp_path / "new.csv").write_text(_csv(rows))
    for language, text in re.findall(r"^```(bash|python)\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        if language == "python":
            run_python(text, tmp_path)
            continue
        for command in text.splitlines():
            if command.startswith("mlwright "):
                assert type_in(command, tmp_path) == 0, command
            elif not command.startswith("duckdb "):
                followed = re.sub(r"^python", sys.executable, command)
                subprocess.run(followed, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=120)
            if "answers.csv" in command:
                _agrees((tmp_path / "answers.csv").read_text(), bundle, rows)


class _WithPlan:
    """A bundle with another encoding plan."""

    def __init__(self, bundle, plan):
        model = bundle.manifest.model.model_copy(update={"plan": plan})
        self.manifest = bundle.manifest.model_copy(update={"model": model})


def _stored(name, value):
    return datetime.fromisoformat(value) if name == "since" and value is not None else value


def _csv(rows) -> str:
    """The rows as a CSV file, truth values as they are spelled."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([str(v).lower() if isinstance(v, bool) else "" if v is None else v for v in row.values()])
    return file.getvalue()


def _agrees(text, bundle, rows) -> None:
    """The answers of a program in CSV are those of the bundle."""
    found = list(csv.DictReader(io.StringIO(text)))
    assert [row["answer"] for row in found] == bundle.predict(rows).tolist()
    scores = [[float(row[name]) for name in bundle.classes] for row in found]
    np.testing.assert_allclose(scores, bundle.predict_proba(rows), atol=EXACT)

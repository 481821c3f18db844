"""A model answers in another language what it answers here: every family and every input, in every form."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pytest

import mlwright
from mlwright.core.errors import ExportRefused
from mlwright.learning.aim import Aim
from mlwright.learning.models import MODELS
from mlwright.records.cleaning import (
    CleaningPlan,
    MapValues,
    ReadNumber,
)
from mlwright.records.model import (
    Calibrator,
    EncodingPlan,
    NumberColumn,
    TextColumn,
)
from mlwright.shipping.exports import EXPORT_FORMS, _answers
from mlwright.shipping.exports._graph import as_node
from mlwright.shipping.exports._lower import program_of

from .conftest import AMOUNTS, BETA, EXACT, PAGE, PLAN, WithPlan, bundle_of, needs_compiler, rows_of

VECTOR = Calibrator(form="vector", parameters=(1.1, 0.9, 1.0, 0.2, 0.0, -0.2))
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
        asked = bundle if can_fit else WithPlan(bundle, INPUTS[row])
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


def test_clipped_numbers_answer_the_same(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "regression", low=50.0, high=200.0)
    scores = bundle.scores(rows_of(50))
    assert scores.min() == 50.0
    assert mlwright.export(bundle, "sql", tmp_path / "sql").largest_difference < EXACT
    assert mlwright.export(bundle, "python", tmp_path / "py").largest_difference < EXACT


@pytest.mark.parametrize("form", ["python", "onnx", pytest.param("c", marks=needs_compiler)])
def test_a_blend_of_cores_answers_the_same_in_a_program(form, blend, tmp_path):
    assert mlwright.export(blend, form, tmp_path / form).largest_difference < EXACT

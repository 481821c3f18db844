"""What a form cannot say exactly is refused, with what to do; and how an export is asked for."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import quote

import numpy as np
import pytest

import mlwright
from mlwright.core.errors import ExportRefused, SettingsError, StorageError
from mlwright.faces.cli.main import main
from mlwright.records.cleaning import (
    CleaningPlan,
    MapWords,
    ReadNumber,
    SetNumbers,
    SwapCells,
    WriteList,
    WriteTime,
)
from mlwright.records.model import (
    EncodingPlan,
    TextColumn,
)
from mlwright.shipping.exports import EXPORT_FORMS
from mlwright.shipping.exports._lower import program_of

from .conftest import AMOUNTS, PAGE, PASSWORD, PLAN, WithPlan, agrees, as_csv, bundle_of, needs_compiler, rows_of


def test_an_amount_that_is_read_in_two_ways_is_refused(tmp_path):
    bundle = bundle_of(tmp_path, ("linear",), "binary", amounts=AMOUNTS)
    with pytest.raises(ExportRefused, match="'age' is an amount, and an input that is read in another way"):
        mlwright.export(bundle, "python", tmp_path / "out")


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
        program_of(WithPlan(bundle, EncodingPlan(columns=(text,))))
    assert 'ignore = ["job"] under [profile]' in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_where_long_names_are_read_as_words_it_is_said_how_they_are_read_as_names(tmp_path):
    bundle = bundle_of(tmp_path, ("dummy",), "binary")
    texts = [
        TextColumn(name=name, terms=(), word_ngrams=(1, 1), char_ngrams=(0, 0), idf=name) for name in ("job", "note")
    ]
    with pytest.raises(ExportRefused, match=r"of long names \(job, note\)") as refused:
        program_of(WithPlan(bundle, EncodingPlan(columns=(texts[0], *PLAN.columns, texts[1]))))
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
    (tmp_path / "new.csv").write_text(as_csv(rows))
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
                agrees((tmp_path / "answers.csv").read_text(), bundle, rows)

"""Exports read values as people give them: as text, in a CSV file, in a column of a database."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import math
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

import mlwright
from mlwright.core.errors import ExportRefused
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.bundle import GoldenRow
from mlwright.records.contract import Clause, Contract
from mlwright.records.model import (
    Candidate,
    CategoryColumn,
    CoreRef,
    DateColumn,
    EncodingPlan,
    Member,
    ModelSpec,
    NumberColumn,
)
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.folder import MANIFEST, UNSEALED, sealed, write_folder

EXACT = 1e-9
RNG = np.random.default_rng(0)
OLD = Path(__file__).parents[2] / "compat" / "bundle_2"
CLASSES = ("no, never", 'say "yes"')
PASSWORD = "pass:w/rd@%"
CITIES = ("Rome", "São Paulo", "it's", "a,b", "true")
PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="fare", low=-2_000.0, high=2_000.0, missing_codes=("-1",)),
        CategoryColumn(name="rooms", levels=("1", "2", "3", "0.5"), counts=(9, 9, 9, 9)),
        CategoryColumn(name="city", levels=CITIES, counts=(9, 9, 9, 9, 9), missing_codes=("?",)),
        DateColumn(name="since", parts=("days", "hour", "month"), format="%d.%m.%Y %H:%M"),
        DateColumn(name="born", parts=("year",), format="%b %d, %y from 1927"),
        DateColumn(name="seen", parts=("days", "minute")),
    )
)
TYPES = {"fare": "string", "rooms": "double", "city": "string", "since": "string", "born": "string", "seen": "string"}
KINDS = {"fare": "number", "since": "date", "born": "date", "seen": "date"}
USUAL = {
    "fare": "12.5", "rooms": 2.0, "city": "Rome", "since": "05.11.2020 10:30", "born": "Mar 14, 71",
    "seen": "2021-06-30",
}  # fmt: skip
PLAIN = [
    "1200.5",
    " 7\t",
    "-3",
    "2e2",
    "",
    "n/a",
    "-1",
    "1.5.2",
    "555-1234",
    "1-2",
    "e5",
    "0x10",
    "1_000",
    "--5",
    "nan",
]
WRITTEN = ["1,234.5", "$1,200", "15%", "-$7", "$-7", "20 €", "+5", "+$5", "+$-5", ".5", "5.", "1,23", "12,3456", "1e+2"]
DECORATED = [text for text in WRITTEN if set(text) & set("$€%,")]
TIMES = ["19:30", "7:30 pm", "7:30:36 p.m.", "12:05 am", "25:00", "13:00 pm", "7:5", "at 7:30", "1:02:03:04", "inf"]
NAMES = ["Rome ", "\xa0Rome", "São Paulo", "it's", "a,b", "rome", "", "?", "Ro\tme", "Rome\u3000", "x" * 300]
DAYS = ["31.12.2019 23:59", "1.2.2020 1:02", "31.02.2020 10:00", "2020-02-29", "2021-02-29", "2020-02-29T10:30:15.25"]
ZONES = [
    "2020-02-29 10:30 CET",
    "2020-02-29 10:30:00+05:30",
    "2020-02-29 10:30Z",
    "2020-02-29 10:30 XYZ",
    "2020-02-29 24:00",
]
ODD_DAYS = [
    "now",
    "2460000",
    "12:00",
    "20200229",
    "2020-2-9",
    "2020-13-01",
    "0000-01-01",
    "9999-12-31",
    "2020-02-29 1:00",
    "soon",
]
BIRTHS = [
    "Jan 01, 27",
    "dec 31, 26",
    "JAN 01, 1999",
    "Feb 29, 00",
    "Feb 29, 27",
    "Febr 01, 50",
    "Mar 1, 50",
    "Mar  1, 50",
]


def cases() -> list[dict]:
    """Rows that differ from the usual one in one cell."""
    odd = {"fare": PLAIN + WRITTEN + TIMES, "city": NAMES, "since": DAYS + ODD_DAYS, "born": BIRTHS}
    odd["seen"] = DAYS + ODD_DAYS + ZONES
    return [USUAL] + [USUAL | {name: cell} for name, cells in odd.items() for cell in cells]


def packed(folder: Path, plan: EncodingPlan, rows: list[dict], types: dict[str, str] = TYPES) -> Bundle:
    """A linear model of the columns of a plan, to which every input matters."""
    encoder, n = Encoder(plan), len(rows)
    blocks = encoder.encode_records(rows)
    target = (RNG.normal(size=n) + np.arange(n) / n > 0.5).astype(float)
    context = FitContext(Facts("binary", 2, n, len(types), encoder.names, 1.0), 0, 1, lambda: False)
    whole = Rows(blocks, target)
    data = MODELS.get("linear")().fit(Candidate(name="linear", family="linear"), whole, whole, context).core.to_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    member = Member(candidate="linear", weight=1.0, cores=(CoreRef(form="linear", blob=sha256),))
    clauses = tuple(
        Clause(type=kind, name=name, kind=KINDS.get(name, "category"), optional=True) for name, kind in types.items()
    )
    changes = {
        "bundle_id": UNSEALED, "seal": "", "needs": (), "name": "fares", "target": "paid", "files": {"model/x": sha256},
        "model": ModelSpec(task="binary", classes=CLASSES, plan=plan, members=(member,), threshold=0.5),
        "contract": Contract(n_rows=n, columns=clauses), "golden": (),
    }  # fmt: skip
    manifest = Bundle.load(OLD).manifest.model_copy(update=changes)
    write_folder({"model/x": data, MANIFEST: sealed(manifest)[1]}, folder / "draft")
    scores = Bundle.load(folder / "draft").score_records(rows[:12]).tolist()
    golden = tuple(GoldenRow(row=row, answer=tuple(score)) for row, score in zip(rows, scores, strict=False))
    write_folder(
        {"model/x": data, MANIFEST: sealed(manifest.model_copy(update={"golden": golden}))[1]}, folder / "made"
    )
    return Bundle.load(folder / "made")


def learned_from(n: int = 300) -> list[dict]:
    started = datetime(2018, 1, 1)
    return [
        {
            "fare": str(RNG.integers(-1500, 1500)),
            "rooms": float(RNG.choice([0.5, 1, 2, 3])),
            "city": str(RNG.choice(CITIES)),
            "since": (started + timedelta(minutes=int(RNG.integers(0, 2_000_000)))).strftime("%d.%m.%Y %H:%M"),
            "born": (date(1930, 1, 1) + timedelta(days=int(RNG.integers(0, 30_000)))).strftime("%b %d, %y"),
            "seen": (started + timedelta(days=int(RNG.integers(0, 2_000)))).date().isoformat(),
        }
        for _ in range(n)
    ]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Bundle:
    return packed(tmp_path_factory.mktemp("cells"), PLAN, learned_from())


@pytest.fixture(scope="module")
def scorer(bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("python")
    mlwright.export(bundle, "python", folder)
    spec = importlib.util.spec_from_file_location("scorer", folder / "scorer.py")
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    return folder, module.Model(folder / "model.json")


def agree(found, bundle, rows) -> None:
    """Scores are those of the bundle; of all that are not, the cells are told."""
    wanted = bundle.score_records(rows)
    wrong = [
        {name: value for name, value in row.items() if value is not USUAL[name]}
        for row, one, other in zip(rows, found, wanted, strict=True)
        if not math.isclose(one[1], other[1], abs_tol=EXACT)
    ]
    assert not wrong


def test_the_cells_matter(bundle):
    """Else the tests below would compare nothing."""
    scores = bundle.score_records([USUAL, *(USUAL | {name: None} for name in USUAL)])[:, 1]
    assert len(set(scores.round(6))) == len(USUAL) + 1


def test_python_reads_text_as_the_bundle_does(bundle, scorer):
    agree([scorer[1].scores(row) for row in cases()], bundle, cases())


ODD = {
    "fare": [7, 7.5, True, None, math.nan, math.inf, 10**400, Decimal("7.50"), time(19, 30), timedelta(hours=1),
             np.float32(0.1), np.int64(7), pd.NA, b"7", [7], date(2020, 1, 1)],
    "rooms": [2, 2.0, "2", "2.0", Decimal("2.00"), np.float32(0.5), np.int8(3), True, None, "0.50", 1e300],
    "city": [True, "true", np.str_("Rome"), b"Rome", 5, pd.NA, pd.NaT, None],
    "seen": [date(2020, 2, 29), datetime(2020, 2, 29, 10, 30),
             datetime(2020, 2, 29, tzinfo=timezone(timedelta(hours=5))), pd.Timestamp("2020-02-29 10:30"), pd.NaT,
             20200229, 1e9, True, None],
}  # fmt: skip


def test_python_reads_values_of_any_type_as_the_bundle_does(bundle, scorer):
    rows = [USUAL | {name: value} for name, values in ODD.items() for value in values]
    agree([scorer[1].scores(row) for row in rows], bundle, rows)


def written(rows) -> str:
    """As a spreadsheet saves it: with a mark before the first name, numbers as 2.0, and an empty line at the end."""
    file = io.StringIO()
    table = csv.DictWriter(file, USUAL, lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return f"\ufeff{file.getvalue()}\r\n"


def answers(command, folder, rows) -> list[list[float]]:
    """What a program says of rows in CSV; its answers fit its scores."""
    done = subprocess.run(
        command, cwd=folder, input=written(rows).encode(), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    for row in found:
        assert row["answer"] == CLASSES[float(row[CLASSES[1]]) >= 0.5]
    return [[float(row[name]) for name in CLASSES] for row in found]


def test_the_program_in_python_reads_a_file_as_the_bundle_does(bundle, scorer):
    agree(answers([sys.executable, "-I", "-S", "scorer.py"], scorer[0], cases()), bundle, cases())
    lost = subprocess.run(
        [sys.executable, "scorer.py"], cwd=scorer[0], input="fare\n3\n", capture_output=True, text=True, check=False
    )
    assert (lost.returncode, lost.stderr) == (1, "The column rooms is missing.\n")


@pytest.mark.skipif(shutil.which("cc") is None, reason="cc is not installed")
def test_the_program_in_c_reads_a_file_as_the_bundle_does_and_nothing_beside_it(bundle, tmp_path):
    mlwright.export(bundle, "c", tmp_path)
    flags = (
        "CFLAGS=-std=c99 -O2 -g -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"
    )
    built = subprocess.run(["make", flags], cwd=tmp_path, capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr:
        built = subprocess.run(["make"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    agree(answers([tmp_path / "fares"], tmp_path, cases()), bundle, cases())


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.postgresql)])
def test_a_database_reads_text_as_the_bundle_does(dialect, tmp_path, request):
    """Times of the day, and dates with a zone, are none there; SQLite reads plain numbers alone, and offsets."""
    names = [name for name in USUAL if name != "born"]
    columns = tuple(column for column in PLAN.columns if column.name in names)
    made = packed(tmp_path, EncodingPlan(columns=columns), learned_from())
    rows = [row for row in cases() if only(row, names)]
    unread = {
        "fare": [*TIMES, *(DECORATED if dialect == "sqlite" else [])],
        "seen": ZONES[:1] if dialect == "sqlite" else ZONES,
    }
    if dialect == "postgres":  # white space of a few scripts alone is a part of a name there
        rows = [row for row in rows if not row["city"].endswith("\u3000")]
    server = server_of(dialect, request)
    mlwright.export(made, "sql", tmp_path / "sql", dialect=dialect, table="t", keep=["city"], **server)
    query = (tmp_path / "sql" / "model.sql").read_text("utf-8").rstrip().rstrip(";")
    listed = [tuple(row[name] for name in names) for row in rows]
    found = [row[-2:] for row in asked(dialect, query, names, listed, server)]
    read = [{name: None if row[name] in unread.get(name, ()) else row[name] for name in USUAL} for row in rows]
    agree(found, made, read)


@pytest.mark.parametrize("dialect", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgresql)])
def test_a_table_may_hold_dates_where_the_model_learned_from_text(dialect, tmp_path, request):
    names = ["since", "seen"]
    columns = tuple(column for column in PLAN.columns if column.name in names)
    made, server = packed(tmp_path, EncodingPlan(columns=columns), learned_from()), server_of(dialect, request)
    mlwright.export(made, "sql", tmp_path / "sql", dialect=dialect, table="t", keep=["seen"], **server)
    query = (tmp_path / "sql" / "model.sql").read_text("utf-8").rstrip().rstrip(";")
    rows = [
        USUAL
        | {"since": datetime(2019, 1 + place % 12, 1 + place % 28, place % 24, 7), "seen": date(2020, 2, 1 + place)}
        for place in range(29)
    ]
    rows += [USUAL | {"since": None, "seen": date(2019, 1, 1)}, USUAL | {"since": datetime(2019, 1, 1), "seen": None}]
    kinds = {"since": "TIMESTAMP", "seen": "DATE"}
    found = asked(dialect, query, names, [tuple(row[name] for name in names) for row in rows], server, kinds)
    agree([row[-2:] for row in found], made, rows)


def server_of(dialect, request) -> dict[str, str]:
    if dialect != "postgres":
        return {}
    port = request.getfixturevalue("postgresql")
    return {"server": f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"}


def only(row, names) -> bool:
    return all(row[name] is USUAL[name] for name in USUAL if name not in names)


def asked(dialect, query, names, rows, server, kinds=None) -> list[tuple]:
    """What a database says to a query over a table of texts and numbers, or of columns of other kinds."""
    kinds = {name: "DOUBLE PRECISION" if TYPES[name] == "double" else "TEXT" for name in names} | (kinds or {})
    listed = ", ".join(f'"{name}" {kinds[name]}' for name in names)
    create, marks = f"CREATE TEMPORARY TABLE t ({listed})", ", ".join("?" * len(names))
    if dialect == "postgres":
        import psycopg

        with psycopg.connect(server["server"]) as connection:
            connection.execute(create)
            with connection.cursor().copy("COPY t FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return connection.execute(query).fetchall()
    if dialect == "sqlite":
        connect = closing(sqlite3.connect(":memory:"))
    else:
        import duckdb

        connect = duckdb.connect()
    with connect as connection:
        connection.execute(create)
        connection.executemany(f"INSERT INTO t VALUES ({marks})", rows)
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("form", ["c", "sql"])
def test_names_with_a_zero_byte_are_refused_where_a_name_ends_with_one(form, tmp_path):
    city = CategoryColumn(name="city", levels=("Ro\0me", "Ro"), counts=(9, 9))
    made = packed(tmp_path, EncodingPlan(columns=(*PLAN.columns[:1], city)), learned_from(100))
    with pytest.raises(ExportRefused, match="'city' holds names with a zero byte"):
        mlwright.export(made, form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_numbers_that_a_floating_number_cannot_tell_apart_are_no_names_in_sql(tmp_path):
    rooms = CategoryColumn(name="rooms", levels=("9007199254740992", "9007199254740993"), counts=(9, 9))
    made = packed(tmp_path, EncodingPlan(columns=(*PLAN.columns[:1], rooms)), learned_from(100))
    with pytest.raises(ExportRefused, match="'rooms' holds numbers as names, of more digits"):
        mlwright.export(made, "sql", tmp_path / "out")


@pytest.mark.parametrize("name", ["scores", "answer", ":1", "a b", 'q"', "SELECT", "row", "int"])
def test_an_input_may_be_called_whatever_the_export_calls_its_own_things(name, tmp_path):
    rows = [{name: float(x)} for x in RNG.uniform(0, 3, 100)]
    plan = EncodingPlan(columns=(NumberColumn(name=name, low=0.0, high=3.0),))
    made = packed(tmp_path, plan, rows, {name: "double"})
    for form in ("python", "onnx", "sql", *(["c"] if shutil.which("cc") else [])):
        if form == "onnx" and name in ("scores", "answer"):
            with pytest.raises(ExportRefused, match=f"A column is called '{name}', as an output"):
                mlwright.export(made, form, tmp_path / form)
            continue
        assert mlwright.export(made, form, tmp_path / form).largest_difference < EXACT

"""A contract in every form, put to use: records and tables that keep it pass, those that break it do not."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from datetime import date

import duckdb
import jsonschema
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from mlwright import Project
from mlwright.config import parse_settings
from mlwright.core.errors import SettingsError
from mlwright.data.clauses.edits import amended
from mlwright.faces.cli.main import main
from mlwright.records.contract import Contract
from mlwright.shipping.contracts import CONTRACT_FORMS
from mlwright.shipping.contracts.sql import Sql

N = 400


def people(seed=0):
    """People with a number, an age, a town, a day, a rating, a member's card and a score with gaps."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, N), unit="D")
    return pd.DataFrame(
        {
            "order no": [f"O'{row:05d}" for row in range(seed * N, seed * N + N)],
            "age": rng.integers(18, 90, N),
            "town": rng.choice(["Riga", "L'Aquila", "Lund"], N),
            "day": days,
            "rating": rng.integers(1, 4, N),
            "member": rng.random(N) < 0.4,
            "score": np.where(rng.random(N) < 0.1, np.nan, rng.normal(size=N).round(4)),
            "paid": [
                " " if gap else f"{paid:.2f}"
                for gap, paid in zip(rng.random(N) < 0.05, rng.uniform(10, 90, N), strict=True)
            ],
            "back": rng.choice(["yes", "no"], N),
        }
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    people().to_parquet(folder / "people.parquet")
    project = Project.create(
        folder, {"project": {"target": "back"}, "collect": {"source": "people.parquet"}, "profile": {}}
    )
    with open(folder / "mlwright.toml", "a") as file:
        file.write("[contract.columns.day]\nleast = 2020-01-01\n[contract.columns.age]\nmost = 120\n")
    project.run(until="contract")
    return project


@pytest.fixture(scope="module")
def contract(project):
    return project.contract()


@pytest.fixture
def broken():
    """New people of whom the first six break one clause each, and what they break."""
    table = people(seed=1)
    table.loc[0, "age"] = 140
    table.loc[1, "town"] = "Oslo"
    table.loc[2, "day"] = pd.Timestamp("1970-01-01")
    table.loc[3, "order no"] = "X1"
    table.loc[6, "paid"] = "900.5"
    table.loc[4, "order no"] = table.loc[5, "order no"]
    return table, {0: "age", 1: "town", 2: "day", 3: "order no", 4: "order no: twice", 5: "order no: twice", 6: "paid"}


def records(table):
    plain = table.assign(day=table["day"].dt.strftime("%Y-%m-%d"))
    return [{k: None if v != v else v for k, v in row.items()} for row in json.loads(plain.to_json(orient="records"))]


def test_json_is_the_record_itself(contract):
    assert Contract.model_validate_json(CONTRACT_FORMS.get("json")().write(contract, "people")) == contract


def test_toml_can_be_read_back_and_changes_nothing(contract):
    text = CONTRACT_FORMS.get("toml")().write(contract, "people")
    edits = parse_settings(tomllib.loads(text), "here").contract
    again = amended(contract, edits)
    assert [c.model_copy(update={"edited": ()}) for c in again.columns] == [
        c.model_copy(update={"edited": ()}) for c in contract.columns
    ]
    assert edits.columns["day"].least == date(2020, 1, 1)
    assert "# number, input: never missing; 18 to 89 seen; " in text


def test_a_json_schema_takes_what_keeps_the_contract_and_nothing_else(contract, broken):
    schema = json.loads(CONTRACT_FORMS.get("jsonschema")().write(contract, "people"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(records(people()))
    assert validator.is_valid(records(people(seed=1))[0])
    one = jsonschema.Draft202012Validator({**schema, "oneOf": [{"$ref": "#/$defs/record"}]})
    found = {place for place, row in enumerate(records(broken[0])) if not one.is_valid(row)}
    # Days are text in JSON, and that a key came twice cannot be said.
    assert found == {0, 1, 3}
    row = records(people())[0]
    assert not one.is_valid({k: v for k, v in row.items() if k != "age"})
    assert not one.is_valid({**row, "age": None})
    assert not one.is_valid({**row, "age": "old"})
    assert one.is_valid({k: v for k, v in row.items() if k != "back"})


@pytest.fixture
def schema(contract, tmp_path):
    scope = {}
    exec(compile(CONTRACT_FORMS.get("pandera")().write(contract, 'people "\\'), "people.py", "exec"), scope)
    return scope["SCHEMA"]


def test_pandera_takes_what_keeps_the_contract_and_nothing_else(schema, broken):
    from pandera.errors import SchemaErrors

    schema.validate(people(), lazy=True)
    schema.validate(people(seed=1).drop(columns="back"), lazy=True)
    with pytest.raises(SchemaErrors) as errors:
        schema.validate(broken[0], lazy=True)
    cases = errors.value.failure_cases
    assert {int(row) for row in cases["index"]} == set(broken[1])
    assert set(cases["column"]) == {"age", "town", "day", "order no", "paid"}


def test_pandera_refuses_a_gap_where_none_was(schema):
    from pandera.errors import SchemaErrors

    table = people(seed=1).astype({"age": "float"})
    table.loc[7, "age"] = np.nan
    with pytest.raises(SchemaErrors, match="age"):
        schema.validate(table, lazy=True)


def statements(contract, dialect):
    table, query = Sql(dialect=dialect).write(contract, "people").split("\n\n")
    return table, query


def test_duckdb_takes_and_finds(contract, broken):
    table, query = statements(contract, "duckdb")
    base, bad = duckdb.connect(), broken[0]
    base.execute(table)
    base.register("good", pa.Table.from_pandas(people(seed=1)))
    base.register("bad", pa.Table.from_pandas(bad.assign(place=range(N))))
    base.execute("INSERT INTO people SELECT * FROM good")
    assert base.execute(query).fetchall() == []
    for row in (0, 1, 2, 3, 4, 6):
        with pytest.raises(duckdb.ConstraintException):
            base.execute(
                f"INSERT INTO people SELECT * EXCLUDE place FROM bad WHERE place = {row} "
                "UNION ALL SELECT * EXCLUDE place FROM bad WHERE place = 5"
            )
    found = base.execute(query.replace('"people"', "bad")).fetch_arrow_table().to_pylist()
    assert {row["place"]: row["broken_clauses"].split("; ")[0] for row in found}.keys() == broken[1].keys()
    for row in found:
        assert broken[1][row["place"]] in row["broken_clauses"]


def test_sqlite_takes_and_finds(contract, broken):
    table, query = statements(contract, "sqlite")
    base, bad = sqlite3.connect(":memory:"), broken[0]
    base.execute(table.partition("\n")[2])

    def put(rows):
        plain = rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d %H:%M:%S"))
        base.executemany(f"INSERT INTO people VALUES ({', '.join('?' * 9)})", plain.values.tolist())

    put(people(seed=1).iloc[7:])
    assert base.execute(query.partition("\n")[2]).fetchall() == []
    for row in (0, 1, 2, 6):
        with pytest.raises(sqlite3.IntegrityError):
            put(bad.iloc[[row]])
    base.execute("ALTER TABLE people RENAME TO kept")
    bad.assign(day=bad["day"].dt.strftime("%Y-%m-%d %H:%M:%S")).to_sql("people", base, index=False)
    found = base.execute(query.partition("\n")[2]).fetchall()
    # Patterns are left out for SQLite.
    assert len(found) == len(broken[1]) - 1


@pytest.mark.postgresql
def test_postgresql_takes_and_finds(contract, broken, postgresql):
    table, query = statements(contract, "postgres")
    bad = broken[0]
    where = {"host": "127.0.0.1", "port": postgresql, "user": "boss", "password": "pass:w/rd@%", "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as base:
        base.execute("DROP TABLE IF EXISTS people")
        base.execute(table)

        def put(rows, name="people"):
            plain = [tuple(v.item() if hasattr(v, "item") else v for v in row) for row in rows.itertuples(index=False)]
            with base.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * 9)})", plain)

        put(people(seed=1).iloc[7:])
        assert base.execute(query).fetchall() == []
        for row in (0, 1, 2, 3, 6):
            with pytest.raises(psycopg.errors.CheckViolation):
                put(bad.iloc[[row]])
        with pytest.raises(psycopg.errors.UniqueViolation):
            put(bad.iloc[[4, 5]])
        base.execute("CREATE TABLE bad AS SELECT * FROM people WHERE false")
        put(bad, "bad")
        found = base.execute(query.replace('"people"', "bad")).fetchall()
        base.execute("DROP TABLE people, bad")
    assert len(found) == len(broken[1])
    assert {told for row in found for told in row[-1].split("; ") if told} >= {"age: more than 120", "order no: twice"}


@pytest.mark.parametrize("name", CONTRACT_FORMS.names())
def test_every_form_is_written_by_the_command(name, project, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["contract", str(project.path), "--as", name, "-o", str(tmp_path / "out")])
    assert ended.value.code == 0
    assert (tmp_path / "out").read_text() == CONTRACT_FORMS.get(name)().write(project.contract(), project.path.name)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--as", "yaml"], "no 'yaml' among the contracts"),
        (["--as", "sql", "--dialect", "postgresql"], "Choose: postgres"),
        (["--dialect", "sqlite"], "for SQL only"),
    ],
)
def test_what_cannot_be_written_is_refused(words, told, project, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["contract", str(project.path), *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_an_unknown_dialect_is_a_setting():
    with pytest.raises(SettingsError, match="no dialect"):
        Sql(dialect="oracle")


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """The contract of lines of orders: the number of the order and that of the line come once together."""
    folder = tmp_path_factory.mktemp("lines")
    table = pd.DataFrame({"order": np.repeat(np.arange(100), 4), "line": np.tile([1, 2, 3, 4], 100), "qty": 2})
    table["qty"] += np.random.default_rng(0).integers(0, 9, 400)
    table.to_csv(folder / "lines.csv", index=False)
    project = Project.create(
        folder, {"project": {"task": "none"}, "collect": {"source": "lines.csv", "unique": ["order, line"]}}
    )
    project.run(until="contract")
    return project.contract(), table, table.assign(line=[1, 2, 3, 3] + [1, 2, 3, 4] * 99)


def test_columns_that_come_once_together_do_so_in_pandera(lines):
    from pandera.errors import SchemaErrors

    contract, good, bad = lines
    scope = {}
    exec(compile(CONTRACT_FORMS.get("pandera")().write(contract, "lines"), "lines.py", "exec"), scope)
    scope["SCHEMA"].validate(good, lazy=True)
    with pytest.raises(SchemaErrors, match="together come once"):
        scope["SCHEMA"].validate(bad, lazy=True)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_columns_that_come_once_together_do_so_in_sql(lines, dialect):
    contract, good, bad = lines
    made, query = (part.split("\n", 1)[1] for part in Sql(dialect).write(contract, "lines").split("\n\n"))
    base = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
    base.execute(made)
    base.executemany("INSERT INTO lines VALUES (?, ?, ?)", good.to_numpy().tolist())
    assert base.execute(query).fetchall() == []
    with pytest.raises((duckdb.ConstraintException, sqlite3.IntegrityError)):
        base.execute("INSERT INTO lines VALUES (0, 1, 5)")
    base.execute("DROP TABLE lines")
    base.execute('CREATE TABLE lines ("order" BIGINT, line BIGINT, qty BIGINT)')
    base.executemany("INSERT INTO lines VALUES (?, ?, ?)", bad.to_numpy().tolist())
    assert [row[:2] for row in base.execute(query).fetchall()] == [(0, 3), (0, 3)]


def test_columns_that_come_once_together_are_told_in_the_json_schema(lines):
    schema = json.loads(CONTRACT_FORMS.get("jsonschema")().write(lines[0], "lines"))
    assert schema["$defs"]["records"]["description"] == "Come once: order and line."

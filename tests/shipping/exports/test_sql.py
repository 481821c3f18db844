"""A query gives the answers of the model, with its trees in the query or in a table beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pytest

import mlwright
from mlwright.core.errors import ExportRefused
from mlwright.shipping.exports import EXPORT_FORMS, _sql_trees, sql
from mlwright.shipping.exports._graph import Binary, Choose, Forest, Join, Missing, Read, Unary, as_node
from mlwright.shipping.exports._inputs import NumberInput
from mlwright.shipping.exports._lower import program_of
from mlwright.shipping.exports._once import once
from mlwright.shipping.exports._proof import as_values

from .conftest import EXACT, PASSWORD, bundle_of, rows_of


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


STRANGE = {"age": None, "Größe (cm)": 1e9, "city": "(never seen)", "job": None, "member": None, "since": "1900-01-01"}


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


def _stored(name, value):
    return datetime.fromisoformat(value) if name == "since" and value is not None else value

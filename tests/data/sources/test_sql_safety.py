"""Queries that write are refused before anything is sent, and secrets are seen by nobody."""

import traceback

import pytest

from mlwright.core.errors import ExtraMissing, MlwrightError, SourceError, SourceMissing, SourceRefused
from mlwright.data.sources import source_for
from mlwright.data.sources._query import checked_query, is_statement
from mlwright.records.settings import CollectSettings

SECRET = "hunter2!?"


@pytest.mark.parametrize(
    "query",
    [
        "select * from t",
        "SELECT a, count(*) OVER (PARTITION BY b) FROM t WHERE c ILIKE '%x%' AND d->>'e' = '1' AND f::int > 3",
        "with recursive x as (select 1 union all select 2) select * from x limit 5",
        "(select 1) union all (select 2)",
        "select 'delete from t; drop table t' as text",
        "select $$a;b$$, E'it\\'s'",
        'select "update" from "delete"',
    ],
)
def test_a_select_is_sent_as_it_is_written(query):
    assert is_statement(query)
    assert checked_query(query, "postgresql") == query


def test_comments_before_and_a_semicolon_behind_are_let_go():
    assert checked_query("-- why\n/* because */ select 1 ; ", "postgresql") == "select 1"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("insert into t values (1)", "begins with INSERT"),
        ("  \n TRUNCATE t", "begins with TRUNCATE"),
        ("copy t to '/tmp/x'", "begins with COPY"),
        ("do $$ begin delete from t; end $$", "begins with DO"),
        ("call wipe()", "begins with CALL"),
        ("explain analyze delete from t", "begins with EXPLAIN"),
        ("set transaction read write", "begins with SET"),
        ("select 1; select 2", "holds 2 statements"),
        ("with gone as (delete from t returning *) select * from gone", "it holds DELETE"),
        ("with new as (insert into t values (1) returning *) select * from new", "it holds INSERT"),
        ("select * into copy from t", "it holds INTO"),
        ("select * from t for update", "it holds FOR UPDATE"),
        ("select * from (select nextval('ids')) x", r"it holds nextval\(\)"),
        ("select setval('ids', 1)", r"it holds setval\(\)"),
        ("select pg_terminate_backend(1)", r"it holds pg_terminate_backend\(\)"),
        ("select lo_unlink(1)", r"it holds lo_unlink\(\)"),
        ("select * from dblink('x', 'delete from t') as t(a int)", r"it holds dblink\(\)"),
        ("select set_config('a.b', 'c', false)", r"it holds set_config\(\)"),
        ("select * fro t", r"cannot be understood: .* \(line 1, column"),
    ],
)
def test_what_changes_anything_is_refused(query, says):
    assert is_statement(query)
    with pytest.raises(SourceRefused, match=says):
        checked_query(query, "postgresql")


@pytest.mark.parametrize("name", ["t", "Order Details", "sales.orders", "select", "with", "update", '"Update Log"'])
def test_names_of_tables_are_no_statements(name):
    assert not is_statement(name)


def refusal(location: str, query: str = "t") -> MlwrightError:
    """The error that a location ends in, after proof that it shows the secret nowhere."""
    settings = CollectSettings(source=location, query=query)
    with pytest.raises(MlwrightError) as caught:
        source_for(settings)[1](settings).read()
    links: list[BaseException | None] = [caught.value]
    while links[-1] is not None:
        assert SECRET not in "".join(traceback.format_exception(links[-1], chain=False))
        assert SECRET not in repr(links[-1]) + repr(vars(links[-1]))
        links.append(links[-1].__cause__ or links[-1].__context__)
    return caught.value


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://ann:hunter2!@localhost/shop",
        "postgresql://ann:plain@localhost/shop",
        "postgresql://localhost/shop?user=ann&password=plain",
        "mysql+pymysql://ann:plain@localhost/shop",
    ],
)
def test_a_password_in_the_settings_is_refused_with_how_to_write_it(location):
    error = refusal(location)
    assert isinstance(error, SourceRefused)
    assert "plain" not in str(error)
    assert "user:env:DB_PASSWORD@host" in str(error.hint)


@pytest.mark.parametrize("location", ["env:SHOP_URL", "postgresql://ann:env:SHOP_URL@localhost/shop"])
def test_a_variable_that_is_not_set_is_named(location, monkeypatch):
    monkeypatch.delenv("SHOP_URL", raising=False)
    error = refusal(location)
    assert "SHOP_URL" in error.message
    assert error.hint == "export SHOP_URL=..."


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://ann:{SECRET}@more@127.0.0.1:1/shop",
        f"postgresql://ann:{SECRET}/x@127.0.0.1:1/shop",
        f"postgresql://127.0.0.1:1/shop?user=ann&password={SECRET.replace('?', '')}",
        f"nosuch://ann:{SECRET}@host/shop",
        f"{SECRET}",
        f"postgresql://{SECRET}",
        f"postgresql://ann:{SECRET}@host:port/shop",
    ],
)
def test_a_url_in_a_variable_is_never_shown(url, monkeypatch):
    monkeypatch.setenv("SHOP_URL", url)
    assert "env:SHOP_URL" in refusal("env:SHOP_URL").message


def test_nobody_at_home_is_told_with_the_place(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    error = refusal("postgresql://ann:env:SHOP_PASSWORD@127.0.0.1:1/shop")
    assert isinstance(error, SourceMissing)
    assert "127.0.0.1" in error.message
    assert "Check the host and the port" in str(error.hint)


def test_a_driver_that_is_missing_is_named():
    error = refusal("postgresql+psycopg2://ann@localhost/shop")
    assert isinstance(error, ExtraMissing)
    assert "'psycopg2'" in error.message
    assert "pip install 'mlwright[postgresql]'" in str(error.hint)


def test_what_no_source_reads_is_refused():
    for location in (f"ftp://ann:{SECRET}@host/data.csv", "s3://bucket/data.csv"):
        settings = CollectSettings(source=location)
        with pytest.raises(SourceError, match="No source reads") as caught:
            source_for(settings)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://ann:plain@host/shop", "postgresql://ann:***@host/shop"),
        ("postgresql://ann:pl@in@host/shop", "postgresql://ann:***@host/shop"),
        ("postgresql://ann:env:PW@host/shop", "postgresql://ann:env:PW@host/shop"),
        (
            "postgresql://host/shop?password=plain&sslmode=require",
            "postgresql://host/shop?password=***&sslmode=require",
        ),
        ("env:SHOP_URL", "env:SHOP_URL"),
        ("sqlite:///shop.db", "sqlite:///shop.db"),
    ],
)
def test_a_location_is_shown_without_its_secret(location, shown):
    settings = CollectSettings(source=location)
    assert source_for(settings)[1](settings).shown_location() == shown

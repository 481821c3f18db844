"""Columns that refer to another table: the keys are read once, and what refers to nothing is found."""

import sqlite3

import pytest

from mlwright.core.engine import execute
from mlwright.core.errors import SettingsError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.pipeline import BUILD, Settings

N = 200


def csv(path, columns):
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def orders(customers):
    n = len(customers)
    return {"order_id": range(n), "customer": customers, "price": [row % 17 + row / 7 for row in range(n)]}


@pytest.fixture
def run_checks(tmp_path):
    """The references of a snapshot and what `broken_references` finds."""

    def run(source, **collect):
        settings = Settings.model_validate({"project": {"task": "none"}, "collect": {"source": source, **collect}})
        run = Run("run", Store(tmp_path / "store"), Clock(tmp_path / "cancel", None))
        records = execute(BUILD, settings.sections(), run, until="check")
        found = [finding for finding in records["check"].findings if finding.check in ABOUT_KEYS]
        return records["collect"].references, found

    return run


ABOUT_KEYS = ("broken_references", "repeated_keys")


def test_a_customer_that_is_in_no_list_of_customers_is_found(run_checks, tmp_path):
    customers = csv(tmp_path / "customers.csv", {"id": range(50), "name": [f"C{k}" for k in range(50)]})
    source = csv(tmp_path / "orders.csv", orders([99 if row in (3, 8) else row % 50 for row in range(N)]))
    _, (finding,) = run_checks(source, tables={"customers": customers}, keys={"customer": "customers.id"})
    assert "2 rows of 200 (1.0 %) have a 'customer' that is not there in 'id' of 'customers'" in finding.sentence
    assert finding.rows == (3, 8)
    assert finding.examples == ("99", "99")


def test_a_key_of_several_columns_is_looked_up_as_a_whole(run_checks, tmp_path):
    tills = csv(tmp_path / "tills.csv", {"shop": ["A", "A", "B"], "no": ["1.0", "2.0", "1.0"]})
    shops = ["B" if row in (4, 7) else "A" for row in range(N)]
    source = csv(tmp_path / "sales.csv", orders([2] * N) | {"shop": shops})
    for keys in ("tills.shop, no", "tills.shop, tills.no"):
        (reference,), (finding,) = run_checks(source, tables={"tills": tills}, keys={"shop, customer": keys})
        assert (reference.columns, reference.keys, reference.n_keys) == (("shop", "customer"), ("shop", "no"), 3)
        assert finding.sentence == (
            "2 rows of 200 (1.0 %) have values of 'shop' and 'customer' that are not there together in 'shop' and 'no' "
            "of 'tills': 1 different, such as 'B, 2' and 'B, 2'."
        )
        assert finding.rows == (4, 7)


def test_a_key_of_several_columns_that_is_there_twice_is_found(run_checks, tmp_path):
    tills = csv(tmp_path / "tills.csv", {"shop": ["A", "A", "A"], "no": [1, 2, 2]})
    source = csv(tmp_path / "sales.csv", orders([1] * N) | {"shop": ["A"] * N})
    _, (finding,) = run_checks(source, tables={"tills": tills}, keys={"shop, customer": "tills.shop, no"})
    assert (
        "'shop' and 'no' of 'tills' should name each row, but 1 row repeats the values of another" in finding.sentence
    )


def test_columns_that_together_should_name_each_row_and_do_not_are_found(run_checks, tmp_path):
    columns = {"order": [row // 4 for row in range(N)], "line": [row % 4 for row in range(N)], "price": range(N)}
    assert run_checks(csv(tmp_path / "lines.csv", columns), unique=["order, line"])[1] == []
    columns["line"][5:12] = [3, 3, 3, 0, 1, "", ""]
    _, (finding,) = run_checks(csv(tmp_path / "later.csv", columns), unique=["order, line"])
    assert finding.sentence == (
        "'order' and 'line' together should name each row, but 2 rows repeat the values of another one, such as '1, 3'."
    )
    assert (finding.columns, finding.rows) == (("order", "line"), (5,))


def test_a_comma_may_belong_to_the_name_of_a_column(run_checks, tmp_path):
    source = tmp_path / "people.csv"
    names = [f"N{row if row != 9 else 8}" for row in range(N)]
    source.write_text('"name, first",age\n' + "".join(f"{name},{20 + row % 50}\n" for row, name in enumerate(names)))
    _, (finding,) = run_checks(str(source), unique=["name, first"])
    assert finding.columns == ("name, first",)
    with pytest.raises(SettingsError, match=r"collect\.unique names the column 'naem'"):
        run_checks(str(source), unique=["naem, age"])


def test_as_many_columns_are_named_as_the_key_has(run_checks, tmp_path):
    source = csv(tmp_path / "sales.csv", orders([1] * N))
    with pytest.raises(SettingsError, match="'customer' must be there in 'price' and 'order_id': 1 column and 2"):
        run_checks(source, keys={"customer": "price, order_id"})


def test_customers_that_are_all_there_are_no_finding_whatever_type_the_key_has(run_checks, tmp_path):
    customers = csv(tmp_path / "customers.csv", {"id": [*(f"{k}.0" for k in range(50)), "none"]})
    source = csv(tmp_path / "orders.csv", orders([row % 50 for row in range(N)]))
    (reference,), found = run_checks(source, tables={"customers": customers}, keys={"customer": "customers.id"})
    assert found == []
    assert (reference.n_rows, reference.n_keys) == (51, 51)


def test_a_key_that_names_two_rows_is_found(run_checks, tmp_path):
    customers = csv(tmp_path / "customers.csv", {"id": [*range(50), 7], "name": ["x"] * 51})
    source = csv(tmp_path / "orders.csv", orders([row % 50 for row in range(N)]))
    _, (finding,) = run_checks(source, tables={"customers": customers}, keys={"customer": "customers.id"})
    assert "should name each row, but 1 row repeats" in finding.sentence


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"custommer": "customers.id"}, "Did you mean: customer"),
        ({"customer": "custmers.id"}, "Did you mean: customers"),
        ({"customer": "customers.idd"}, "Did you mean: id"),
    ],
)
def test_a_slip_in_the_keys_is_told_with_the_nearest_name(keys, said, run_checks, tmp_path):
    customers = csv(tmp_path / "customers.csv", {"id": range(50), "name": ["x"] * 50})
    source = csv(tmp_path / "orders.csv", orders([row % 50 for row in range(N)]))
    with pytest.raises(SettingsError, match="which is not there") as refusal:
        run_checks(source, tables={"customers": customers}, keys=keys)
    assert said in refusal.value.hint


def test_foreign_keys_that_a_database_declares_are_tested_unasked(run_checks, tmp_path):
    database = tmp_path / "shop.db"
    with sqlite3.connect(database) as connection:
        connection.executescript(
            'CREATE TABLE "The Customers" (id INTEGER PRIMARY KEY, name TEXT);'
            'CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES "The Customers", price REAL);'
        )
        connection.executemany('INSERT INTO "The Customers" VALUES (?, ?)', [(k, f"C{k}") for k in range(50)])
        rows = [(row, 77 if row == 5 else None if row == 6 else row % 50, row / 7) for row in range(N)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.close()
    (reference,), (finding,) = run_checks(f"sqlite:///{database}", query="orders")
    assert reference.is_declared
    assert "1 row of 200 (0.5 %) has a 'customer'" in finding.sentence
    assert "as the database declares" in finding.sentence
    assert run_checks(f"sqlite:///{database}", query="select * from orders") == ((), [])


def test_a_foreign_key_of_several_columns_is_counted_in_the_database(run_checks, tmp_path):
    database = tmp_path / "shop.db"
    with sqlite3.connect(database) as connection:
        connection.executescript(
            'CREATE TABLE customers ("a country" TEXT, no INTEGER, PRIMARY KEY ("a country", no));'
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, land TEXT, customer INTEGER, price REAL,"
            " FOREIGN KEY (land, customer) REFERENCES customers);"
        )
        connection.executemany("INSERT INTO customers VALUES (?, ?)", [("NO", k) for k in range(50)])
        rows = [(n, "SE" if n in (5, 9) else None if n == 6 else "NO", n % 50, n / 7) for n in range(N)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.close()
    references, (finding,) = run_checks(f"sqlite:///{database}", query="orders")
    assert references == ()
    assert finding.sentence == (
        "2 rows of 199 (1.0 %) have a value of 'land' and 'customer' that is not there in 'a country' and 'no' of "
        "'customers', which the database declares and has counted over all rows, such as 'SE, 5' and 'SE, 9'."
    )
    assert finding.columns == ("land", "customer")
